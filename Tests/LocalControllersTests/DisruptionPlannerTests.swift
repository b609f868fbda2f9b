import Foundation
import KubernetesCore
import Testing

@testable import LocalControllers

struct DisruptionPlannerTests {
    private let now = Time(Date(timeIntervalSince1970: 1_767_225_600))

    @Test(
        arguments: [
            (["minAvailable": 2], 3, 1, 2, 3, 0), (["minAvailable": 2], 3, 0, 2, 3, 1),
            (["minAvailable": "50%"], 3, 0, 2, 3, 1),
            (["maxUnavailable": 1], 3, 0, 2, 3, 1), (["maxUnavailable": 1], 3, 1, 2, 3, 0),
            (["maxUnavailable": "30%"], 3, 0, 2, 3, 1), (["minAvailable": 1], 0, 0, 1, 0, 0),
            (["maxUnavailable": 0], 2, 0, 2, 2, 0),
        ] as [(JSONValue, Int, Int, Int, Int, Int)])
    func allows(spec: JSONValue, pods: Int, unready: Int, desired: Int, expected: Int, allowed: Int) throws {
        let budget = try KubernetesJSON.decode(
            DisruptionBudgetObject.self, from: ["metadata": ["name": "b", "namespace": "default"], "spec": spec])
        let all = (0..<pods).map { number in
            WorkloadPod(
                metadata: ObjectMeta(name: "p\(number)", namespace: "default", uid: "p\(number)"),
                status: .init(
                    phase: "Running",
                    conditions: number < unready ? nil : [PodCondition(type: "Ready", status: "True")]))
        }
        let status = DisruptionPlanner.status(.init(budget: budget, pods: all, wanted: pods, now: now))
        #expect(status.desiredHealthy == desired && status.expectedPods == expected)
        #expect(status.currentHealthy == pods - unready && status.disruptionsAllowed == allowed)
        #expect(status.conditions?.first?.reason == (allowed > 0 ? "SufficientPods" : "InsufficientPods"))
    }
}
