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
        let (members, services) = state.withLock { state in
            (
                state.members.filter { $0.key.namespace == namespace },
                state.services.values.filter { $0.metadata.namespace == namespace }
            )
        }
        return Self.entries(members, namespace: namespace, services: services)
    }

    /// A Service's name leads to the ready pods that it selects, or to all of them where it publishes those that are
    /// not ready; a pod's own name is below the headless Service that is its subdomain and selects it.
    static func entries(
        _ members: [ObjectKey: Member], namespace: String, services: [ServiceManifest]
    ) -> [NodeConfiguration.HostEntry] {
        func names(_ place: String) -> [String] {
            [
                "\(place).\(namespace).svc.cluster.local", "\(place).\(namespace).svc", "\(place).\(namespace)", place,
            ]
        }
        var pods: [NodeConfiguration.HostEntry] = []
        var groups: [NodeConfiguration.HostEntry] = []
        let sorted = members.sorted { $0.key < $1.key }.map(\.value)
        for service in services.sorted(by: { $0.key < $1.key }) {
            let name = service.metadata.name
            for member in sorted where service.publishes(member) {
                if service.isHeadless, let host = member.hostName, member.subdomain == name {
                    pods.append(.init(address: member.address, names: names("\(host).\(name)")))
                }
                groups.append(.init(address: member.address, names: names(name)))
            }
        }
        return pods + groups
    }
}
