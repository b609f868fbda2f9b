public import FairleadAPI
public import Foundation
import KubernetesCore

/// What the platform did to a pod, as the condition `DisruptionTarget` tells it.
public struct PodDisruption: Sendable, Hashable {
    /// `Preempted`, `NodeLost` or `Evicted`.
    public var reason: Reason
    /// When it was told.
    public var at: Date?
    /// What the platform says of it.
    var message: String?

    /// What happened, after the pod's name.
    var story: String {
        let verb =
            switch reason {
            case .preempted: "was preempted"
            case .nodeLost: "lost its node"
            default: "was evicted"
            }
        return message.map { "\(verb): \($0)" } ?? verb
    }
}

extension PodDisruption {
    /// Reads a pod; nil where the platform has nothing against it.
    init?(_ pod: PodView) {
        guard let condition = pod.interruption else { return nil }
        at = condition.lastTransitionTime?.date
        message = condition.message.flatMap { $0.isEmpty ? nil : $0 }
        switch condition.reason {
        case "DeletionByTaintManager", "DeletionByPodGC": reason = .nodeLost
        case "PreemptionByScheduler": reason = .preempted
        default: reason = condition.type == "TerminationTarget" ? .preempted : .evicted
        }
    }
}

extension PodView {
    /// How long a node is silent before the cluster says so: the node monitor's grace period, which was shorter once.
    private static let nodeGrace: TimeInterval = 50

    /// Whether the pod is ready.
    var isReady: Bool { condition("Ready")?.status == "True" }

    /// Since when nothing is heard of the pod's node, nil while something is.
    ///
    /// A kubelet takes `Ready` away together with `ContainersReady`, or names a gate; the cluster, which gives a node
    /// up, takes `Ready` alone.
    var silentSince: Date? {
        guard let ready = condition("Ready"), ready.status == "False", ready.reason != "ReadinessGatesNotReady",
            condition("ContainersReady")?.status == "True"
        else { return nil }
        return ready.lastTransitionTime?.date.addingTimeInterval(-Self.nodeGrace) ?? .distantPast
    }

    private func condition(_ type: String) -> PodCondition? { status.conditions?.first { $0.type == type } }
}
