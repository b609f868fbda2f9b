import FairleadAPI
import Foundation
import KubernetesCore

/// Follows runs to their end and tells it.
enum RunEnding {
    /// Shows a run until it is finished, then its results or why it did not succeed.
    ///
    /// - Returns: The phase in which it ended.
    static func watch(_ cluster: Cluster, _ key: ObjectKey) async throws -> PipelineRunStatus.Phase? {
        let run = try await RunWatcher(cluster: cluster, key: key, terminal: .current()).watch()
        try Output.lines(RunStory(run: run, now: Date()).ending())
        return run.status.phase
    }
}
