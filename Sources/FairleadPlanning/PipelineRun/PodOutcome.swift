public import FairleadAPI
import Foundation
public import KubernetesCore

/// How one attempt of a task stands, read from its pod and from nothing else.
public enum PodOutcome: Sendable, Hashable {
    /// Not ended; `reason` and `message` tell what it waits for, where it does.
    case pending(reason: Reason?, message: String)
    /// The main container runs.
    case running(since: Time?)
    /// The program ended with 0 and its results are as declared.
    case succeeded(results: [String: JSONValue])
    /// The program, or what it declares, failed: the user's budget pays.
    case failed(reason: Reason, message: String, exitCode: Int?)
    /// The platform took the pod away: the platform's budget pays.
    case disrupted(reason: Reason, message: String)

    /// Whether the attempt has ended.
    public var isTerminal: Bool {
        switch self {
        case .pending, .running: false
        case .succeeded, .failed, .disrupted: true
        }
    }

    /// Judges a pod.
    ///
    /// - Parameters:
    ///   - pod: The pod.
    ///   - results: The results that its task declares.
    ///   - pendingTimeout: How long the task may be pending, nil for ever.
    public static func judge(_ pod: PodView, results: [ResultSpec], pendingTimeout: Duration?) -> PodOutcome {
        switch pod.status.phase {
        case "Succeeded": return judgeSuccess(pod, results)
        case "Failed": return judgePendingTimeout(pod, pendingTimeout) ?? judgeFailure(pod)
        default: break
        }
        if pod.metadata.isBeingDeleted, pod.spec.nodeName == nil {
            let message = "pod \(pod.metadata.name) was deleted before it started"
            return judgePendingTimeout(pod, pendingTimeout) ?? .disrupted(reason: .evicted, message: message)
        }
        if pod.status.phase == "Running" {
            return .running(since: pod.mainStatus?.state?.running?.startedAt ?? pod.status.startTime)
        }
        let (reason, message) = waiting(pod)
        return .pending(reason: reason, message: message)
    }

    private static func judgeSuccess(_ pod: PodView, _ results: [ResultSpec]) -> PodOutcome {
        let containers = (pod.status.containerStatuses?.count ?? 1) + (pod.status.initContainerStatuses?.count ?? 0)
        let ended = pod.mainStatus?.state?.terminated
        do throws(TerminationMessage.Refusal) {
            return .succeeded(
                results: try TerminationMessage.results(
                    ended?.message, declared: results, limit: TerminationMessage.limit(containers: containers)))
        } catch {
            return .failed(reason: error.reason, message: error.message, exitCode: 0)
        }
    }

    private static func judgeFailure(_ pod: PodView) -> PodOutcome {
        let node = pod.spec.nodeName.map { " on node \($0)" } ?? ""
        let place = "pod \(pod.metadata.name)\(node)"
        let disruption = pod.status.conditions?.first { $0.type == "DisruptionTarget" && $0.status == "True" }
        switch pod.status.reason {
        case "Evicted":
            return .disrupted(reason: .evicted, message: "\(place) was evicted: \(pod.status.message ?? "")")
        case "NodeLost", "NodeShutdown", "Terminated", "Shutdown", "NodeAffinity", "UnexpectedAdmissionError":
            return .disrupted(reason: .nodeLost, message: "\(place) was lost: \(pod.status.message ?? "")")
        case "Preempting", "Preempted":
            return .disrupted(reason: .preempted, message: "\(place) was preempted: \(pod.status.message ?? "")")
        case "DeadlineExceeded":
            return .failed(reason: .timeout, message: "\(place) ran longer than timeouts.attempt", exitCode: nil)
        default: break
        }
        if let disruption {
            let reason: Reason = disruption.reason == "PreemptionByScheduler" ? .preempted : .evicted
            return .disrupted(reason: reason, message: "\(place): \(disruption.message ?? disruption.reason ?? "")")
        }
        return judgeContainers(pod, place)
    }

