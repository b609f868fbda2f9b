import Foundation
import KubernetesCore
import PropertyTesting
import Testing

@testable import LocalControllers

struct ReplicaSetPlannerTests {
    private let now = Time(Date(timeIntervalSince1970: 1_767_225_600))

    private func pod(
        _ name: String, bound: Bool = true, phase: String = "Running", readyFor: Int? = 1000, restarts: Int = 0,
        age: Int = 10_000, cost: Int? = nil
    ) -> WorkloadPod {
        var metadata = ObjectMeta(name: name, namespace: "default", uid: name)
        metadata.creationTimestamp = Time(now.date.addingTimeInterval(-Double(age)))
        if let cost { metadata.annotations["controller.kubernetes.io/pod-deletion-cost"] = String(cost) }
        let ready = readyFor.map {
            PodCondition(
                type: "Ready", status: "True", lastTransitionTime: Time(now.date.addingTimeInterval(-Double($0))))
        }
        return WorkloadPod(
            metadata: metadata, spec: .init(nodeName: bound ? "node" : nil),
            status: .init(
                phase: phase, conditions: ready.map { [$0] }, containerStatuses: [.init(restartCount: restarts)]))
    }

    private func set(_ replicas: Int, minReadySeconds: Int? = nil) -> ReplicaSetObject {
        ReplicaSetObject(
            metadata: ObjectMeta(name: "web", namespace: "default", uid: "web"),
            spec: .init(replicas: replicas, minReadySeconds: minReadySeconds, selector: [:], template: [:]))
    }

    @Test func letsThoseGoFirstThatServeLeast() {
        let order = [
            pod("unbound", bound: false, phase: "Pending", readyFor: nil),
            pod("pending", phase: "Pending", readyFor: nil), pod("unready", readyFor: nil), pod("cheap", cost: -5),
            pod("justReady", readyFor: 10), pod("restarting", restarts: 4), pod("young", age: 2000), pod("old"),
        ]
        for count in 0...order.count {
            let plan = ReplicaSetPlanner.plan(
                .init(set: set(order.count - count), pods: order.reversed(), now: now))
            #expect(plan.creates == 0)
            #expect(plan.deletes.map(\.name) == order.prefix(count).map(\.metadata.name))
        }
    }

    @Test(arguments: 0..<50) func neverHasMoreThanWanted(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let pods = (0..<Int.random(in: 0...20, using: &random)).map { number in
            var pod = pod("pod-\(number)", readyFor: Bool.random(using: &random) ? 5 : nil)
            if random.chance(0.2) { pod.metadata.deletionTimestamp = now }
            if random.chance(0.2) { pod.status.phase = "Failed" }
            return pod
        }
        let wanted = Int.random(in: 0...20, using: &random)
        let plan = ReplicaSetPlanner.plan(.init(set: set(wanted), pods: pods, now: now))
        let active = pods.count(where: \.isActive)
        #expect(active + plan.creates - plan.deletes.count == wanted, "seed \(seed)")
        #expect(plan.creates == 0 || plan.deletes.isEmpty, "seed \(seed)")
    }

    @Test func countsWhatIsReadyForLongEnough() {
        let pods = [pod("a", readyFor: 100), pod("b", readyFor: 3), pod("c", readyFor: nil)]
        let observed = ReplicaSetPlanner.Observed(set: set(3, minReadySeconds: 10), pods: pods, now: now)
        let status = ReplicaSetPlanner.status(observed)
        #expect(status.replicas == 3 && status.readyReplicas == 2 && status.availableReplicas == 1)
        #expect(ReplicaSetPlanner.plan(observed).lookAfter == .seconds(1))
    }
}
