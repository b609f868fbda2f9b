import FairleadAPI
import FairleadPlanning
import KubernetesCore

/// Decides which pods' logs are meant.
struct LogSelection: Sendable {
    /// The run's pods.
    var pods: [PodView]

    /// The selector of the pods of a run, or of one of its tasks.
    static func selector(run: String, task: String?) -> String {
        "\(FairleadLabel.run)=\(run)" + (task.map { ",\(FairleadLabel.task)=\($0)" } ?? "")
    }

    /// The task of a pod.
    static func task(_ pod: PodView) -> String { pod.metadata.labels[FairleadLabel.task] ?? pod.metadata.name }

    /// The attempt of a pod, from 1.
    static func attempt(_ pod: PodView) -> Int {
        pod.metadata.annotations[PodNaming.attemptAnnotation].flatMap { Int($0) } ?? 1
    }

    /// A task's pod of the newest attempt.
    func newest(_ task: String) -> PodView? { attempts(task).last }

    /// A task's pod of the attempt before the newest.
    func previous(_ task: String) -> PodView? { attempts(task).dropLast().last }

    /// Whether a container has begun to write: before that the server has no log to show.
    static func hasBegun(_ pod: PodView, container: String) -> Bool {
        let statuses = (pod.status.initContainerStatuses ?? []) + (pod.status.containerStatuses ?? [])
        guard let status = statuses.first(where: { $0.name == container }) else { return false }
        return status.state?.running != nil || status.state?.terminated != nil || (status.restartCount ?? 0) > 0
    }

    private func attempts(_ task: String) -> [PodView] {
        pods.filter { Self.task($0) == task }.sorted { left, right in
            (Self.attempt(left), left.metadata.name) < (Self.attempt(right), right.metadata.name)
        }
    }
}
