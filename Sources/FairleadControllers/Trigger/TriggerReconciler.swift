import ControllerMachines
import ControllerRuntime
import FairleadAPI
import FairleadPlanning
import Foundation
import KubernetesClient
import KubernetesCore

/// Brings Triggers to where they should be: gathers, asks the planner, performs its actions.
struct TriggerReconciler: Sendable {
    let client: Client
    let triggers: Store<Trigger>
    let runs: Store<PipelineRun>
    let ledger: SharedWriteLedger
    let clock: any RuntimeClock
    /// Tells an event about a trigger; never fails.
    let record: @Sendable (PlannedEvent, Trigger) -> Void

    /// How often runs may be refused before the others wait for the next turn.
    private static let plansPerTurn = 4

    private struct Refused: Error {
        var name: String
        var message: String
    }

    /// Reconciles one trigger.
    func reconcile(_ key: ObjectKey) async throws -> Requeue {
        guard let trigger = triggers[key], !trigger.metadata.isBeingDeleted else { return .onChange }
        if let problem = trigger.statusProblem {
            throw TerminalError("the status of trigger \(key) can't be read, it is left alone: \(problem.message)")
        }
        // What was started a moment ago must be seen before anything is decided; its event brings the trigger back.
        guard ledger.isCaughtUp(owner: trigger.metadata.uid) else { return .after(.seconds(1)) }
        var observed = TriggerPlanner.Observed(
            trigger: trigger, runs: runs.owned(by: trigger.metadata.uid), sources: sources(of: trigger))
        for _ in 0..<Self.plansPerTurn {
            let plan = TriggerPlanner.plan(observed, now: clock.now)
            do {
                for action in plan.actions { try await perform(action, trigger) }
            } catch let refused as Refused {
                observed.refused[refused.name] = refused.message
                continue
            }
            switch plan.wake {
            case .now: return .after(.zero)
            case .onChange: return .onChange
            case .after(let wait): return .after(wait)
            }
        }
        return .after(.zero)
    }

    /// The runs whose ends a trigger may wait for.
    private func sources(of trigger: Trigger) -> [PipelineRun] {
        guard let pipeline = trigger.spec.value?.run?.pipeline else { return [] }
        let key = ObjectKey(namespace: trigger.metadata.namespace, name: pipeline)
        return runs.values(index: PipelineReconciler.runsByPipeline, term: key.description)
    }

    private func perform(_ action: TriggerAction, _ trigger: Trigger) async throws {
        switch action {
        case .create(let name, let run): try await create(name, run, trigger)
        case .delete(let name, let uid): try await delete(name, uid, trigger)
        case .note(let event): record(event, trigger)
        case .patchStatus(let status):
            let previous = try KubernetesJSON.value(of: trigger.status)
            let change = MergePatch.difference(from: previous, to: try KubernetesJSON.value(of: status))
            guard let change else { return }
            let answer = try await client.patchStatus(.trigger, trigger.metadata, change)
            ledger.wrote(owner: trigger.metadata.uid, .trigger, answer: answer)
        }
    }

    private func create(_ name: String, _ run: JSONValue, _ trigger: Trigger) async throws {
        do {
            let answer = try await client.create(.pipelineRun, namespace: trigger.metadata.namespace, run)
            ledger.wrote(owner: trigger.metadata.uid, .pipelineRun, answer: answer)
        } catch let error as APIError where error.isAlreadyExists {
            let key = ObjectKey(namespace: trigger.metadata.namespace, name: name)
            let found = try await client.get(PipelineRun.self, key)
            guard found.metadata.controller?.uid == trigger.metadata.uid else {
                throw Refused(name: name, message: "a run of that name exists, and is none of this trigger's")
            }
            ledger.wrote(
                owner: trigger.metadata.uid, .pipelineRun, namespace: key.namespace,
                resourceVersion: found.metadata.resourceVersion)
        } catch let error as APIError where error.isNamespaceTerminating {
            throw TerminalError("the namespace of trigger \(trigger.key) is being terminated")
        } catch let error as APIError where [400, 413, 422].contains(error.code) {
            // What the server calls invalid stays so: the slot gets no run, the next one has its chance.
            throw Refused(name: name, message: error.description)
        }
    }

    private func delete(_ name: String, _ uid: String, _ trigger: Trigger) async throws {
        let key = ObjectKey(namespace: trigger.metadata.namespace, name: name)
        let options = DeleteOptions(
            propagationPolicy: "Background", preconditions: DeleteOptions.Preconditions(uid: uid))
        do {
            try await client.delete(.pipelineRun, key, options)
        } catch let error as APIError where error.isNotFound || error.isConflict {
            // Gone already, or another of the same name is there.
        }
    }
}
