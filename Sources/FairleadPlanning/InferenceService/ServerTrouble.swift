import FairleadAPI
import KubernetesCore

/// Why a pod of a revision does not serve, read from its status.
struct ServerTrouble: Sendable, Hashable {
    /// The pod.
    var pod: String
    /// Why.
    var reason: Reason
    /// For people.
    var message: String
    /// How its container ended, nil where none has.
    var exitCode: Int?
    /// When.
    var time: Time?
    /// Whether no further try can mend it.
    var isFinal = false

    /// What of a fetch stays as it is, however often it is tried.
    private static let finalFetches: Set<String> = ["InvalidPlan", "DigestMismatch", "NotFound"]

    /// Judges a pod; nil where it serves, or nothing has gone wrong yet.
    init?(_ pod: PodView) {
        guard !pod.metadata.isBeingDeleted, !pod.serves else { return nil }
        self.pod = pod.metadata.name
        let place = "pod \(pod.metadata.name)"
        for status in pod.status.initContainerStatuses ?? [] where status.state?.terminated?.exitCode != 0 {
            guard let ended = status.failure else { continue }
            self = Self.initial(pod.metadata.name, status.name, ended, place)
            return
        }
        for status in pod.status.containerStatuses ?? [] where status.ready != true {
            guard let ended = status.failure else { continue }
            reason = ended.reason == "OOMKilled" ? .outOfMemory : .exitCode
            message = PodOutcome.story("container \(status.name) of \(place)", ended)
            exitCode = ended.exitCode
            time = ended.finishedAt
            return
        }
        let waiting = PodOutcome.waiting(pod)
        guard let why = waiting.reason ?? (pod.isRefused ? .modelLoadFailed : nil) else { return nil }
        reason = why
        message = "\(place): \(waiting.message)"
    }

    private init(_ pod: String, _ reason: Reason, _ message: String, _ ended: ContainerState.Terminated) {
        self.pod = pod
        self.reason = reason
        self.message = message
        exitCode = ended.exitCode
        time = ended.finishedAt
    }

    private static func initial(
        _ pod: String, _ container: String, _ ended: ContainerState.Terminated, _ place: String
    ) -> ServerTrouble {
        let story = PodOutcome.story("init container \(container) of \(place)", ended)
        guard container == "fetch" else {
            return ServerTrouble(pod, container == "packages" ? .packagesFailed : .modelLoadFailed, story, ended)
        }
        let line = TerminationMessage.lines(ended.message).last
        let why = line?["reason"]?.stringValue
        let error = line?["error"]?.stringValue.map { "fetch of \(place)\(why.map { " (\($0))" } ?? ""): \($0)" }
        var trouble = ServerTrouble(pod, .artifactStoreFailed, error ?? story, ended)
        trouble.isFinal = why.map { finalFetches.contains($0) } ?? false
        return trouble
    }

    /// What pods of a revision that do nothing wrong wait for, for people.
    static func waiting(_ pods: [PodView]) -> String? {
        let open = pods.filter { !$0.metadata.isBeingDeleted && !$0.serves }
        for pod in open {
            let message = PodOutcome.waiting(pod).message
            if !message.isEmpty { return "pod \(pod.metadata.name): \(message)" }
        }
        guard let pod = open.first(where: { $0.mainStatus?.state?.running != nil }) else { return nil }
        return "pod \(pod.metadata.name) runs and is not ready yet"
    }
}

extension PodView {
    /// Whether the pod is ready.
    fileprivate var serves: Bool {
        status.conditions?.contains { $0.type == "Ready" && $0.status == "True" } ?? false
    }

    /// Whether the kubelet can't make a container as it is asked to.
    fileprivate var isRefused: Bool {
        let reasons: Set<String> = ["CreateContainerConfigError", "CreateContainerError", "RunContainerError"]
        let statuses = (status.initContainerStatuses ?? []) + (status.containerStatuses ?? [])
        return statuses.contains { $0.state?.waiting?.reason.map { reasons.contains($0) } ?? false }
    }
}

extension ContainerStatus {
    /// How the container last ended otherwise than well, nil where it did not.
    fileprivate var failure: ContainerState.Terminated? {
        [state?.terminated, lastState?.terminated].compactMap(\.self).first { $0.exitCode != 0 }
    }
}
