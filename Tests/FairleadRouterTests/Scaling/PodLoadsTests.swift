import ControllerRuntime
import FairleadAPI
import KubernetesClient
import KubernetesCore
import KubernetesTesting
import Logging
import Synchronization
import Testing

@testable import FairleadRouter

@Suite("What pods measure")
struct PodLoadsTests {
    /// A metrics server.
    private struct Metrics: Transport {
        var items: [JSONValue]

        func send(_ request: APIRequest) async throws -> APIResponse {
            #expect(request.path == "/apis/metrics.k8s.io/v1beta1/namespaces/risk/pods")
            let list: JSONValue = ["kind": "PodMetricsList", "metadata": [:], "items": .array(items)]
            return APIResponse(status: 200, headers: [:], body: JSONWriter.bytes(list))
        }

        func stream<Result: Sendable>(
            _ request: APIRequest, _ body: @Sendable (StreamHead, inout any ByteChunks) async throws -> Result
        ) async throws -> Result { throw TransportError(.connect, "nothing is streamed") }
    }

    private static let labels: JSONValue = [
        FairleadLabel.inferenceService: "churn", FairleadLabel.revision: "r", FairleadLabel.component: "predictor",
    ]
    private static let key = ObjectKey(namespace: "risk", name: "churn")

    private static func service(_ metric: String) -> InferenceService {
        var spec = InferenceServiceSpec(replicas: ReplicaRange(min: 1, max: 4))
        spec.scale = ScaleSpec(metric: metric, target: 50)
        return InferenceService(metadata: ObjectMeta(name: "churn", namespace: "risk", uid: "u"), spec: spec)
    }

    private static func deployment(_ annotations: JSONValue = [:]) throws -> ScaledDeployment {
        let object: JSONValue = [
            "metadata": ["name": "r", "namespace": "risk", "labels": labels],
            "spec": [
                "replicas": 2,
                "template": [
                    "metadata": ["annotations": annotations],
                    "spec": [
                        "containers": [
                            ["name": "a", "resources": ["requests": ["cpu": "400m"]]],
                            ["name": "b", "resources": ["requests": ["cpu": 0.1]]],
                        ]
                    ],
                ],
            ],
        ]
        return try KubernetesJSON.decode(ScaledDeployment.self, from: object)
    }

    private static func slice(_ addresses: [String], kind: String = "Pod", namespace: String = "risk") throws
        -> EndpointSlice
    {
        let object: JSONValue = [
            "metadata": ["name": .string("r-\(addresses[0])"), "namespace": "risk", "labels": labels],
            "addressType": "IPv4", "ports": [["name": "http", "port": 8080]],
            "endpoints": .array(
                addresses.map {
                    [
                        "addresses": [.string($0)], "conditions": ["ready": true],
                        "targetRef": ["kind": .string(kind), "namespace": .string(namespace), "name": "p"],
                    ]
                }),
        ]
        return try KubernetesJSON.decode(EndpointSlice.self, from: object)
    }

    private static func loads(
        _ metrics: Metrics = Metrics(items: []), slices: [EndpointSlice] = [], clock: ManualClock = ManualClock(),
        fetch: @escaping PodLoads.Fetch = { _ in throw TransportError(.connect, "nobody is asked") }
    ) -> PodLoads {
        let store = Store<EndpointSlice>()
        store.replace(with: slices, resourceVersion: ResourceVersion("1"))
        return PodLoads(
            client: Client(transport: metrics), slices: store, fetch: fetch,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, clock: clock)
    }

    @Test("CPU is the percent of what the pods ask for, over all containers and pods")
    func cpu() async throws {
        func pod(_ usage: [JSONValue]) -> JSONValue {
            [
                "metadata": ["name": "p", "namespace": "risk", "labels": Self.labels],
                "containers": .array(usage.map { ["name": "c", "usage": ["cpu": $0, "memory": "1Gi"]] }),
            ]
        }
        let metrics = Metrics(items: [pod(["250m", "125m"]), pod(["100000000n"])])
        let clock = ManualClock()
        let loads = Self.loads(metrics, clock: clock)
        await loads.refresh([Self.service("cpu")], [try Self.deployment()])
        let load = try #require(loads.load(service: Self.key, revision: "r"))
        #expect(abs(load - 95) < 0.001)
        #expect(loads.load(service: Self.key, revision: "other") == nil)
        // What is no longer scaled by it is no longer known.
        clock.advance(by: .seconds(20))
        await loads.refresh([Self.service("rps")], [])
        #expect(loads.load(service: Self.key, revision: "r") == nil)
    }

