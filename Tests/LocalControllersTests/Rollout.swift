import Foundation
import KubernetesCore
import PropertyTesting

@testable import LocalControllers

/// A Deployment, its sets and their pods as values, driven by the planners in any order.
struct Rollout {
    var deployment: DeploymentObject
    var sets: [ReplicaSetObject] = []
    var pods: [WorkloadPod] = []
    var now = Time(Date(timeIntervalSince1970: 1_767_225_600))
    private var made = 0

    init(replicas: Int, strategy: DeploymentObject.Strategy?) {
        var metadata = ObjectMeta(name: "web", namespace: "default", uid: "deployment")
        metadata.generation = 1
        deployment = DeploymentObject(
            metadata: metadata,
            spec: DeploymentObject.Spec(
                replicas: replicas, progressDeadlineSeconds: 600, selector: ["matchLabels": ["app": "web"]],
                template: [:], strategy: strategy))
        deploy(image: "web:1")
    }

    mutating func deploy(image: String) {
        deployment.spec.template = [
            "metadata": ["labels": ["app": "web"]],
            "spec": ["containers": [["name": "web", "image": .string(image)]]],
        ]
        deployment.metadata.generation = (deployment.metadata.generation ?? 0) + 1
    }

    mutating func scale(to replicas: Int) {
        deployment.spec.replicas = replicas
        deployment.metadata.generation = (deployment.metadata.generation ?? 0) + 1
    }

    var wanted: Int { sets.reduce(0) { $0 + $1.replicas } }
    var available: Int { pods.count { $0.isActive && $0.isReady } }
    func pods(of set: ReplicaSetObject) -> [WorkloadPod] {
        pods.filter { $0.metadata.controller?.uid == set.metadata.uid }
    }

    /// Returns whether anything changed.
    mutating func stepDeployment() -> Bool {
        let live = Dictionary(uniqueKeysWithValues: sets.map { set in (set.metadata.uid, pods(of: set).count) })
        let plan = DeploymentPlanner.plan(
            .init(deployment: deployment, sets: sets, livePods: live, now: now))
        for action in plan.actions {
            switch action {
            case .create(let draft):
                guard var set = try? KubernetesJSON.decode(ReplicaSetObject.self, from: draft.object) else { continue }
                made += 1
                set.metadata.uid = "set-\(made)"
                set.metadata.generation = 1
                set.metadata.creationTimestamp = Time(now.date.addingTimeInterval(Double(made)))
                sets.append(set)
            case .change(let change):
                guard let index = sets.firstIndex(where: { $0.key == change.old.key }) else { continue }
                sets[index] = change.new
                if change.old.spec != change.new.spec {
                    sets[index].metadata.generation = (change.old.metadata.generation ?? 1) + 1
                }
            case .delete(let set): sets.removeAll { $0.key == set.key }
            case .setRevision(let text): deployment.metadata.annotations[DeploymentAnnotations.revision] = text
            case .writeStatus(let status): deployment.status = status
            }
        }
        return !plan.actions.isEmpty
    }

    /// Returns whether anything changed.
    mutating func stepSet(_ index: Int) -> Bool {
        let set = sets[index]
        let plan = ReplicaSetPlanner.plan(.init(set: set, pods: pods(of: set), now: now))
        let left = pods(of: set).filter { !plan.deletes.contains($0.key) }
        let status = ReplicaSetPlanner.status(.init(set: set, pods: left, now: now))
        sets[index].status = status
        for _ in 0..<plan.creates {
            made += 1
            var metadata = ObjectMeta(
                name: "pod-\(made)", namespace: "default", uid: "pod-\(made)",
                ownerReferences: [OwnerReference(controller: ReplicaSetObject.type, metadata: set.metadata)])
            metadata.creationTimestamp = now
            pods.append(WorkloadPod(metadata: metadata, spec: .init(nodeName: "node")))
        }
        let gone = Set(plan.deletes)
        for index in pods.indices where gone.contains(pods[index].key) { pods[index].metadata.deletionTimestamp = now }
        return plan.creates > 0 || !gone.isEmpty || status != set.status
    }

    /// A pod becomes ready, or one that is to go goes; returns whether anything changed.
    mutating func stepPod(_ index: Int) -> Bool {
        guard pods.indices.contains(index) else { return false }
        if pods[index].metadata.isBeingDeleted {
            pods.remove(at: index)
            return true
        }
        guard !pods[index].isReady else { return false }
        pods[index].status = .init(
            phase: "Running", podIP: "10.0.0.\(index)",
            conditions: [PodCondition(type: "Ready", status: "True", lastTransitionTime: now)])
        return true
    }

    /// One thing that happens, chosen by chance.
    mutating func step(_ random: inout SeededGenerator) {
        now = Time(now.date.addingTimeInterval(1))
        switch Int.random(in: 0..<3, using: &random) {
        case 0: _ = stepDeployment()
        case 1: if let index = sets.indices.randomElement(using: &random) { _ = stepSet(index) }
        default: if let index = pods.indices.randomElement(using: &random) { _ = stepPod(index) }
        }
    }

    /// Everything happens until nothing does any more; returns whether that came to be.
    mutating func settle() -> Bool {
        for _ in 0..<500 {
            var changed = stepDeployment()
            for index in sets.indices { if stepSet(index) { changed = true } }
            for index in pods.indices.reversed() { if stepPod(index) { changed = true } }
            if !changed { return true }
        }
        return false
    }
}
