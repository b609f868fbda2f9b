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
    let jobs: Store<TrainingJob>
    let pipelines: Store<Pipeline>
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
        let (uid, started) = (trigger.metadata.uid, runs.owned(by: trigger.metadata.uid).map(TriggerChild.init))
        var observed = TriggerPlanner.Observed(
            trigger: trigger, runs: started + jobs.owned(by: uid).map(TriggerChild.init), sources: sources(of: trigger),
            pipelines: trigger.spec.value.map { pipelines(named: $0, in: key.namespace) })
        for _ in 0..<Self.plansPerTurn {
            let plan = TriggerPlanner.plan(observed, now: clock.now)
            do {
                for action in plan.actions { try await perform(action, trigger) }
            } catch let refused as Refused {
                observed.refused[refused.name] = refused.message
                continue
            }
            return Requeue(plan.wake)
        }
        return .after(.zero)
    }

    /// The runs whose ends a trigger may wait for.
    private func sources(of trigger: Trigger) -> [PipelineRun] {
        guard let pipeline = trigger.spec.value?.run?.pipeline else { return [] }
        let key = ObjectKey(namespace: trigger.metadata.namespace, name: pipeline)
        return runs.values(index: PipelineReconciler.runsByPipeline, term: key.description)
    }

    /// The pipelines that a trigger names.
    private func pipelines(named spec: TriggerSpec, in namespace: String?) -> TriggerPipelines {
        let names = Set(spec.pipelines.map(\.name))
        var found: [String: Pipeline] = [:]
        for name in names { found[name] = pipelines[ObjectKey(namespace: namespace, name: name)] }
        let isMissing = found.count < names.count
        let others = isMissing ? pipelines.keys.filter { $0.namespace == namespace }.map(\.name) : []
        return TriggerPipelines(found: found, others: others)
    }

    private func perform(_ action: TriggerAction, _ trigger: Trigger) async throws {
        switch action {
        case .create(let type, let name, let object): try await create(type, name, object, trigger)
        case .delete(let type, let name, let uid): try await delete(type, name, uid, trigger)
        case .note(let event): record(event, trigger)
        case .patchStatus(let status):
            let answer = try await client.writeStatus(trigger, KubernetesJSON.value(of: status))
            if let answer { ledger.wrote(owner: trigger.metadata.uid, .trigger, answer: answer) }
        }
    }

    private func create(
        _ type: ResourceType, _ name: String, _ object: JSONValue, _ trigger: Trigger
    ) async throws {
        do {
            let answer = try await client.create(type, namespace: trigger.metadata.namespace, object)
            ledger.wrote(owner: trigger.metadata.uid, type, answer: answer)
        } catch let error as APIError where error.isAlreadyExists {
            let key = ObjectKey(namespace: trigger.metadata.namespace, name: name)
            let found = try await client.get(type, key)
            let metadata = try KubernetesJSON.decode(ObjectMeta.self, from: found["metadata"] ?? [:])
            guard metadata.controller?.uid == trigger.metadata.uid else {
                let message = "a \(type.gvk.kind) of that name exists, and is none of this trigger's"
                throw Refused(name: name, message: message)
            }
            ledger.wrote(owner: trigger.metadata.uid, type, answer: found)
        } catch let error as APIError where error.isNamespaceTerminating {
            throw TerminalError("the namespace of trigger \(trigger.key) is being terminated")
        } catch let error as APIError where [400, 413, 422].contains(error.code) {
            // What the server calls invalid stays so: the slot gets no run, the next one has its chance.
            throw Refused(name: name, message: error.description)
        }
    }

    private func delete(_ type: ResourceType, _ name: String, _ uid: String, _ trigger: Trigger) async throws {
        do {
            try await client.deleteOwner(type, ObjectKey(namespace: trigger.metadata.namespace, name: name), uid: uid)
        } catch let error as APIError where error.isConflict {
            // Another of the same name is there.
        }
    }
}
