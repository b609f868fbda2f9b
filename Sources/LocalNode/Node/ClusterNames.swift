import KubernetesCore
import Synchronization

/// The names by which pods reach each other and their Services, as they stand now.
final class ClusterNames: Sendable {
    /// A pod that can be reached.
    struct Member: Sendable, Hashable {
        var address: String
        var labels: [String: String]
        /// `hostname`, where the pod has a place below a headless Service.
        var hostName: String?
        var subdomain: String?
    }

    /// A Service as far as names need it.
    struct Service: Sendable, Hashable {
        var name: String
        var selector: [String: String]
    }

    private let members = Mutex<[ObjectKey: Member]>([:])

    /// Takes a pod as it is now.
    func set(_ pod: PodManifest) {
        let address = pod.status.podIP ?? ""
        let isReachable = !pod.isTerminal && !address.isEmpty
        let member = Member(
            address: address, labels: pod.metadata.labels, hostName: pod.spec.hostname, subdomain: pod.spec.subdomain)
        members.withLock { $0[pod.key] = isReachable ? member : nil }
    }

    /// Takes the news that a pod is gone.
    func remove(_ key: ObjectKey) { members.withLock { $0[key] = nil } }

    /// The lines of `/etc/hosts` for a namespace, sorted.
    func entries(namespace: String, services: [Service]) -> [NodeConfiguration.HostEntry] {
        let here = members.withLock { $0.filter { $0.key.namespace == namespace } }
        return Self.entries(here, namespace: namespace, services: services)
    }

    static func entries(
        _ members: [ObjectKey: Member], namespace: String, services: [Service]
    ) -> [NodeConfiguration.HostEntry] {
        let suffix = "\(namespace).svc.cluster.local"
        var entries: [NodeConfiguration.HostEntry] = []
        let sorted = members.sorted { $0.key < $1.key }
        for (_, member) in sorted {
            guard let host = member.hostName, let subdomain = member.subdomain else { continue }
            let place = "\(host).\(subdomain)"
            entries.append(
                .init(address: member.address, names: ["\(place).\(suffix)", "\(place).\(namespace)", place, host]))
        }
        for service in services.sorted(by: { $0.name < $1.name }) where !service.selector.isEmpty {
            for (_, member) in sorted
            where service.selector.allSatisfy({ member.labels[$0.key] == $0.value }) {
                let name = service.name
                entries.append(
                    .init(
                        address: member.address,
                        names: ["\(name).\(suffix)", "\(name).\(namespace).svc", "\(name).\(namespace)", name]))
            }
        }
        return entries
    }
}
