import FairleadAPI
import FairleadPlanning
import KubernetesCore

/// What there is to tell about the pod of an attempt: where it ran and how it ended, or what it waits for.
struct PodFacts: Sendable, Hashable {
    var name: String
    var node: String?
    var attempt: Int
    /// The container that ended badly, or holds the pod up; `main` where none does.
    var container = "main"
    /// Its end, nil where it has none.
    var ending: ContainerState.Terminated?
    /// What the pod waits for.
    var waiting: String?
    /// When it was made.
    var created: Time?
    /// The end of the container's log; nil where it could not be read.
    var log: [String]?
    /// What Kubernetes complains of, the newest last.
    var warnings: [String] = []

    init(_ pod: PodView) {
        name = pod.metadata.name
        node = pod.spec.nodeName
        attempt = LogSelection.attempt(pod)
        created = pod.metadata.creationTimestamp
        let initial = pod.status.initContainerStatuses ?? []
        let main = pod.status.containerStatuses?.first { $0.name == "main" }
        if let ended = main?.state?.terminated, ended.exitCode != 0 {
            ending = ended
        } else if let failed = initial.first(where: { ($0.state?.terminated?.exitCode ?? 0) != 0 }) {
            container = failed.name
            ending = failed.state?.terminated
        } else {
            ending = main?.state?.terminated
        }
        guard ending == nil else { return }
        for status in initial + (pod.status.containerStatuses ?? []) {
            guard let state = status.state?.waiting, let reason = state.reason,
                reason != "PodInitializing", reason != "ContainerCreating"
            else { continue }
            container = status.name
            waiting = "container \(status.name): \(reason)" + (state.message.map { ": \($0)" } ?? "")
            return
        }
        if let condition = pod.status.conditions?.first(where: { $0.type == "PodScheduled" && $0.status == "False" }) {
            waiting = condition.message ?? condition.reason ?? "not scheduled"
        }
    }

    /// Whether the container has written, so that it has a log.
    var hasLog: Bool { ending != nil }

    /// How the container ended, in words; nil where it has not.
    var endingText: String? {
        guard let ending else { return nil }
        var text = "with exit code \(ending.exitCode)"
        var more: [String] = []
        if let signal = ending.signal, signal > 0 { more.append("signal \(signal)") }
        if let reason = ending.reason, reason != "Error", reason != "Completed" { more.append(reason) }
        if !more.isEmpty { text += " (\(more.joined(separator: ", ")))" }
        if let start = ending.startedAt, let end = ending.finishedAt {
            text += " after \(FairleadDuration.format(.seconds(end.secondsSince1970 - start.secondsSince1970)))"
        }
        return text
    }
}
