import FairleadAPI
import KubernetesCore
import Testing

@testable import FairleadRouter

@Suite("Scaling of a service")
struct ServiceScalerTests {
    private static func service(_ spec: InferenceServiceSpec, _ revisions: [String]) -> InferenceService {
        var status = InferenceServiceStatus()
        status.revisions = revisions.map { RevisionStatus(name: $0, weight: 0, state: .ready) }
        return InferenceService(
            metadata: ObjectMeta(name: "churn", namespace: "risk", uid: "u"), spec: spec, status: status)
    }

    private static func deployment(
        _ revision: String, _ component: ServiceComponent = .predictor, replicas: Int, ready: Int? = nil
    ) -> ScaledDeployment {
        ScaledDeployment(
            metadata: ObjectMeta(
                name: component.objectName(of: revision), namespace: "risk", resourceVersion: ResourceVersion("7"),
                labels: [
                    FairleadLabel.inferenceService: "churn", FairleadLabel.revision: revision,
                    FairleadLabel.component: component.rawValue,
                ]),
            replicas: replicas, ready: ready ?? replicas)
    }

    private static func spec(min: Int, max: Int) -> InferenceServiceSpec {
        InferenceServiceSpec(replicas: ReplicaRange(min: min, max: max))
    }

    private static func summary(_ writes: [ScaleWrite]) -> [String: Int] {
        Dictionary(uniqueKeysWithValues: writes.map { ($0.deployment.name, $0.replicas) })
    }

    @Test("predictor and transformer get the same number, the explainer one")
    func components() {
        var scaler = ServiceScaler()
        let deployments = [
            Self.deployment("r", replicas: 1), Self.deployment("r", .transformer, replicas: 1),
            Self.deployment("r", .explainer, replicas: 0), Self.deployment("other", replicas: 9),
        ]
        let writes = scaler.plan(Self.service(Self.spec(min: 0, max: 10), ["r"]), deployments, now: .zero) { _ in
            RevisionLoad(concurrency: 30)
        }
        #expect(Self.summary(writes) == ["r": 4, "r-transformer": 4, "r-explainer": 1])
        #expect(writes.allSatisfy { $0.resourceVersion == ResourceVersion("7") })
    }

    @Test("a suspended service has no pods, a deleted or unreadable one is left alone")
    func suspended() {
        var scaler = ServiceScaler()
        var spec = Self.spec(min: 2, max: 10)
        spec.suspend = true
        // What collects its payloads is the controller's to take away.
        let collector = ScaledDeployment(
            metadata: ObjectMeta(
                name: "churn-payloads-x", namespace: "risk", labels: [FairleadLabel.inferenceService: "churn"]),
            replicas: 1)
        let deployments = [Self.deployment("r", replicas: 2), Self.deployment("old", replicas: 1), collector]
        let writes = scaler.plan(Self.service(spec, ["r"]), deployments, now: .zero) { _ in
            RevisionLoad(concurrency: 30)
        }
        #expect(Self.summary(writes) == ["r": 0, "old": 0])
        var broken = Self.service(spec, ["r"])
        broken.spec = .failure(InvalidSpec([]))
        #expect(scaler.plan(broken, deployments, now: .zero) { _ in RevisionLoad() }.isEmpty)
    }

    @Test("what takes over has what its next step brings, and what it takes over from does not shrink")
    func rollout() {
        var spec = Self.spec(min: 1, max: 20)
        spec.rollout = RolloutSpec(steps: [10, 50])
        var service = Self.service(spec, ["a", "b"])
        var rollout = RolloutStatus(stable: "a", candidate: "b")
        service.status.rollouts = [rollout]
        var deployments = [Self.deployment("a", replicas: 8), Self.deployment("b", replicas: 1, ready: 0)]
        var scaler = ServiceScaler()
        func plan(_ now: Int) -> [String: Int] {
            Self.summary(
                scaler.plan(service, deployments, now: .seconds(now)) { revision in
                    RevisionLoad(concurrency: revision == "a" ? 60 : 0)
                })
        }
        #expect(plan(0).isEmpty)
        rollout.step = 0
        rollout.stepStartedAt = Time("2026-01-01T00:00:00Z")
        service.status.rollouts = [rollout]
        #expect(plan(2) == ["b": 4])
        rollout.step = 1
        service.status.rollouts = [rollout]
        deployments[1] = Self.deployment("b", replicas: 4)
        #expect(plan(4) == ["b": 8])
        deployments[1] = Self.deployment("b", replicas: 8)
        #expect(plan(90).isEmpty)
    }

    @Test("requests a second are what ended between two looks")
    func requestRate() {
        var spec = Self.spec(min: 1, max: 20)
        spec.scale = ScaleSpec(metric: "rps", target: 10)
        let service = Self.service(spec, ["r"])
        var scaler = ServiceScaler()
        var ended: UInt64 = 5000
        var replicas = 1
        for second in stride(from: 0, through: 120, by: 2) {
            let writes = scaler.plan(
                service, [Self.deployment("r", replicas: replicas)], now: .seconds(second)
            ) { _ in RevisionLoad(ended: ended) }
            replicas = Self.summary(writes)["r"] ?? replicas
            ended += 90
        }
        #expect(replicas == 5)
    }

    @Test("a metric is summed over its labels, and a longer name is another one")
    func reading() {
        let text = """
            # HELP vllm:num_requests_running Number of requests
            vllm:num_requests_running{model="a}\\"b",engine="0"} 3.0
            vllm:num_requests_running{model="c"} 2 1767225600000
            vllm:num_requests_running_total 99
            plain 1.5e1
            broken{ 3
            """
        func sum(_ name: String) -> Double? { PrometheusReading.sum(of: name, in: Array(text.utf8)) }
        #expect(sum("vllm:num_requests_running") == 5)
        #expect(sum("plain") == 15)
        #expect(sum("vllm:num_requests") == nil)
        #expect(sum("broken") == nil)
        #expect(sum("") == nil)
    }

    @Test("a report tells of what has changed of late, within its size")
    func draft() throws {
        var draft = ReportDraft()
        let key = ObjectKey(namespace: "risk", name: "churn")
        draft.take([key: ["a": RevisionReport(requests: 1), "new": RevisionReport()]], now: .zero)
        #expect(draft.services(now: .zero).keys.sorted() == ["risk/churn"])
        #expect(draft.services(now: .zero)["risk/churn"]?.revisions.keys.sorted() == ["a"])
        draft.take([key: ["a": RevisionReport(requests: 1)]], now: .seconds(700))
        #expect(draft.services(now: .seconds(700)).isEmpty)
        draft.take([key: ["a": RevisionReport(requests: 2)]], now: .seconds(701))
        #expect(draft.services(now: .seconds(701))["risk/churn"]?.revisions["a"]?.requests == 2)
        var many: [ObjectKey: [String: RevisionReport]] = [:]
        for index in 0..<3000 {
            many[ObjectKey(namespace: "n", name: "s\(index)")] = ["r": RevisionReport(requests: UInt64(index))]
        }
        draft.take(many, now: .seconds(800))
        many[ObjectKey(namespace: "n", name: "s7")] = ["r": RevisionReport(requests: 7000)]
        draft.take(many, now: .seconds(801))
        let services = draft.services(now: .seconds(801), maxBytes: 50_000)
        #expect(try KubernetesJSON.encode(services).count <= 50_000)
        #expect(services.count > 200)
        #expect(services["n/s7"]?.revisions["r"]?.requests == 7000)
    }
}
