import FairleadAPI
import Foundation
import KubernetesCore

/// Shows training jobs as they go on.
enum JobWatcher {
    /// Shows a job until it is finished, then its results or why it did not succeed.
    ///
    /// - Returns: The phase in which it ended.
    /// - Throws: ``CommandError`` where the job is deleted meanwhile.
    static func watch(_ cluster: Cluster, _ key: ObjectKey) async throws -> TrainingJobStatus.Phase? {
        let display = StoryDisplay(JobProgressLines(), terminal: .current()) { JobStory(job: $0, now: $1).lines() }
        let job = try await object(cluster, key).watch(display) { $0.status.phase?.isTerminal == true }
        try Output.lines(JobStory(job: job, now: Date()).ending())
        return job.status.phase
    }

    /// Watches one job.
    static func object(_ cluster: Cluster, _ key: ObjectKey) -> ObjectWatcher<TrainingJob> {
        ObjectWatcher(cluster: cluster, key: key, noun: "training job")
    }
}