    private static func judgeContainers(_ pod: PodView, _ place: String) -> PodOutcome {
        for status in pod.status.initContainerStatuses ?? [] {
            guard let ended = status.state?.terminated, ended.exitCode != 0 else { continue }
            let reason: Reason = status.name == "packages" ? .packagesFailed : .exitCode
            return .failed(
                reason: reason, message: story("init container \(status.name) of \(place)", ended),
                exitCode: ended.exitCode)
        }
        guard let ended = pod.mainStatus?.state?.terminated else {
            let message = "\(place) failed: \(pod.status.message ?? pod.status.reason ?? "no container status")"
            if pod.metadata.isBeingDeleted { return .disrupted(reason: .preempted, message: message) }
            return .disrupted(reason: .nodeLost, message: message)
        }
        if ended.reason == "OOMKilled" {
            return .failed(reason: .outOfMemory, message: story(place, ended), exitCode: ended.exitCode)
        }
        if pod.metadata.isBeingDeleted, ended.exitCode != 0 {
            return .disrupted(reason: .evicted, message: "\(place) was deleted while it ran")
        }
        return .failed(reason: .exitCode, message: story(place, ended), exitCode: ended.exitCode)
    }

    /// A pod that was deleted before its program started, after the time that it may be pending: nothing but the
    /// controller deletes a pod for that, and the pod itself tells it after a restart too.
    private static func judgePendingTimeout(_ pod: PodView, _ pendingTimeout: Duration?) -> PodOutcome? {
        guard let pendingTimeout, let created = pod.metadata.creationTimestamp,
            let deleted = pod.deletionAskedAt, pod.mainStatus?.state?.terminated?.startedAt == nil,
            deleted.date.timeIntervalSince(created.date) + 1 >= pendingTimeout.seconds
        else { return nil }
        let story = waiting(pod).message
        return .failed(
            reason: .pendingTimeout,
            message: "pod \(pod.metadata.name) was pending longer than timeouts.pending"
                + (story.isEmpty ? "" : ": \(story)"), exitCode: nil)
    }

    private static func waiting(_ pod: PodView) -> (reason: Reason?, message: String) {
        let statuses = (pod.status.initContainerStatuses ?? []) + (pod.status.containerStatuses ?? [])
        for status in statuses {
            guard let waiting = status.state?.waiting, let reason = waiting.reason, reason != "PodInitializing",
                reason != "ContainerCreating"
            else { continue }
            let message = "container \(status.name): \(reason)" + (waiting.message.map { ": \($0)" } ?? "")
            return (reason.contains("Image") ? .imagePullFailed : nil, message)
        }
        if pod.status.initContainerStatuses?.contains(where: { $0.name == "packages" && $0.state?.running != nil })
            == true
        {
            return (nil, "installing packages")
        }
        if let unscheduled = pod.status.conditions?.first(where: { $0.type == "PodScheduled" && $0.status == "False" })
        {
            return (nil, unscheduled.message ?? unscheduled.reason ?? "not scheduled")
        }
        return (nil, "")
    }

    /// What ran where, how it ended, its last word, and then the end of its log as the kubelet put it into the
    /// termination message: tables and events show the first line alone.
    private static func story(_ place: String, _ ended: ContainerState.Terminated) -> String {
        var story = "\(place) ended with exit code \(ended.exitCode)"
        if let signal = ended.signal, signal > 0 { story += " (signal \(signal))" }
        if let reason = ended.reason, reason != "Error", reason != "Completed" { story += " (\(reason))" }
        let lines = (ended.message ?? "").split(separator: "\n", omittingEmptySubsequences: false)
            .suffix(Limits.published.messageLogLines)
        guard let last = lines.last(where: { !$0.allSatisfy(\.isWhitespace) }) else { return story }
        story += ": \(last.prefix(200))"
        return lines.count > 1 ? "\(story)\n\(lines.joined(separator: "\n"))" : story
    }
}

extension PodView {
    /// The status of the container `main`.
    var mainStatus: ContainerStatus? { status.containerStatuses?.first { $0.name == "main" } }

    /// When the attempt's program started.
    var startedAt: Time? {
        mainStatus?.state?.terminated?.startedAt ?? mainStatus?.state?.running?.startedAt ?? status.startTime
    }

    /// When the attempt ended: when its program did, or when the pod's deletion was asked for.
    var endedAt: Time? {
        mainStatus?.state?.terminated?.finishedAt
            ?? status.initContainerStatuses?.compactMap { $0.state?.terminated?.finishedAt }.max()
            ?? deletionAskedAt
    }

    /// When the pod's deletion was asked for: its timestamp is when the grace period is over.
    var deletionAskedAt: Time? {
        metadata.deletionTimestamp.map { end in
            Time(end.date.addingTimeInterval(-Double(metadata.deletionGracePeriodSeconds ?? 0)))
        }
    }
}

extension Duration {
    /// The duration in seconds, with its fraction.
    var seconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }
}
