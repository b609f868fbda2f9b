import KubernetesCore
import Synchronization

/// The names by which pods reach each other and their Services, as they stand now: what cluster DNS would answer.
final class ClusterNames: Sendable {
    /// A pod that can be reached.
    struct Member: Sendable, Hashable {
        var address: String
        var labels: [String: String]
        /// `hostname`, where the pod has a place below a headless Service.
        var hostName: String?
        var subdomain: String?
        /// Whether it is ready and not about to go.
        var isReady = true
    }

    private struct State {
        var members: [ObjectKey: Member] = [:]
        var services: [ObjectKey: ServiceManifest] = [:]
    }

    private let state = Mutex(State())
    /// A sign that some name changed.
    let changes: AsyncStream<Void>
    private let changesEnd: AsyncStream<Void>.Continuation

    init() { (changes, changesEnd) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1)) }

    /// Takes a pod as it is now.
    func set(_ pod: PodManifest) {
        let address = pod.status.podIP ?? ""
        let isReachable = !pod.isTerminal && !address.isEmpty
        let isReady = pod.status.conditions?.contains { $0.type == "Ready" && $0.status == "True" } == true
        let member = Member(
            address: address, labels: pod.metadata.labels, hostName: pod.spec.hostname, subdomain: pod.spec.subdomain,
            isReady: isReady && !pod.metadata.isBeingDeleted)
        change { $0.members[pod.key] = isReachable ? member : nil }
    }

    /// Takes the news that a pod is gone.
    func remove(_ key: ObjectKey) { change { $0.members[key] = nil } }

    /// Takes a Service as it is now.
    func set(_ service: ServiceManifest) { change { $0.services[service.key] = service } }

    /// Takes the news that a Service is gone.
    func remove(_ service: ServiceManifest) { change { $0.services[service.key] = nil } }

    /// Takes all Services: what is not among them is gone.
    func replace(_ services: [ServiceManifest]) {
        change { $0.services = Dictionary(services.map { ($0.key, $0) }, uniquingKeysWith: { $1 }) }
    }

    private func change(_ body: (inout State) -> Void) {
        state.withLock { body(&$0) }
        changesEnd.yield()
    }

    /// The lines of `/etc/hosts` for a namespace, sorted.
    func entries(namespace: String) -> [NodeConfiguration.HostEntry] {
        let (members, services) = state.withLock { ($0.members, Array($0.services.values)) }
        return Self.entries(members, namespace: namespace, services: services)
    }

    /// What each name leads to.
    ///
    /// A Service's name leads to its own address; a headless one's to the ready pods that it selects, or to all of them
    /// where it publishes those that are not ready; an ExternalName's to where the Service that it names leads. A pod's
    /// own name is below the headless Service that is its subdomain and selects it.
    static func entries(
        _ members: [ObjectKey: Member], namespace: String, services: [ServiceManifest]
    ) -> [NodeConfiguration.HostEntry] {
        let neighbours = Dictionary(grouping: members.sorted { $0.key < $1.key }) { $0.key.namespace ?? "" }
        let byKey = Dictionary(services.map { ($0.key, $0) }, uniquingKeysWith: { $1 })
        func published(by service: ServiceManifest) -> [Member] {
            (neighbours[service.metadata.namespace ?? ""] ?? []).map(\.value).filter { service.publishes($0) }
        }
        func addresses(of service: ServiceManifest, depth: Int = 0) -> [String] {
            if let address = service.address { return [address] }
            guard service.spec.type == "ExternalName" else { return published(by: service).map(\.address) }
            let name = service.spec.externalName ?? ""
            if isAddress(name) { return [name] }
            // Names may name each other in a circle.
            guard depth < 4, let other = self.key(ofServiceNamed: name).flatMap({ byKey[$0] }) else { return [] }
            return addresses(of: other, depth: depth + 1)
        }
        var pods: [NodeConfiguration.HostEntry] = []
        var groups: [NodeConfiguration.HostEntry] = []
        for service in services.sorted(by: { $0.key < $1.key }) {
            let (home, name) = (service.metadata.namespace ?? "", service.metadata.name)
            func names(_ place: String) -> [String] {
                let long = ["\(place).\(home).svc.cluster.local", "\(place).\(home).svc", "\(place).\(home)"]
                return home == namespace ? long + [place] : long
            }
            if service.isHeadless {
                for member in published(by: service) where member.subdomain == name {
                    guard let host = member.hostName else { continue }
                    pods.append(.init(address: member.address, names: names("\(host).\(name)")))
                }
            }
            for address in addresses(of: service) { groups.append(.init(address: address, names: names(name))) }
        }
        return pods + groups
    }

    /// The Service that a name of the cluster means: `name.namespace.svc`, with or without the domain behind it.
    private static func key(ofServiceNamed name: String) -> ObjectKey? {
        let parts = name.split(separator: ".").map(String.init)
        guard parts.count >= 3, parts[2] == "svc", parts.count == 3 || parts[3...] == ["cluster", "local"] else {
            return nil
        }
        return ObjectKey(namespace: parts[1], name: parts[0])
    }

    private static func isAddress(_ text: String) -> Bool {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts.allSatisfy { UInt8($0) != nil }
    }
}
