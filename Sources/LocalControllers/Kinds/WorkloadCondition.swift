import KubernetesCore

/// A condition of a Deployment or a ReplicaSet, which has a time of its last update too.
struct WorkloadCondition: Sendable, Hashable, Codable {
    var type: String
    var status: String
    /// Of Deployments alone.
    var lastUpdateTime: Time?
    var lastTransitionTime: Time?
    var reason: String?
    var message: String?
}

extension [WorkloadCondition] {
    subscript(type type: String) -> WorkloadCondition? { first { $0.type == type } }

    mutating func remove(type: String) { removeAll { $0.type == type } }

    /// Sets a condition unless it says the same already; the transition's time moves only with the status.
    mutating func set(_ condition: WorkloadCondition) {
        let before = self[type: condition.type]
        if let before, before.status == condition.status, before.reason == condition.reason { return }
        var next = condition
        if before?.status == condition.status { next.lastTransitionTime = before?.lastTransitionTime }
        remove(type: condition.type)
        append(next)
    }
}