    @Test("a runtime's metric is asked of ready pods where their annotations say, and who fails counts as the others")
    func runtime() async throws {
        let asked = Mutex<[String]>([])
        let slices = [
            try Self.slice(["10.0.0.1", "10.0.0.2", "10.0.0.3"]), try Self.slice(["10.9.9.8"], kind: "Node"),
            try Self.slice(["10.9.9.9"], namespace: "kube-system"),
        ]
        let loads = Self.loads(slices: slices) { url in
            asked.withLock { $0.append(url) }
            if url.contains("10.0.0.2") { throw TransportError(.timeout, "no answer") }
            return Array("queue{model=\"m\"} \(url.contains("10.0.0.1") ? 4 : 8)\nqueue_total 99\n".utf8)
        }
        let annotations: JSONValue = ["prometheus.io/port": "8082", "prometheus.io/path": "/m"]
        await loads.refresh([Self.service("queue")], [try Self.deployment(annotations)])
        #expect(asked.withLock { $0.sorted() } == (1...3).map { "http://10.0.0.\($0):8082/m" })
        #expect(loads.load(service: Self.key, revision: "r") == 18)
    }

    @Test("no annotation leads to another host")
    func foreign() async throws {
        let asked = Mutex<[String]>([])
        let loads = Self.loads(slices: [try Self.slice(["10.0.0.1"])]) { url in
            asked.withLock { $0.append(url) }
            return []
        }
        let annotations: JSONValue = ["prometheus.io/port": "80", "prometheus.io/path": "@metadata.internal/"]
        await loads.refresh([Self.service("queue")], [try Self.deployment(annotations)])
        #expect(asked.withLock(\.self).isEmpty)
    }

    @Test("pods that don't answer keep nobody waiting beyond the limit, and count as they were last, for a minute")
    func silent() async throws {
        let clock = ManualClock()
        let isSilent = Mutex(false)
        let loads = Self.loads(slices: [try Self.slice(["10.0.0.1"])], clock: clock) { _ in
            if isSilent.withLock(\.self) { try await clock.sleep(for: .seconds(3600)) }
            return Array("queue 7\n".utf8)
        }
        let (service, deployment) = (Self.service("queue"), try Self.deployment())
        await loads.refresh([service], [deployment])
        #expect(loads.load(service: Self.key, revision: "r") == 7)
        isSilent.withLock { $0 = true }
        for _ in 0..<3 {
            clock.advance(by: .seconds(10))
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await loads.refresh([service], [deployment]) }
                while clock.sleeperCount < 2 { await Task.yield() }
                clock.advance(by: .seconds(10))
            }
            #expect(loads.load(service: Self.key, revision: "r") == (clock.elapsed < .seconds(60) ? 7 : nil))
        }
        #expect(clock.elapsed == .seconds(60))
    }

    /// The scaler goes on while another service's pods are asked.
    @Test("slow metrics keep no other service from being scaled", .timeLimit(.minutes(1)))
    func scaling() async throws {
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let (writes, teller) = AsyncStream.makeStream(of: String.self)
        let client = Client(transport: Scales { teller.yield($0) })
        let services = Store<InferenceService>()
        var spec = InferenceServiceSpec(replicas: ReplicaRange(min: 3, max: 4))
        spec.scale = ScaleSpec(metric: ScaleSpec.concurrency)
        var status = InferenceServiceStatus()
        status.revisions = [RevisionStatus(name: "s-r", weight: 100, state: .ready)]
        var quick = InferenceService(metadata: ObjectMeta(name: "s", namespace: "risk", uid: "u2"), spec: spec)
        quick.status = status
        services.replace(with: [Self.service("queue"), quick], resourceVersion: ResourceVersion("1"))
        let slices = Store<EndpointSlice>()
        slices.replace(with: [try Self.slice(["10.0.0.1"])], resourceVersion: ResourceVersion("1"))
        let reports = ReportReader(clock: SystemClock())
        reports.records.replace(with: [], resourceVersion: ResourceVersion("1"))
        let loads = PodLoads(
            client: client, slices: slices,
            fetch: { _ in
                try await Task.sleep(for: .seconds(3600))
                return []
            }, logger: logger, clock: SystemClock())
        let writer = ScaleWriter(
            client: client, isLeading: { true }, services: services, reports: reports, loads: loads, logger: logger,
            clock: SystemClock())
        var deployment = ScaledDeployment(
            metadata: ObjectMeta(
                name: "s-r", namespace: "risk",
                labels: [
                    FairleadLabel.inferenceService: "s", FairleadLabel.revision: "s-r",
                    FairleadLabel.component: "predictor",
                ]), replicas: 1)
        deployment.metadata.ownerReferences = [
            OwnerReference(
                apiVersion: "fairlead.dev/v1alpha1", kind: "InferenceService", name: "s", uid: "u2", controller: true)
        ]
        writer.deployments.replace(with: [deployment], resourceVersion: ResourceVersion("1"))
        await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await writer.run() }
            defer { group.cancelAll() }
            let first = await writes.first { _ in true }
            #expect(first == "/apis/apps/v1/namespaces/risk/deployments/s-r/scale")
        }
    }

    /// Takes every write to a scale.
    private struct Scales: Transport {
        var take: @Sendable (String) -> Void

        func send(_ request: APIRequest) async throws -> APIResponse {
            take(request.path)
            return APIResponse(status: 200, headers: [:], body: Array("{}".utf8))
        }

        func stream<Result: Sendable>(
            _ request: APIRequest, _ body: @Sendable (StreamHead, inout any ByteChunks) async throws -> Result
        ) async throws -> Result { throw TransportError(.connect, "nothing is streamed") }
    }
}
