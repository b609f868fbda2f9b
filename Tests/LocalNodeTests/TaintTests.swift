import Foundation
import KubernetesClient
import KubernetesCore
import Testing

@testable import LocalNode

struct TaintTests {
    private static let tolerations: [(JSONValue, Bool)] = [
        (["operator": "Exists"], true),
        (["operator": "Exists", "effect": "NoSchedule"], false),
        (["key": "gpu", "operator": "Exists"], true),
        (["key": "gpu", "value": "a"], true),
        (["key": "gpu", "operator": "Equal", "value": "b"], false),
        (["key": "other", "operator": "Exists"], false),
        (["value": "a"], false),
    ]

    @Test(arguments: tolerations)
    func tolerationsMatchAsKubernetesSays(toleration: JSONValue, isBorne: Bool) throws {
        let taint = Taint(key: "gpu", value: "a", effect: "NoExecute")
        #expect(try KubernetesJSON.decode(Toleration.self, from: toleration).tolerates(taint) == isBorne)
    }

    static func pod(_ name: String, tolerations: JSONValue, node: String? = "local") throws -> PodManifest {
        var spec: JSONValue = ["containers": [["name": "main", "image": "i"]], "tolerations": tolerations]
        if let node { spec["nodeName"] = .string(node) }
        return try KubernetesJSON.decode(
            PodManifest.self,
            from: ["metadata": ["name": .string(name), "namespace": "default", "uid": .string(name)], "spec": spec])
    }

    @Test func podsGoWhenTheirPatienceIsOver() throws {
        let lost = Taint(key: "node.kubernetes.io/unreachable", effect: "NoExecute")
        let since = Date(timeIntervalSince1970: 1000)
        func bearing(_ seconds: Int64?) -> JSONValue {
            var toleration: JSONValue = ["key": .string(lost.key), "operator": "Exists", "effect": "NoExecute"]
            if let seconds { toleration["tolerationSeconds"] = .integer(seconds) }
            return toleration
        }
        let pods = [
            try Self.pod("none", tolerations: []), try Self.pod("ever", tolerations: [bearing(nil)]),
            try Self.pod("short", tolerations: [bearing(300), bearing(120)]),
            try Self.pod("elsewhere", tolerations: [], node: "other"),
        ]
        let evictions = TaintPlan.evictions(pods: pods, node: "local", taints: [lost: since])
        #expect(evictions.map(\.pod.name) == ["none", "short"])
        #expect(evictions.map { $0.at.timeIntervalSince(since) } == [0, 120])
        let soft = Taint(key: "a", effect: "NoSchedule")
        #expect(TaintPlan.evictions(pods: pods, node: "local", taints: [soft: since]).isEmpty)
    }

    @Test func aCordonAndTaintsKeepPodsAway() throws {
        let cordoned = try KubernetesJSON.decode(
            NodeManifest.self, from: ["metadata": ["name": "local"], "spec": ["unschedulable": true]])
        let pod = try Self.pod("p", tolerations: [], node: nil)
        func verdict(_ taints: [Taint]) -> SchedulerPlan.Verdict? {
            SchedulerPlan.plan(
                pods: [pod], assumed: [],
                node: .init(name: "local", labels: [:], allocatable: ["pods": Quantity(10)], taints: taints)
            ).first?.verdict
        }
        #expect(verdict([]) == .bind)
        #expect(verdict([Taint(key: "soft", effect: "PreferNoSchedule")]) == .bind)
        let advice = "preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling."
        #expect(
            verdict(cordoned.taints)
                == .wait(message: "0/1 nodes are available: 1 node(s) were unschedulable. \(advice)"))
        #expect(
            verdict([Taint(key: "gpu", value: "a", effect: "NoSchedule")])
                == .wait(message: "0/1 nodes are available: 1 node(s) had untolerated taint {gpu: a}. \(advice)"))
    }

    @Test func aTaintedNodeSendsItsPodsAway() async throws {
        let harness = try NodeHarness()
        defer { harness.removeState() }
        let cluster = harness.cluster
        try await harness.run(harness.configuration()) {
            var patient = shell("sleep 1000")
            patient["tolerations"] = [["operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 2]]
            patient["terminationGracePeriodSeconds"] = 1
            var hasty = patient
            hasty["tolerations"] = []
            cluster.createPod("patient", spec: patient)
            cluster.createPod("hasty", spec: hasty)
            for name in ["patient", "hasty"] { _ = try await harness.status(name, phase: "Running") }
            var node = try #require(cluster.object("/api/v1/nodes/local"))
            node["spec"] = ["taints": [["key": "node.kubernetes.io/unreachable", "effect": "NoExecute"]]]
            let begin = ContinuousClock.now
            cluster.put("/api/v1/nodes/local", node)
            _ = try await NodeHarness.eventually("the hasty pod gone") { cluster.hasPod("hasty") ? nil : true }
            #expect(cluster.hasPod("patient"))
            _ = try await NodeHarness.eventually("the patient pod gone") { cluster.hasPod("patient") ? nil : true }
            #expect(ContinuousClock.now - begin >= .seconds(2))
            for name in ["patient", "hasty"] {
                let reasons = cluster.history(name).last?["conditions"]?.arrayValue?.compactMap { $0["reason"] }
                #expect(reasons?.contains("DeletionByTaintManager") == true)
            }
            cluster.createPod("late", spec: hasty)
            let message = try await NodeHarness.eventually("why it waits") {
                cluster.pod("late")?[path: ["status", "conditions"]]?[0]?["message"]?.stringValue
            }
            #expect(message.contains("untolerated taint {node.kubernetes.io/unreachable: }"))
        }
    }
}
