import Foundation
import KubernetesCore
import LocalAPIServer
import LocalNode

/// Lets the API server show what the node keeps of containers' output.
struct NodePodLogs: PodLogs {
    private let logs: NodeLogs

    /// - Parameter stateDirectory: The node's.
    init(stateDirectory: String) { logs = NodeLogs(stateDirectory: stateDirectory) }

    func stream(_ request: PodLogRequest, to write: ServerResponse.Writer) async throws {
        let wanted = NodeLogs.Request(
            pod: request.pod, uid: request.uid, container: request.container, follow: request.follow,
            previous: request.previous, timestamps: request.timestamps, tailLines: request.tailLines,
            since: request.sinceTime?.date ?? request.sinceSeconds.map { Date(timeIntervalSinceNow: -Double($0)) },
            limitBytes: request.limitBytes)
        try await logs.read(wanted) { try await write($0) }
    }
}
