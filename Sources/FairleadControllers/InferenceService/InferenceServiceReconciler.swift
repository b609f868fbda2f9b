import ControllerRuntime
import FairleadAPI
import FairleadPlanning
import KubernetesCore

/// Brings InferenceServices to where they should be: gathers, asks the planner, performs its actions.
struct InferenceServiceReconciler: Sendable {
    let wiring: ServiceWiring
    let pods: Store<PodView>
    let models: ModelWiring
    let settings: PlatformRegistry
    let ledger: SharedWriteLedger
    let writer: ServiceActionWriter
    let clock: any RuntimeClock

    /// The most steps of one service before others have their turn.
    private static let stepsPerTurn = 8
    /// How long it then waits for its next one: whatever is planned again and again keeps no worker busy.
    private static let turnPause = Duration.seconds(1)

    /// Reconciles one service.
    func reconcile(_ key: ObjectKey) async throws -> Requeue {
        let registry = wiring.registry
        for _ in 0..<Self.stepsPerTurn {
            guard let stored = wiring.services[key] else { return .onChange }
            let service = registry.newest(stored)
            if let problem = service.statusProblem {
                throw TerminalError("the status of service \(key) can't be read, it is left alone: \(problem.message)")
            }
            // What was made a moment ago may not be seen yet: its event brings the service back.
            guard ledger.isCaughtUp(owner: service.metadata.uid) else { return .after(.seconds(1)) }
            let observed = wiring.observation(service, pods: pods, models: models)
            let (planning, now) = (settings.settings(namespace: key.namespace), clock.now)
            let plan = registry.with(service.metadata.uid) { memory in
                InferenceServicePlanner.plan(observed, memory: &memory, settings: planning, now: now)
            }
            for model in registry.follow(service.metadata.uid, plan.followers) {
                models.queue.add(ObjectKey(namespace: key.namespace, name: model))
            }
            if !plan.plan.actions.isEmpty {
                try await writer.perform(plan.plan.actions, service: service)
            } else if plan.plan.wake != .now {
                return Requeue(plan.plan.wake)
            }
        }
        return .after(Self.turnPause)
    }
}
