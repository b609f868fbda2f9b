import ControllerMachines
import ControllerRuntime
import KubernetesClient
import KubernetesCore
import Synchronization

/// Brings ReplicaSets to where they should be: gathers their pods, asks the planner, makes and removes pods.
final class ReplicaSetReconciler: Sendable {
    private let client: Client
    private let sets: Store<ReplicaSetObject>
    private let pods: Store<WorkloadPod>
    private let ledger: SharedWriteLedger
    private let recorder: EventRecorder
    private let clock: any RuntimeClock
    /// Pods that were asked to go and whose end the cache has yet to show, by their set's UID.
    private let leaving = Mutex<[String: Set<String>]>([:])

    init(
        client: Client, sets: Store<ReplicaSetObject>, pods: Store<WorkloadPod>, ledger: SharedWriteLedger,
        recorder: EventRecorder, clock: any RuntimeClock
    ) {
        self.client = client
        self.sets = sets
        self.pods = pods
        self.ledger = ledger
        self.recorder = recorder
        self.clock = clock
    }

    /// Reconciles one set.
    func reconcile(_ key: ObjectKey) async throws -> Requeue {
        guard let set = sets[key] else { return .onChange }
        let uid = set.metadata.uid
        guard ledger.isCaughtUp(owner: uid) else { return .after(.seconds(1)) }
        // The pods that it makes it would not find again, and make once more.
        guard let selector = LabelSelector(set.spec.selector), !selector.requirements.isEmpty else {
            return .onChange
        }
        var observed = ReplicaSetPlanner.Observed(
            set: set, pods: stay(try await claim(set, by: selector), uid), now: Time(clock.now))
        let plan = ReplicaSetPlanner.plan(observed)
        var problem: (any Error)?
        do {
            try await make(plan.creates, for: set)
            try await remove(plan.deletes, from: set)
            // Nobody may count on pods that have just been asked to go.
            observed.pods.removeAll { plan.deletes.contains($0.key) }
        } catch let error as APIError where error.isNamespaceTerminating {
            return .onChange
        } catch {
            try Task.checkCancellation()
            problem = error
            let reason = plan.creates > 0 ? "FailedCreate" : "FailedDelete"
            observed.failure = ReplicaSetPlanner.Failure(reason: reason, message: "\(error)")
        }
        try await write(ReplicaSetPlanner.status(observed), to: set)
        if let problem { throw problem }
        return plan.lookAfter.map { .after($0) } ?? .onChange
    }

    /// Forgets a set that is gone.
    func forget(_ uid: String) {
        ledger.forget(owner: uid)
        leaving.withLock { $0[uid] = nil }
    }

    // MARK: Pods

    /// The set's pods, with orphans adopted and those released that its selector no longer finds.
    private func claim(_ set: ReplicaSetObject, by selector: LabelSelector) async throws -> [WorkloadPod] {
        let owned = pods.owned(by: set.metadata.uid)
        let orphans = pods.values(index: LocalControllers.orphans, term: set.metadata.namespace ?? "")
        var kept: [WorkloadPod] = []
        for pod in owned + orphans {
            guard let action = Claim.action(on: pod.metadata, owner: set.metadata, selector: selector) else {
                if pod.metadata.controller != nil { kept.append(pod) }
                continue
            }
            if action == .adopt, pod.isTerminal { continue }
            let answer = try await Claim.write(
                action, on: pod.metadata, .pod, owner: set.metadata, ReplicaSetObject.type, client: client)
            guard let answer else { continue }
            ledger.wrote(owner: set.metadata.uid, .pod, answer: answer)
            if action == .adopt { kept.append(pod) }
        }
        return kept
    }

    /// Leaves out pods that were asked to go, and forgets those whose end is known.
    private func stay(_ found: [WorkloadPod], _ uid: String) -> [WorkloadPod] {
        leaving.withLock { leaving in
            guard let known = leaving[uid] else { return found }
            let waiting = known.intersection(found.filter(\.isActive).map(\.metadata.uid))
            leaving[uid] = waiting.isEmpty ? nil : waiting
            return found.filter { !waiting.contains($0.metadata.uid) }
        }
    }

    /// In batches that grow: what refuses all pods costs one request.
    private func make(_ count: Int, for set: ReplicaSetObject) async throws {
        let pod = ReplicaSetPlanner.pod(of: set)
        var batches = SlowStart(count: count)
        while let batch = batches.nextBatch() {
            // All of a batch come to their end: one that is cancelled would make a pod of which nobody knows.
            let failure = await withTaskGroup(of: (any Error)?.self) { group in
                for _ in batch {
                    group.addTask {
                        do {
                            try await self.make(pod, for: set)
                            return nil
                        } catch {
                            return error
                        }
                    }
                }
                return await group.reduce(nil) { $0 ?? $1 }
            }
            if let failure { throw failure }
        }
    }

    private func make(_ pod: JSONValue, for set: ReplicaSetObject) async throws {
        do {
            let answer = try await client.create(.pod, namespace: set.metadata.namespace, pod)
            ledger.wrote(owner: set.metadata.uid, .pod, answer: answer)
            let name = answer["metadata"]?["name"]?.stringValue ?? ""
            tell(set, "SuccessfulCreate", "Created pod: \(name)", pod: name)
        } catch let error as APIError where !error.isNamespaceTerminating {
            tell(set, "FailedCreate", "Error creating: \(error)", .warning)
            throw error
        }
    }

    private func remove(_ keys: [ObjectKey], from set: ReplicaSetObject) async throws {
        let uid = set.metadata.uid
        for key in keys {
            guard let pod = pods[key] else { continue }
            do {
                try await client.delete(
                    .pod, key, DeleteOptions(preconditions: .init(uid: pod.metadata.uid)))
                _ = leaving.withLock { $0[uid, default: []].insert(pod.metadata.uid) }
                tell(set, "SuccessfulDelete", "Deleted pod: \(key.name)", pod: key.name)
            } catch let error as APIError where error.isNotFound || error.isConflict {
                // It is gone already, and the cache has yet to hear of it.
                _ = leaving.withLock { $0[uid, default: []].insert(pod.metadata.uid) }
            } catch let error as APIError {
                tell(set, "FailedDelete", "Error deleting: \(error)", .warning)
                throw error
            }
        }
    }

    // MARK: Status and events

    private func write(_ status: ReplicaSetObject.Status, to set: ReplicaSetObject) async throws {
        guard status != set.status else { return }
        let change = MergePatch.difference(
            from: try KubernetesJSON.value(of: set.status), to: try KubernetesJSON.value(of: status))
        do {
            try await client.patchStatus(ReplicaSetObject.type, set.metadata, change ?? .object([:]))
        } catch let error as APIError where error.isNotFound {
            return
        }
    }

    /// The pod makes one event of its own of what would else be counted as the same.
    private func tell(
        _ set: ReplicaSetObject, _ reason: String, _ note: String, _ type: EventNote.Kind = .normal, pod: String? = nil
    ) {
        recorder.record(
            EventNote(
                type, reason: reason, action: reason.hasSuffix("Delete") ? "Delete" : "Create", note: note,
                regarding: ObjectReference(to: set),
                related: pod.map {
                    ObjectReference(apiVersion: "v1", kind: "Pod", namespace: set.metadata.namespace, name: $0)
                }))
    }
}
