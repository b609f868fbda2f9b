import KubernetesCore

/// Says of a Deployment how it stands, in Kubernetes' words.
struct DeploymentStatusPlanner {
    let deployment: DeploymentObject
    let now: Time
    private var conditions: [WorkloadCondition]

    init(deployment: DeploymentObject, now: Time) {
        self.deployment = deployment
        self.now = now
        conditions = deployment.status.conditions ?? []
    }

    private func condition(
        _ type: String, _ status: String, _ reason: String, _ message: String
    ) -> WorkloadCondition {
        WorkloadCondition(
            type: type, status: status, lastUpdateTime: now, lastTransitionTime: now, reason: reason, message: message)
    }

    private var hasDeadline: Bool { deployment.progressDeadlineSeconds != nil }

    /// Notes that a set was made or found.
    mutating func note(_ reason: String, _ message: String) {
        if hasDeadline { conditions.set(condition("Progressing", "True", reason, message)) }
    }

    /// Notes the set of the template where nothing was noted before.
    mutating func noteFound(_ sets: [ReplicaSetObject], _ newest: Int?) {
        guard let newest, conditions[type: "Progressing"] == nil else { return }
        note("FoundNewReplicaSet", "Found new replica set \"\(sets[newest].metadata.name)\"")
    }

    /// Notes that the Deployment is paused or goes on: while it is paused no deadline runs.
    mutating func notePause() {
        let known = conditions[type: "Progressing"]
        guard hasDeadline, known?.reason != "ProgressDeadlineExceeded" else { return }
        let isNoted = known?.reason == "DeploymentPaused"
        switch (deployment.spec.paused == true, isNoted) {
        case (true, false):
            conditions.set(condition("Progressing", "Unknown", "DeploymentPaused", "Deployment is paused"))
        case (false, true):
            conditions.set(condition("Progressing", "Unknown", "DeploymentResumed", "Deployment is resumed"))
        default: break
        }
    }

    /// The numbers, and whether enough pods are available.
    func count(_ sets: [ReplicaSetObject], newest: Int?) -> DeploymentObject.Status {
        func sum(_ value: (ReplicaSetObject) -> Int?) -> Int { sets.reduce(0) { $0 + max(0, value($1) ?? 0) } }
        func some(_ number: Int) -> Int? { number > 0 ? number : nil }
        let available = sum(\.status.availableReplicas)
        var status = DeploymentObject.Status()
        status.observedGeneration = deployment.metadata.generation
        status.replicas = some(sum(\.status.replicas))
        status.updatedReplicas = newest.flatMap { some(sets[$0].status.replicas) }
        status.readyReplicas = some(sum(\.status.readyReplicas))
        status.availableReplicas = some(available)
        status.unavailableReplicas = some(sum(\.replicas) - available)
        status.terminatingReplicas = sum(\.status.terminatingReplicas)
        status.collisionCount = deployment.status.collisionCount
        var conditions = conditions
        if available >= deployment.replicas - deployment.maxUnavailable {
            conditions.set(
                condition(
                    "Available", "True", "MinimumReplicasAvailable", "Deployment has minimum availability."))
        } else {
            conditions.set(
                condition(
                    "Available", "False", "MinimumReplicasUnavailable",
                    "Deployment does not have minimum availability."))
        }
        status.conditions = conditions
        return status
    }

    /// The numbers, and how the rollout goes.
    func progress(_ sets: [ReplicaSetObject], newest: Int?) -> DeploymentObject.Status {
        var status = count(sets, newest: newest)
        var conditions = status.conditions ?? []
        let known = conditions[type: "Progressing"]
        let isKnownComplete = status.replicas == status.updatedReplicas && known?.reason == "NewReplicaSetAvailable"
        if !hasDeadline {
            conditions.remove(type: "Progressing")
        } else if !isKnownComplete {
            let name =
                newest.map { "ReplicaSet \"\(sets[$0].metadata.name)\"" }
                ?? "Deployment \"\(deployment.metadata.name)\""
            if isComplete(status) {
                conditions.set(
                    condition(
                        "Progressing", "True", "NewReplicaSetAvailable", "\(name) has successfully progressed."))
            } else if isProgressing(to: status) {
                var next = condition("Progressing", "True", "ReplicaSetUpdated", "\(name) is progressing.")
                // The time of the update is that of the last progress, from which the deadline counts.
                if known?.status == "True" { next.lastTransitionTime = known?.lastTransitionTime }
                conditions.remove(type: "Progressing")
                conditions.append(next)
            } else if isTimedOut(known) {
                conditions.set(
                    condition(
                        "Progressing", "False", "ProgressDeadlineExceeded", "\(name) has timed out progressing."))
            }
        }
        conditions.remove(type: "ReplicaFailure")
        let failures = (newest.map { [sets[$0]] } ?? []) + sets
        if let failure = failures.lazy.compactMap({ $0.status.conditions?[type: "ReplicaFailure"] }).first {
            let known = deployment.status.conditions?[type: "ReplicaFailure"]
            conditions.append(
                known?.reason == failure.reason
                    ? known ?? failure
                    : condition("ReplicaFailure", failure.status, failure.reason ?? "", failure.message ?? ""))
        }
        status.conditions = conditions
        return status
    }

    /// Whether all pods are of the newest set and available.
    func isComplete(_ status: DeploymentObject.Status) -> Bool {
        let wanted = deployment.replicas
        return status.updatedReplicas ?? 0 == wanted && status.replicas ?? 0 == wanted
            && status.availableReplicas ?? 0 == wanted
    }

    private func isProgressing(to status: DeploymentObject.Status) -> Bool {
        let before = deployment.status
        func old(_ status: DeploymentObject.Status) -> Int { (status.replicas ?? 0) - (status.updatedReplicas ?? 0) }
        return status.updatedReplicas ?? 0 > before.updatedReplicas ?? 0 || old(status) < old(before)
            || status.readyReplicas ?? 0 > before.readyReplicas ?? 0
            || status.availableReplicas ?? 0 > before.availableReplicas ?? 0
    }

    private func isTimedOut(_ known: WorkloadCondition?) -> Bool {
        guard let known, let limit = deployment.progressDeadlineSeconds else { return false }
        switch known.reason {
        case "NewReplicaSetAvailable", "DeploymentPaused": return false
        case "ProgressDeadlineExceeded": return true
        default:
            guard let since = known.lastUpdateTime else { return false }
            return since.secondsSince1970 + Int64(limit) < now.secondsSince1970
        }
    }

    /// After how long the deadline is over; nil where none runs.
    func untilDeadline(_ status: DeploymentObject.Status) -> Duration? {
        guard let limit = deployment.progressDeadlineSeconds, !isComplete(status),
            let known = status.conditions?[type: "Progressing"], let since = known.lastUpdateTime,
            !["NewReplicaSetAvailable", "ProgressDeadlineExceeded", "DeploymentPaused"].contains(known.reason)
        else { return nil }
        let left = since.secondsSince1970 + Int64(limit) - now.secondsSince1970
        return .seconds(max(0, left) + 1)
    }
}
