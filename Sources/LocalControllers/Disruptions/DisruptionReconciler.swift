import ControllerRuntime
import KubernetesClient
import KubernetesCore

/// Keeps the statuses of PodDisruptionBudgets, by which evictions are judged.
struct DisruptionReconciler: Sendable {
    let client: Client
    let budgets: Store<DisruptionBudgetObject>
    let pods: Store<WorkloadPod>
    let sets: Store<ReplicaSetObject>
    let deployments: Store<DeploymentObject>
    let clock: any RuntimeClock

    /// Reconciles one budget.
    func reconcile(_ key: ObjectKey) async throws -> Requeue {
        guard let budget = budgets[key], !budget.metadata.isBeingDeleted, let selector = budget.podSelector else {
            return .onChange
        }
        let found = pods.values(index: LocalControllers.byNamespace, term: key.namespace ?? "")
            .filter { selector.matches($0.metadata.labels) }
        let status = DisruptionPlanner.status(
            DisruptionPlanner.Observed(budget: budget, pods: found, wanted: wanted(found), now: Time(clock.now)))
        guard status != budget.status else { return .onChange }
        do {
            try await client.patchStatus(
                DisruptionBudgetObject.type, budget.metadata, KubernetesJSON.value(of: status))
        } catch let error as APIError where error.isNotFound {
            return .onChange
        }
        return .onChange
    }

    /// What the pods' Deployments and ReplicaSets want, each counted once, and the pods of no such controller.
    private func wanted(_ found: [WorkloadPod]) -> Int {
        var (total, known): (Int, Set<String>) = (0, [])
        for pod in found {
            guard let set = sets.controller(of: pod.metadata) else {
                total += 1
                continue
            }
            let deployment = deployments.controller(of: set.metadata)
            guard known.insert(deployment?.metadata.uid ?? set.metadata.uid).inserted else { continue }
            total += deployment?.replicas ?? set.replicas
        }
        return total
    }
}
