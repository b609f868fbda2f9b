import FairleadAPI
public import Foundation
import KubernetesCore

/// Decides what a service needs next: which revisions there are, which of them get requests, and what is told of it.
public enum InferenceServicePlanner {
    /// How long a revision that nobody asks any more is left to end its requests, in seconds.
    public static let drainSeconds = 30.0
    /// How long the signature of a model may be that the status tells, in bytes of JSON.
    static let maxSignatureBytes = 8 << 10

    /// Plans the next step of a service.
    ///
    /// Guarantees: a fixpoint: once its actions are done nothing is left to do; cut off after any action, the next plan
    /// does the rest. A revision is deleted only after a status that doesn't name it. Deployments are made and deleted,
    /// and written only to put back what somebody else changed of them. Nothing of another's is touched.
    ///
    /// - Parameters:
    ///   - observed: What is seen.
    ///   - memory: What is remembered from the last plan.
    ///   - settings: What the controller was started with, and what the platform gives.
    ///   - now: The time.
    public static func plan(
        _ observed: ServiceObservation, memory: inout ServiceMemory, settings: PlanningSettings, now: Date
    ) -> ServicePlan {
        let service = observed.service
        // What it owns goes with it: the garbage collector comes for that.
        guard !service.metadata.isBeingDeleted else { return ServicePlan(plan: Plan(), followers: []) }
        var turn = ServiceTurn(observed, memory: memory, settings: settings, now: now)
        turn.decide()
        // The runtimes that come with Fairlead are being made: what lacks one is told when they are there.
        if observed.areRuntimesComing, turn.tracks.contains(where: { $0.problem?.reason == .noRuntime }) {
            return ServicePlan(
                plan: Plan([], wake: .after(.seconds(1))), followers: ServiceFollower.unknown(service))
        }
        memory = turn.memory
        return turn.result()
    }
}
