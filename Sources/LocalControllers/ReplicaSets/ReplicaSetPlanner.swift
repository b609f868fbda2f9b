import KubernetesCore

/// Decides how many pods a ReplicaSet makes or which ones it lets go.
///
/// Guarantees: pods that exist and those that it makes are never more than are wanted; it never both makes and removes
/// pods; of the pods that are wanted none that serves goes before one that doesn't.
enum ReplicaSetPlanner {
    /// How many pods are made or removed at a time.
    static let burst = 500

    /// What is known.
    struct Observed: Sendable {
        var set: ReplicaSetObject
        /// The pods that the set controls and has not asked to go.
        var pods: [WorkloadPod]
        var now: Time
        /// How the last attempt to make or remove pods failed: reason and message.
        var failure: Failure?
    }

    /// Why pods could not be made or removed.
    struct Failure: Sendable, Hashable {
        var reason: String
        var message: String
    }

    /// What to do.
    struct Plan: Sendable, Hashable {
        var creates = 0
        /// The pods that go, the first to go first.
        var deletes: [ObjectKey] = []
        /// When a pod that is ready will have been so for long enough.
        var lookAfter: Duration?
    }

    /// Plans the next step.
    static func plan(_ observed: Observed) -> Plan {
        let set = observed.set
        let active = observed.pods.filter(\.isActive)
        var plan = Plan()
        if set.minReadySeconds > 0,
            active.contains(where: { pod in
                pod.isReady && !pod.isAvailable(minReadySeconds: set.minReadySeconds, now: observed.now)
            })
        {
            plan.lookAfter = .seconds(1)
        }
        guard !set.metadata.isBeingDeleted else { return plan }
        let missing = set.replicas - active.count
        if missing > 0 { plan.creates = min(missing, burst) }
        if missing < 0 {
            let ranked = active.map { (PodRanking($0, now: observed.now), $0.key) }.sorted { $0.0 < $1.0 }
            plan.deletes = ranked.prefix(min(-missing, burst)).map(\.1)
        }
        return plan
    }

    /// How the set stands.
    static func status(_ observed: Observed) -> ReplicaSetObject.Status {
        let set = observed.set
        let active = observed.pods.filter(\.isActive)
        func some(_ number: Int) -> Int? { number > 0 ? number : nil }
        let labels = set.spec.template?[path: ["metadata", "labels"]]?.objectValue ?? [:]
        let wanted = labels.compactMapValues(\.stringValue)
        let available = active.count { $0.isAvailable(minReadySeconds: set.minReadySeconds, now: observed.now) }
        var status = ReplicaSetObject.Status(replicas: active.count)
        status.fullyLabeledReplicas = some(
            active.count { pod in wanted.allSatisfy { pod.metadata.labels[$0.key] == $0.value } })
        status.readyReplicas = some(active.count(where: \.isReady))
        status.availableReplicas = some(available)
        status.terminatingReplicas = observed.pods.count { $0.metadata.isBeingDeleted && !$0.isTerminal }
        status.observedGeneration = set.metadata.generation
        var conditions = set.status.conditions ?? []
        if let failure = observed.failure {
            conditions.set(
                WorkloadCondition(
                    type: "ReplicaFailure", status: "True", lastTransitionTime: observed.now, reason: failure.reason,
                    message: failure.message))
        } else {
            conditions.remove(type: "ReplicaFailure")
        }
        status.conditions = conditions.isEmpty ? nil : conditions
        return status
    }

    /// The pod that a set makes; the server gives it its name.
    static func pod(of set: ReplicaSetObject) -> JSONValue {
        let template = set.spec.template ?? .object([:])
        var metadata: JSONValue = [
            "generateName": .string("\(set.metadata.name)-"),
            "ownerReferences": [
                (try? KubernetesJSON.value(
                    of: OwnerReference(controller: ReplicaSetObject.type, metadata: set.metadata))) ?? .null
            ],
        ]
        for name in ["labels", "annotations", "finalizers"] { metadata[name] = template["metadata"]?[name] }
        return ["apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": template["spec"] ?? .object([:])]
    }
}
