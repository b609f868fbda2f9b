import ControllerRuntime
import FairleadAPI
import FairleadPlanning
import Foundation
import KubernetesClient
import KubernetesCore

extension PipelineRunReconciler {
    /// What a run's concurrency group says to its start.
    enum Entrance {
        /// It may start; this is the run as it is now.
        case open(PipelineRun)
        /// It may not, or not now.
        case closed
    }

    /// Asks a run's concurrency group for a slot, and writes down what it says.
    ///
    /// The slot is the run's from this write on: a controller that dies after it finds the run admitted, one that dies
    /// before it asks again.
    func enter(_ run: PipelineRun, _ fixed: FixedRun) async throws -> Entrance {
        if run.isAdmitted { return .open(run) }
        let claim: ConcurrencyClaim
        do throws(TaskProblem) {
            guard let found = try ConcurrencyClaim(run, fixed) else { return .open(run) }
            claim = found
        } catch {
            try await refuse(run, fixed, .failed, error.reason, error.message)
            return .closed
        }
        let decision = gate.ask(run, claim, earlier: earlier(than: run))
        for replaced in decision.replaces { try await replace(replaced, by: run) }
        switch decision.answer {
        case .admitted:
            var status = RunStatusBuilder.unstarted(
                run: run, phase: .pending, reason: .running, message: "", now: clock.now)
            status.message = nil
            status.concurrencyGroup = claim.group
            status.startTime = Time(clock.now)
            return .open(try await writer.writeStatus(run, status))
        case .wait(let message):
            var status = RunStatusBuilder.unstarted(
                run: run, phase: .queued, reason: .queued, message: message, now: clock.now)
            status.concurrencyGroup = claim.group
            if status != run.status { try await writer.writeStatus(run, status) }
        case .refused(let message): try await refuse(run, fixed, .failed, .rejected, message)
        case .replaced(let other):
            try await refuse(run, fixed, .stopped, .cancelled, RunReplacement.message(other))
        }
        return .closed
    }

    private func refuse(
        _ run: PipelineRun, _ fixed: FixedRun, _ phase: PipelineRunStatus.Phase, _ reason: Reason, _ message: String
    ) async throws {
        try await writer.refuse(
            run,
            RunStatusBuilder.unstarted(
                run: run, phase: phase, reason: reason, message: message, telling: fixed.spec.notifications,
                now: clock.now))
    }

    /// Runs of the namespace that came before this one and that no reconcile has reached yet.
    private func earlier(than run: PipelineRun) -> [(PipelineRun, ConcurrencyClaim)] {
        let unjudged = runs.values(index: ConcurrencyGate.unjudged, term: run.metadata.namespace ?? "")
        return unjudged.compactMap { other in
            guard Self.isEarlier(other, run), !gate.knows(other.metadata.uid), other.spec.value?.suspend != true else {
                return nil
            }
            let decision = PipelineRunStarter.decide(run: other, pipeline: pipeline(of: other), now: clock.now)
            guard case .start(let fixed, _) = decision, let claim = try? ConcurrencyClaim(other, fixed) else {
                return nil
            }
            return (other, claim)
        }
    }

    private static func isEarlier(_ left: PipelineRun, _ right: PipelineRun) -> Bool {
        guard left.metadata.uid != right.metadata.uid, let made = left.metadata.creationTimestamp,
            let other = right.metadata.creationTimestamp
        else { return false }
        return (made, left.metadata.name) < (other, right.metadata.name)
    }

    /// Asks another run to end: its spec is its user's, so that the word stands in an annotation.
    private func replace(_ key: ObjectKey, by run: PipelineRun) async throws {
        guard let other = runs[key], other.status.phase?.isTerminal != true,
            other.metadata.annotations[RunReplacement.annotation] == nil
        else { return }
        let metadata: JSONValue = [
            "uid": .string(other.metadata.uid),
            "annotations": [RunReplacement.annotation: .string(run.metadata.name)],
        ]
        do {
            try await client.patch(.pipelineRun, key, ["metadata": metadata])
        } catch let error as APIError where error.isNotFound || error.isConflict {
            // Gone, or another run of that name.
        }
    }
}
