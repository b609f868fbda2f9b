import FairleadAPI
import FairleadPlanning
import KubernetesCore

/// Decides which pods' logs are meant.
struct LogSelection: Sendable {
    /// Each task's or item's pods, by attempt.
    private let attempts: [TaskAddress: [PodView]]

    /// - Parameter pods: The run's pods.
    init(pods: [PodView]) {
        attempts = Dictionary(grouping: pods, by: Self.address).mapValues { pods in
            pods.sorted { left, right in
                (Self.attempt(left), left.metadata.name) < (Self.attempt(right), right.metadata.name)
            }
        }
    }

    /// The selector of the pods of a run, of one of its tasks, or of an item.
    static func selector(run: String, _ address: TaskAddress? = nil) -> String {
        var selector = "\(FairleadLabel.run)=\(run)"
        if let task = address?.task { selector += ",\(FairleadLabel.task)=\(task)" }
        if let item = address?.item { selector += ",\(FairleadLabel.itemIndex)=\(item)" }
        return selector
    }

    /// The task or item of a pod.
    static func address(_ pod: PodView) -> TaskAddress {
        TaskAddress(
            task: pod.metadata.labels[FairleadLabel.task] ?? pod.metadata.name,
            item: pod.metadata.labels[FairleadLabel.itemIndex].flatMap { Int($0) })
    }

    /// What a pod is called before its lines: its task or item, or its place in a training job; a service's has its
    /// own name.
    static func name(of pod: PodView) -> String {
        if pod.metadata.labels[FairleadLabel.inferenceService] != nil { return pod.metadata.name }
        return pod.metadata.labels[FairleadLabel.role] == nil ? address(pod).description : MemberAddress.place(of: pod)
    }

    /// The attempt of a pod, from 1.
    static func attempt(_ pod: PodView) -> Int {
        pod.metadata.annotations[PodNaming.attemptAnnotation].flatMap { Int($0) } ?? 1
    }

    /// The items of a task that have pods, in order; the task itself where it is not mapped.
    func addresses(_ task: String) -> [TaskAddress] {
        attempts.keys.filter { $0.task == task }.sorted { ($0.item ?? -1) < ($1.item ?? -1) }
    }

    /// The pod of the newest attempt.
    func newest(_ address: TaskAddress) -> PodView? { attempts[address]?.last }

    /// The pod of the attempt before the newest.
    func previous(_ address: TaskAddress) -> PodView? { attempts[address]?.dropLast().last }

    /// Whether a container has begun to write: before that the server has no log to show.
    static func hasBegun(_ pod: PodView, container: String) -> Bool {
        let statuses = (pod.status.initContainerStatuses ?? []) + (pod.status.containerStatuses ?? [])
        guard let status = statuses.first(where: { $0.name == container }) else { return false }
        return status.state?.running != nil || status.state?.terminated != nil || (status.restartCount ?? 0) > 0
    }
}
