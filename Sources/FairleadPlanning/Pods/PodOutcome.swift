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
    ///   - artifacts: The names of the artifacts that its task declares.
    public static func judge(_ pod: PodView, results: [ResultSpec], artifacts: [String] = []) -> PodOutcome {
        switch pod.status.phase {
        case "Succeeded": return judgePendingTimeout(pod) ?? judgeStore(pod, artifacts) ?? judgeSuccess(pod, results)
        case "Failed": return judgePendingTimeout(pod) ?? judgeFailure(pod, results)
        default: break
        }
        if pod.metadata.isBeingDeleted, pod.spec.nodeName == nil {
            let message = "pod \(pod.metadata.name) was deleted before it started"
            return judgePendingTimeout(pod) ?? .disrupted(reason: .evicted, message: message)
        }
        if pod.metadata.isBeingDeleted, pod.metadata.deletionGracePeriodSeconds == 0 {
            // A kubelet says how a pod ended before it asks for no more grace: somebody else did, by force.
            let message = "pod \(pod.metadata.name) was deleted by force on node \(pod.spec.nodeName ?? "")"
            return judgePendingTimeout(pod) ?? .disrupted(reason: .nodeLost, message: message)
        }
        if pod.status.phase == "Running" {
            return .running(since: pod.mainStatus?.state?.running?.startedAt ?? pod.status.startTime)
        }
        let (reason, message) = waiting(pod)
        return .pending(reason: reason, message: message)
    }

    /// How a pod's program ended otherwise than well that is followed by what stands beside it, such as an upload.
    static func programFailure(_ pod: PodView) -> PodOutcome? {
        guard pod.status.phase == "Running", let ended = pod.mainStatus?.state?.terminated, ended.exitCode != 0 else {
            return nil
        }
        return judgeFailure(pod, [])
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

    /// What went wrong with the files of a program that ended well; nil where all are stored.
    ///
    /// The pod has succeeded whatever became of its sidecars, so that only a line for each artifact counts.
    private static func judgeStore(_ pod: PodView, _ artifacts: [String]) -> PodOutcome? {
        guard let store = pod.storeStatus else { return nil }
        let lines = PodArtifacts.lines(pod)
        for name in artifacts where lines[name]?["digest"]?.stringValue == nil {
            let place = "artifact \"\(name)\" of pod \(pod.metadata.name)"
            if let error = lines[name]?["error"]?.stringValue {
                let isMissing = lines[name]?["reason"] == "ArtifactMissing"
                return isMissing
                    ? .failed(reason: .resultMissing, message: "\(place): \(error)", exitCode: 0)
                    : .disrupted(reason: .artifactStoreFailed, message: "\(place) was not stored: \(error)")
            }
            let end = store.state?.terminated.map { story("its container store", $0) } ?? "its container store is gone"
            return .disrupted(reason: .artifactStoreFailed, message: "\(place) was not stored: \(end)")
        }
        return nil
    }

    private static func judgeFailure(_ pod: PodView, _ results: [ResultSpec]) -> PodOutcome {
        let node = pod.spec.nodeName.map { " on node \($0)" } ?? ""
        let place = "pod \(pod.metadata.name)\(node)"
        let disruption = pod.interruption
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
            let reason: Reason =
                disruption.reason == "PreemptionByScheduler" || disruption.type == "TerminationTarget"
                ? .preempted : .evicted
            return .disrupted(reason: reason, message: "\(place): \(disruption.message ?? disruption.reason ?? "")")
        }
        return judgeContainers(pod, place, results)
    }

    private static func judgeContainers(_ pod: PodView, _ place: String, _ results: [ResultSpec]) -> PodOutcome {
        // Where the program ran, sidecars may have ended in any way after it.
        if pod.mainStatus?.state?.terminated?.startedAt == nil, let outcome = judgeInitContainers(pod, place) {
            return outcome
        }
        guard var ended = pod.mainStatus?.state?.terminated else {
            let message = "\(place) failed: \(pod.status.message ?? pod.status.reason ?? "no container status")"
            if pod.metadata.isBeingDeleted { return .disrupted(reason: .preempted, message: message) }
            return .disrupted(reason: .nodeLost, message: message)
        }
        if hidesLog(pod, results) { ended.message = nil }
        // The kubelet found the container gone, or dead without a word, after the node had stopped under it.
        if ended.reason == "ContainerStatusUnknown" || (ended.reason == "Unknown" && ended.exitCode == 255) {
            return .disrupted(reason: .nodeLost, message: story(place, ended))
        }
        if ended.reason == "OOMKilled" {
            return .failed(reason: .outOfMemory, message: story(place, ended), exitCode: ended.exitCode)
        }
        if ended.exitCode != 0, let asked = pod.deletionAskedAt, asked.date <= ended.finishedAt?.date ?? .distantFuture
        {
            return .disrupted(reason: .evicted, message: "\(place) was deleted while it ran")
        }
        return .failed(reason: .exitCode, message: story(place, ended), exitCode: ended.exitCode)
    }

    /// Whether the results that a failed program had written stand where else the end of its log would.
    static func hidesLog(_ pod: PodView, _ results: [ResultSpec]) -> Bool {
        guard let ended = pod.mainStatus?.state?.terminated, ended.exitCode != 0 else { return false }
        return TerminationMessage.holdsOnlyResults(ended.message, declared: results)
    }

    private static func judgeInitContainers(_ pod: PodView, _ place: String) -> PodOutcome? {
        for status in pod.status.initContainerStatuses ?? [] where status.name != "store" {
            guard let ended = status.state?.terminated, ended.exitCode != 0 else { continue }
            let story = story("init container \(status.name) of \(place)", ended)
            switch status.name {
            case "fetch": return judgeFetch(ended, place, story)
            case "packages": return .failed(reason: .packagesFailed, message: story, exitCode: ended.exitCode)
            default: return .failed(reason: .exitCode, message: story, exitCode: ended.exitCode)
            }
        }
        return nil
    }

    /// What can't be had however often it is asked for costs the user's budget, the rest the platform's.
    private static func judgeFetch(
        _ ended: ContainerState.Terminated, _ place: String, _ story: String
    ) -> PodOutcome {
        let last = TerminationMessage.lines(ended.message).last
        let message = last?["error"]?.stringValue.map { "fetch of \(place): \($0)" } ?? story
        let finalReasons: [JSONValue] = ["InvalidPlan", "DigestMismatch", "NotFound", "Denied", "NotInstalled"]
        guard let reason = last?["reason"], finalReasons.contains(reason) else {
            return .disrupted(reason: .artifactStoreFailed, message: message)
        }
        return .failed(reason: .artifactStoreFailed, message: message, exitCode: ended.exitCode)
    }

    /// A pod that was deleted after it was written on it that it had been pending for too long: it may have started while
    /// it was being deleted, and then shows nothing but how it was ended.
    private static func judgePendingTimeout(_ pod: PodView) -> PodOutcome? {
        guard let story = pod.metadata.annotations[PodNaming.overdueAnnotation], let deleted = pod.deletionAskedAt
        else {
            return nil
        }
        // What started before anybody asked for that was deleted for another reason, or ended by itself. One that never
        // did may say that it started when all time began.
        let main = pod.mainStatus?.state
        if let started = main?.terminated?.startedAt ?? main?.running?.startedAt, started < deleted,
            started.date.timeIntervalSince1970 > 0
        {
            return nil
        }
        let failures = (pod.status.initContainerStatuses ?? []).compactMap { $0.state?.terminated }
            .filter { $0.exitCode != 0 }
        let end = main?.terminated?.finishedAt ?? failures.compactMap(\.finishedAt).max()
        // What ended before anybody asked for that ended by itself.
        if let end, end < deleted { return nil }
        return .failed(
            reason: .pendingTimeout,
            message: "pod \(pod.metadata.name) was pending longer than timeouts.pending"
                + (story.isEmpty ? "" : ": \(story)"), exitCode: nil)
    }

    static func waiting(_ pod: PodView) -> (reason: Reason?, message: String) {
        let statuses = (pod.status.initContainerStatuses ?? []) + (pod.status.containerStatuses ?? [])
        for status in statuses {
            guard let waiting = status.state?.waiting, let reason = waiting.reason, reason != "PodInitializing",
                reason != "ContainerCreating"
            else { continue }
            let message = "container \(status.name): \(reason)" + (waiting.message.map { ": \($0)" } ?? "")
            return (reason.contains("Image") ? .imagePullFailed : nil, message)
        }
        let running = pod.status.initContainerStatuses?.first { $0.state?.running != nil && $0.name != "store" }?.name
        if running == "packages" { return (nil, "installing packages") }
        if running == "fetch" { return (nil, "fetching what it reads") }
        if let unscheduled = pod.status.conditions?.first(where: { $0.type == "PodScheduled" && $0.status == "False" })
        {
            return (nil, unscheduled.message ?? unscheduled.reason ?? "not scheduled")
        }
        return (nil, "")
    }

    /// What ran where, how it ended, its last word, and then the end of its log as the kubelet put it into the
    /// termination message: tables and events show the first line alone.
    static func story(_ place: String, _ ended: ContainerState.Terminated) -> String {
        var story = "\(place) ended with exit code \(ended.exitCode)"
        if let signal = ended.signal, signal > 0 { story += " (signal \(signal))" }
        if let reason = ended.reason, reason != "Error", reason != "Completed" { story += " (\(reason))" }
        return adding(ended.message ?? "", to: story)
    }

    /// A story with a program's last word, and the end of its log.
    static func adding(_ log: String, to story: String) -> String {
        let lines = log.split(separator: "\n", omittingEmptySubsequences: false)
            .suffix(Limits.published.messageLogLines)
        guard let last = lines.last(where: { !$0.allSatisfy(\.isWhitespace) }) else { return story }
        let told = "\(story): \(last.prefix(200))"
        return lines.count > 1 ? "\(told)\n\(lines.joined(separator: "\n"))" : told
    }
}

extension PodView {
    /// The status of the container `main`.
    var mainStatus: ContainerStatus? { status.containerStatuses?.first { $0.name == "main" } }

    /// When the attempt's program started.
    var startedAt: Time? {
        mainStatus?.state?.terminated?.startedAt ?? mainStatus?.state?.running?.startedAt ?? status.startTime
    }

    /// When the attempt ended: when its program and `store` did, or when the pod's deletion was asked for.
    var endedAt: Time? {
        let initEnds = status.initContainerStatuses?.compactMap { $0.state?.terminated?.finishedAt } ?? []
        guard let end = mainStatus?.state?.terminated?.finishedAt else { return initEnds.max() ?? deletionAskedAt }
        // What is still being stored is not done.
        return storeStatus?.state?.terminated?.finishedAt.map { max($0, end) } ?? end
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
