import KubernetesCore

/// Which addresses of Services lead to which endpoints: a value made of what the cluster says.
///
/// As kube-proxy has it: connections go to ready endpoints; where none is ready, to those that still serve while they
/// end; where there is none of these either, nobody listens. The cost of a change is that of one Service.
struct ServiceRoutes: Sendable {
    /// An address at which a Service listens.
    struct Front: Sendable, Hashable {
        var address: String
        var port: Int
    }

    /// An endpoint of a Service.
    struct Target: Sendable, Hashable, Comparable {
        var address: String
        var port: Int

        static func < (left: Target, right: Target) -> Bool { (left.address, left.port) < (right.address, right.port) }
    }

    private(set) var services: [ObjectKey: ServiceManifest] = [:]
    private var slices: [ObjectKey: [String: EndpointSliceManifest]] = [:]

    mutating func set(_ service: ServiceManifest) { services[service.key] = service }

    mutating func remove(_ service: ServiceManifest) { services[service.key] = nil }

    mutating func set(_ slice: EndpointSliceManifest) {
        guard let service = slice.service else { return }
        slices[service, default: [:]][slice.metadata.name] = slice
    }

    mutating func remove(_ slice: EndpointSliceManifest) {
        guard let service = slice.service else { return }
        slices[service]?[slice.metadata.name] = nil
        if slices[service]?.isEmpty == true { slices[service] = nil }
    }

    /// Takes all Services: what is not among them is gone.
    ///
    /// - Returns: The Services that may have changed.
    mutating func replace(_ all: [ServiceManifest]) -> Set<ObjectKey> {
        let before = Set(services.keys)
        services = Dictionary(all.map { ($0.key, $0) }, uniquingKeysWith: { $1 })
        return before.union(services.keys)
    }

    /// Takes all slices: what is not among them is gone.
    ///
    /// - Returns: The Services that may have changed.
    mutating func replace(_ all: [EndpointSliceManifest]) -> Set<ObjectKey> {
        let before = Set(slices.keys)
        slices = [:]
        for slice in all { set(slice) }
        return before.union(slices.keys)
    }

    /// Where a Service listens, and what each of its addresses leads to; nothing where it has no endpoint.
    func routes(of key: ObjectKey) -> [Front: [Target]] {
        guard let service = services[key], let address = service.address else { return [:] }
        let own = (slices[key] ?? [:]).values
        var routes: [Front: [Target]] = [:]
        for port in service.spec.ports ?? [] where port.protocol ?? "TCP" == "TCP" {
            var (ready, ending): (Set<Target>, Set<Target>) = ([], [])
            for slice in own {
                let number = slice.ports.first { $0.name ?? "" == port.name ?? "" && $0.protocol ?? "TCP" == "TCP" }
                guard let number = number?.port else { continue }
                for endpoint in slice.endpoints {
                    guard let host = endpoint.addresses.first else { continue }
                    let target = Target(address: host, port: number)
                    if endpoint.isReady { ready.insert(target) }
                    if endpoint.servesToTheEnd { ending.insert(target) }
                }
            }
            let targets = ready.isEmpty ? ending : ready
            if !targets.isEmpty { routes[Front(address: address, port: port.port)] = targets.sorted() }
        }
        return routes
    }
}
