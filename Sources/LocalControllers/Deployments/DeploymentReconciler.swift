import ControllerMachines
import ControllerRuntime
import KubernetesClient
import KubernetesCore

/// Brings Deployments to where they should be: gathers their ReplicaSets, asks the planner, performs its actions.
struct DeploymentReconciler: Sendable {
    let client: Client
    let deployments: Store<DeploymentObject>
    let sets: Store<ReplicaSetObject>
    let pods: Store<WorkloadPod>
    let ledger: SharedWriteLedger
    let recorder: EventRecorder
    let clock: any RuntimeClock

    private static let type = DeploymentObject.type

    /// Reconciles one Deployment.
    func reconcile(_ key: ObjectKey) async throws -> Requeue {
        guard let deployment = deployments[key] else { return .onChange }
        guard ledger.isCaughtUp(owner: deployment.metadata.uid) else { return .after(.seconds(1)) }
        guard let selector = LabelSelector(deployment.spec.selector), !selector.requirements.isEmpty else {
            // What it makes it would not find again, and make once more.
            warn(deployment)
            return .onChange
        }
        let owned = try await claim(deployment, by: selector)
        var live: [String: Int] = [:]
        if deployment.isRecreated {
            for set in owned {
                live[set.metadata.uid] = pods.owned(by: set.metadata.uid).count { !$0.isTerminal }
            }
        }
        let plan = DeploymentPlanner.plan(
            DeploymentPlanner.Observed(
                deployment: deployment, sets: owned, livePods: live, now: Time(clock.now)))
        var metadata = deployment.metadata
        for action in plan.actions {
            guard try await perform(action, deployment, &metadata) else { return .onChange }
        }
        return plan.lookAfter.map { .after($0) } ?? .onChange
    }

    /// The Deployment's sets, with orphans adopted and those released that its selector no longer finds.
    private func claim(_ deployment: DeploymentObject, by selector: LabelSelector) async throws -> [ReplicaSetObject] {
        let orphans = sets.values(index: LocalControllers.orphans, term: deployment.metadata.namespace ?? "")
        var kept: [ReplicaSetObject] = []
        for set in sets.owned(by: deployment.metadata.uid) + orphans {
            let action = Claim.action(on: set.metadata, owner: deployment.metadata, selector: selector)
            guard let action else {
                if set.metadata.controller != nil { kept.append(set) }
                continue
            }
            let answer = try await Claim.write(
                action, on: set.metadata, ReplicaSetObject.type, owner: deployment.metadata, Self.type,
                client: client)
            guard let answer else { continue }
            ledger.wrote(owner: deployment.metadata.uid, ReplicaSetObject.type, answer: answer)
            if action == .adopt { kept.append(try KubernetesJSON.decode(ReplicaSetObject.self, from: answer)) }
        }
        return kept
    }

    // MARK: Actions

    /// Returns false where the rest of the plan no longer holds.
    private func perform(
        _ action: DeploymentPlanner.Action, _ deployment: DeploymentObject, _ metadata: inout ObjectMeta
    ) async throws -> Bool {
        switch action {
        case .create(let draft): return try await create(draft, deployment)
        case .change(let change): try await self.change(change, deployment)
        case .delete(let set):
            let options = DeleteOptions(
                preconditions: .init(uid: set.metadata.uid, resourceVersion: set.metadata.resourceVersion))
            do {
                try await client.delete(ReplicaSetObject.type, set.key, options)
            } catch let error as APIError where error.isNotFound {
                break
            }
        case .setRevision(let revision):
            let patch: JSONValue = [
                "metadata": [
                    "uid": .string(metadata.uid),
                    "annotations": [DeploymentAnnotations.revision: .string(revision)],
                ]
            ]
            let answer = try await client.patch(Self.type, deployment.key, patch)
            metadata.resourceVersion = (answer["metadata"]?["resourceVersion"]?.stringValue).map { ResourceVersion($0) }
        case .writeStatus(let status): try await write(status, from: deployment.status, metadata)
        }
        return true
    }

