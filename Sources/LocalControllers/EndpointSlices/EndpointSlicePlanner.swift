import KubernetesCore

/// Decides which slices a Service's endpoints are in.
///
/// Guarantees: each selected pod with an address is in exactly one slice; no slice is longer than ``capacity``; an
/// endpoint stays in the slice in which it is; a plan on what an earlier plan made changes nothing.
enum EndpointSlicePlanner {
    /// How many endpoints a slice has at most.
    static let capacity = 100

    /// What is known.
    struct Observed: Sendable {
        var service: ServiceObject
        /// The pods that the Service selects.
        var pods: [WorkloadPod]
        /// The slices that are ours.
        var slices: [EndpointSliceObject]
    }

    /// What a slice holds.
    struct Content: Sendable, Hashable {
        var labels: [String: String]
        var ports: [EndpointSliceObject.Port]
        var endpoints: [EndpointSliceObject.Endpoint]
    }

    /// What to do.
    enum Action: Sendable, Hashable {
        case create(Content)
        case update(EndpointSliceObject, Content)
        case delete(EndpointSliceObject)
    }

    /// Plans what brings the slices to where they should be.
    static func plan(_ observed: Observed) -> [Action] {
        let service = observed.service
        let labels = labels(of: service)
        var groups: [[EndpointSliceObject.Port]: [EndpointSliceObject.Endpoint]] = [:]
        for pod in observed.pods.sorted(by: { $0.key < $1.key }) {
            guard let endpoint = endpoint(of: pod, service) else { continue }
            groups[ports(of: pod, service), default: []].append(endpoint)
        }
        var filling = Filling(slices: observed.slices.sorted { $0.key < $1.key })
        let isShorter: ([EndpointSliceObject.Port], [EndpointSliceObject.Port]) -> Bool = { "\($0)" < "\($1)" }
        for ports in groups.keys.sorted(by: isShorter) { filling.fill(ports, groups[ports] ?? []) }
        // A Service without endpoints has one slice that says so.
        if groups.isEmpty { filling.rest.append(([], [])) }
        return filling.actions(labels: labels)
    }

    /// The Service's own labels, and those by which its slices are found.
    private static func labels(of service: ServiceObject) -> [String: String] {
        var labels = service.metadata.labels
        labels[EndpointSliceObject.serviceLabel] = service.metadata.name
        labels[EndpointSliceObject.managerLabel] = EndpointSliceObject.manager
        labels[EndpointSliceObject.headlessLabel] = service.isHeadless ? "" : nil
        return labels
    }

    /// The pod as an endpoint; nil where it has no address or has ended.
    static func endpoint(of pod: WorkloadPod, _ service: ServiceObject) -> EndpointSliceObject.Endpoint? {
        guard let address = pod.status.podIP, !address.isEmpty, !pod.isTerminal else { return nil }
        let isTerminating = pod.metadata.isBeingDeleted
        let publishesAll = service.spec.publishNotReadyAddresses == true
        let hasName = pod.spec.hostname != nil && pod.spec.subdomain == service.metadata.name
        return EndpointSliceObject.Endpoint(
            addresses: [address],
            conditions: .init(
                ready: publishesAll || (pod.isReady && !isTerminating), serving: pod.isReady,
                terminating: isTerminating),
            hostname: hasName ? pod.spec.hostname : nil, nodeName: pod.spec.nodeName,
            targetRef: .init(
                kind: "Pod", namespace: pod.metadata.namespace, name: pod.metadata.name, uid: pod.metadata.uid))
    }

    /// The Service's ports as they are on this pod; one that names none of the pod's ports is left out.
    static func ports(of pod: WorkloadPod, _ service: ServiceObject) -> [EndpointSliceObject.Port] {
        (service.spec.ports ?? []).compactMap { port in
            let transport = port.protocol ?? "TCP"
            guard let number = number(port.targetPort, of: pod, transport) ?? (port.targetPort == nil ? port.port : nil)
            else { return nil }
            return EndpointSliceObject.Port(
                name: port.name ?? "", port: number, protocol: transport, appProtocol: port.appProtocol)
        }
    }

    private static func number(_ target: JSONValue?, of pod: WorkloadPod, _ transport: String) -> Int? {
        if let number = target?.integerValue { return Int(exactly: number) }
        guard let name = target?.stringValue else { return nil }
        let sidecars = (pod.spec.initContainers ?? []).filter { $0.restartPolicy == "Always" }
        let ports = ((pod.spec.containers ?? []) + sidecars).flatMap { $0.ports ?? [] }
        return ports.first { $0.name == name && ($0.protocol ?? "TCP") == transport }?.containerPort
    }

    /// Slices while endpoints are put into them.
    private struct Filling {
        /// Slices whose ports are those of no endpoint: they can be used again.
        private var spare: [EndpointSliceObject]
        private var kept: [(slice: EndpointSliceObject, endpoints: [EndpointSliceObject.Endpoint])] = []
        /// What is in no slice yet.
        var rest: [(ports: [EndpointSliceObject.Port], endpoints: [EndpointSliceObject.Endpoint])] = []

        init(slices: [EndpointSliceObject]) { spare = slices }

        mutating func fill(_ ports: [EndpointSliceObject.Port], _ endpoints: [EndpointSliceObject.Endpoint]) {
            var left = endpoints
            var own: [(slice: EndpointSliceObject, endpoints: [EndpointSliceObject.Endpoint])] = []
            for slice in spare where slice.ports == ports && slice.addressType == "IPv4" {
                let known = Set(slice.endpoints.compactMap(\.targetRef?.uid))
                let stay = left.filter { known.contains($0.targetRef?.uid ?? "") }.prefix(capacity)
                let staying = Set(stay.compactMap(\.targetRef?.uid))
                left.removeAll { staying.contains($0.targetRef?.uid ?? "") }
                own.append((slice, Array(stay)))
            }
            for index in own.indices {
                let room = min(left.count, capacity - own[index].endpoints.count)
                own[index].endpoints += left.prefix(room)
                own[index].endpoints.sort { $0.targetRef?.name ?? "" < $1.targetRef?.name ?? "" }
                left.removeFirst(room)
            }
            kept += own.filter { !$0.endpoints.isEmpty }
            let used = Set(own.filter { !$0.endpoints.isEmpty }.map(\.slice.metadata.name))
            spare.removeAll { used.contains($0.metadata.name) }
            while !left.isEmpty {
                rest.append((ports, Array(left.prefix(capacity))))
                left.removeFirst(min(left.count, capacity))
            }
        }

        func actions(labels: [String: String]) -> [Action] {
            var actions: [Action] = []
            var spare = spare
            func bring(_ slice: EndpointSliceObject, to content: Content) {
                let present = Content(labels: slice.metadata.labels, ports: slice.ports, endpoints: slice.endpoints)
                if present != content { actions.append(.update(slice, content)) }
            }
            for (slice, endpoints) in kept {
                bring(slice, to: Content(labels: labels, ports: slice.ports, endpoints: endpoints))
            }
            for (ports, endpoints) in rest {
                let content = Content(labels: labels, ports: ports, endpoints: endpoints)
                guard let index = spare.firstIndex(where: { $0.addressType == "IPv4" }) else {
                    actions.append(.create(content))
                    continue
                }
                bring(spare.remove(at: index), to: content)
            }
            return actions + spare.map { .delete($0) }
        }
    }
}
