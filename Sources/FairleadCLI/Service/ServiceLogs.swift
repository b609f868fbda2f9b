import FairleadAPI
import Foundation
import KubernetesClient
import KubernetesCore

/// Prints what the pods of an inference service wrote.
struct ServiceLogs: Sendable {
    let cluster: Cluster
    let service: InferenceService
    let address: ServiceAddress
    let container: String

    /// Prints what they have written so far.
    ///
    /// - Parameter isPrevious: Whether the run before the container's last start is meant.
    /// - Throws: ``CommandError`` where there is no pod.
    func print(isPrevious: Bool) async throws {
        let pods = try await pods()
        guard !pods.isEmpty else {
            let phase = service.status.phase?.rawValue ?? "Pending"
            throw CommandError(
                .notFound,
                "inference service \"\(service.metadata.name)\" has no \(address.component.rawValue) pod (\(phase)); "
                    + "-f waits for one")
        }
        let printer = printer(pods)
        for pod in pods {
            guard LogSelection.hasBegun(pod, container: container) else {
                Output.note("\(pod.metadata.name): has not begun to write; -f waits for it")
                continue
            }
            if isPrevious {
                let log = try await cluster.client.logs(pod.key, LogQuery(container: container, previous: true))
                try Output.write(Data(log))
            } else {
                try await printer.print(pod, follow: false)
            }
        }
    }

    /// Prints as they write, until the service is deleted.
    func follow() async throws {
        let (cluster, key, address) = (cluster, service.key, address)
        let follower = LogFollower(
            cluster: cluster, selector: ServiceAddress.selector(service: service.metadata.name),
            isWanted: { address.matches($0) }, printer: printer(try await pods())
        ) {
            try await ServiceWatcher.object(cluster, key).follower.follow { event in
                guard case .present = event else { return .stop }
                return .goOn
            }
        }
        try await follower.follow()
    }

    private func pods() async throws -> [PodView] {
        let selector = ServiceAddress.selector(service: service.metadata.name)
        return try await cluster.client.listAll(
            PodView.self, namespace: cluster.namespace, ListQuery(labelSelector: selector)
        ).items.filter(address.matches).sorted { $0.metadata.name < $1.metadata.name }
    }

    private func printer(_ pods: [PodView]) -> LogPrinter {
        let isOne = pods.count == 1
        return LogPrinter(
            client: cluster.client, container: container,
            nameWidth: isOne ? nil : pods.map(\.metadata.name.count).max() ?? 0)
    }
}