    private func create(
        _ draft: DeploymentPlanner.ReplicaSetDraft, _ deployment: DeploymentObject
    ) async throws -> Bool {
        let owner = deployment.metadata
        do {
            let answer = try await client.create(ReplicaSetObject.type, namespace: owner.namespace, draft.object)
            ledger.wrote(owner: owner.uid, ReplicaSetObject.type, answer: answer)
            if draft.replicas > 0 { tell(deployment, draft.name, from: 0, to: draft.replicas) }
            return true
        } catch let error as APIError where error.isAlreadyExists {
            try await resolve(draft, deployment)
            return false
        } catch let error as APIError where error.isNamespaceTerminating {
            return false
        } catch let error as APIError {
            var status = deployment.status
            var conditions = status.conditions ?? []
            let now = Time(clock.now)
            conditions.set(
                WorkloadCondition(
                    type: "Progressing", status: "False", lastUpdateTime: now, lastTransitionTime: now,
                    reason: "ReplicaSetCreateError",
                    message: "Failed to create new replica set \"\(draft.name)\": \(error)"))
            status.conditions = conditions
            if status != deployment.status { try await write(status, from: deployment.status, owner) }
            throw error
        }
    }

    /// A name that is taken is our own set, which the cache has yet to show, or another's: then the next is tried.
    private func resolve(
        _ draft: DeploymentPlanner.ReplicaSetDraft, _ deployment: DeploymentObject
    ) async throws {
        let key = ObjectKey(namespace: deployment.metadata.namespace, name: draft.name)
        let there = try await client.get(ReplicaSetObject.self, key)
        if there.metadata.controller?.uid == deployment.metadata.uid,
            there.spec.template.map(PodTemplateHash.stripped) == deployment.spec.template
        {
            return
        }
        var status = deployment.status
        status.collisionCount = (status.collisionCount ?? 0) + 1
        try await write(status, from: deployment.status, deployment.metadata)
    }

    private func change(_ change: DeploymentPlanner.SetChange, _ deployment: DeploymentObject) async throws {
        let (old, new) = (change.old, change.new)
        var metadata: JSONValue = ["uid": .string(old.metadata.uid)]
        metadata["resourceVersion"] = (old.metadata.resourceVersion?.rawValue).map { .string($0) }
        let annotations = new.metadata.annotations.filter { old.metadata.annotations[$0.key] != $0.value }
        if !annotations.isEmpty { metadata["annotations"] = .object(annotations.mapValues { .string($0) }) }
        var spec: JSONValue = .object([:])
        if old.replicas != new.replicas { spec["replicas"] = .integer(Int64(new.replicas)) }
        if old.minReadySeconds != new.minReadySeconds {
            spec["minReadySeconds"] = .integer(Int64(new.minReadySeconds))
        }
        let answer = try await client.patch(
            ReplicaSetObject.type, old.key, ["metadata": metadata, "spec": spec])
        ledger.wrote(owner: deployment.metadata.uid, ReplicaSetObject.type, answer: answer)
        if old.replicas != new.replicas {
            tell(deployment, old.metadata.name, from: old.replicas, to: new.replicas)
        }
    }

    private func write(
        _ status: DeploymentObject.Status, from old: DeploymentObject.Status, _ metadata: ObjectMeta
    ) async throws {
        let change = MergePatch.difference(
            from: try KubernetesJSON.value(of: old), to: try KubernetesJSON.value(of: status))
        do {
            try await client.patchStatus(Self.type, metadata, change ?? .object([:]))
        } catch let error as APIError where error.isNotFound {
            return
        }
    }

    private func warn(_ deployment: DeploymentObject) {
        recorder.record(
            EventNote(
                .warning, reason: "InvalidSelector", action: "Reconcile",
                note: "spec.selector cannot be read or selects everything; a selector that is not empty is required",
                regarding: ObjectReference(to: deployment)))
    }

    private func tell(_ deployment: DeploymentObject, _ set: String, from old: Int, to new: Int) {
        let way = new > old ? "up" : "down"
        recorder.record(
            EventNote(
                reason: "ScalingReplicaSet", action: new > old ? "ScaleUp" : "ScaleDown",
                note: "Scaled \(way) replica set \(set) from \(old) to \(new)",
                regarding: ObjectReference(to: deployment),
                related: ObjectReference(
                    apiVersion: ReplicaSetObject.type.gvk.apiVersion, kind: ReplicaSetObject.type.gvk.kind,
                    namespace: deployment.metadata.namespace, name: set)))
    }
}
