import KubernetesCore

extension PodView {
    /// Whether the pod waits until somebody, such as a queue, lifts its scheduling gates.
    var isGated: Bool {
        status.conditions?.contains {
            $0.type == "PodScheduled" && $0.status == "False" && $0.reason == "SchedulingGated"
        } ?? false
    }

    /// The condition that says that the platform ended the pod: Kubernetes' own, or Kueue's for a pod that it takes
    /// back.
    var interruption: PodCondition? {
        status.conditions?.first {
            ["DisruptionTarget", "TerminationTarget"].contains($0.type) && $0.status == "True"
        }
    }
}
