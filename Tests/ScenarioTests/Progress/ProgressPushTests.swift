import ClusterTesting
import ControllerRuntime
import FairleadAPI
import FairleadControllers
import FairleadPlanning
import Foundation
import KubernetesClient
import KubernetesCore
import KubernetesTesting
import LocalAPIServer
import Logging
import Synchronization
import Testing

/// Kubeflow Trainer's contract of pushed metrics, spoken by Python's own HTTP client out of a pod's own variables.
@Suite(.serialized) struct ProgressPushTests {
    /// An API server, a node that runs nothing, and controllers, on the system's clock: TLS asks what day it is.
    private final class Cluster: Sendable {
        let client: Client
        let server: LocalAPIServer
        private let kubelet: SimulatedKubelet
        private let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        private let calls = Mutex<[String]>([])

        init() async throws {
            server = try await LocalAPIServer(configuration: LocalAPIServer.Configuration(), logger: logger)
            client = Client(transport: InProcessTransport(server))
            kubelet = SimulatedKubelet(client: client) { _ in SimulatedKubelet.Ending(duration: nil) }
            for definition in CustomResourceDefinitions.all {
                try await client.create(.customResourceDefinition, namespace: nil, definition.json)
            }
        }

        func run(_ body: @Sendable @escaping () async throws -> Void) async throws {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await self.server.run() }
                group.addTask { try await self.kubelet.run() }
                defer { group.cancelAll() }
                try await body()
            }
        }

        /// Runs a replica around a body, which is given the port that jobs push to.
        func withReplica(
            port: Int = 0, elector: LeaderElector? = nil, _ body: @Sendable @escaping (Int) async throws -> Void
        ) async throws {
            let (ports, continuation) = AsyncStream<Int>.makeStream()
            let serving = ProgressServing(
                address: BindAddress(host: "127.0.0.1", port: port),
                secret: ObjectKey(namespace: "kube-system", name: ProgressServing.secretName)
            ) { continuation.yield($0) }
            let controller = FairleadController(
                client: client, configuration: FairleadController.Configuration(progress: serving), elector: elector,
                logger: logger)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await controller.run() }
                defer { group.cancelAll() }
                for await port in ports {
                    try await body(port)
                    return
                }
            }
        }

        func job(_ name: String) async throws -> TrainingJob {
            try await client.get(TrainingJob.self, ObjectKey(namespace: "default", name: name))
        }

        /// Makes a job and waits for its leader's pod.
        func runningPod(of name: String, nodes: Int64 = 1) async throws -> JSONValue {
            try await client.create(
                .trainingJob, namespace: "default",
                [
                    "apiVersion": "fairlead.dev/v1alpha1", "kind": "TrainingJob", "metadata": ["name": .string(name)],
                    "spec": ["image": "alpine", "command": ["train"], "nodes": .integer(nodes)],
                ])
            var found: JSONValue?
            try await eventually("a pod of \(name) runs") {
                let pods = try await client.list(
                    .pod, namespace: "default", ListQuery(labelSelector: "fairlead.dev/trainingjob=\(name)")
                ).items
                found = pods.first { $0[path: ["status", "phase"]] == "Running" }
                return found != nil
            }
            return found ?? .null
        }

        /// A token as the kubelet asks for it.
        func token(_ pod: JSONValue, audience: String) async throws -> String {
            let answer = try await client.create(
                .serviceAccount, ObjectKey(namespace: "default", name: "default"), subresource: "token",
                [
                    "apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest",
                    "spec": [
                        "audiences": [.string(audience)], "expirationSeconds": 3600,
                        "boundObjectRef": [
                            "kind": "Pod", "apiVersion": "v1", "name": pod["metadata"]?["name"] ?? "",
                            "uid": pod["metadata"]?["uid"] ?? "",
                        ],
                    ],
                ])
            return answer[path: ["status", "token"]]?.stringValue ?? ""
        }
    }

    /// The variables of a pod's container, with the files that its volume would have.
    private struct PodFiles {
        var environment: [String: String] = [:]
        var audience = ""

        init(_ pod: JSONValue, _ cluster: Cluster, in folder: URL) async throws {
            let main = try #require(
                pod[path: ["spec", "containers"]]?.arrayValue?.first { $0["name"] == "main" }, "no main")
            for variable in main["env"]?.arrayValue ?? [] {
                guard let name = variable["name"]?.stringValue, name.hasPrefix("KUBEFLOW_TRAINER_") else { continue }
                environment[name] = variable["value"]?.stringValue
            }
            let mount = try #require(
                main["volumeMounts"]?.arrayValue?.first { $0["name"] == "kubeflow-trainer-token" }, "no mount")
            let path = try #require(mount["mountPath"]?.stringValue)
            #expect(path == "/var/run/secrets/kubeflow/trainer")
            #expect(mount["readOnly"] == true)
            let volume = pod[path: ["spec", "volumes"]]?.arrayValue?.first { $0["name"] == "kubeflow-trainer-token" }
            for source in volume?[path: ["projected", "sources"]]?.arrayValue ?? [] {
                if let wanted = source["serviceAccountToken"] {
                    audience = try #require(wanted["audience"]?.stringValue)
                    let token = try await cluster.token(pod, audience: audience)
                    try Data(token.utf8).write(to: folder.appending(path: wanted["path"]?.stringValue ?? ""))
                }
                if let wanted = source["configMap"] {
                    let name = try #require(wanted["name"]?.stringValue)
                    let object = try await cluster.client.get(
                        .configMap, ObjectKey(namespace: "default", name: name))
                    for item in wanted["items"]?.arrayValue ?? [] {
                        let text = object["data"]?[item["key"]?.stringValue ?? ""]?.stringValue ?? ""
                        try Data(text.utf8).write(to: folder.appending(path: item["path"]?.stringValue ?? ""))
                    }
                }
            }
            for (name, value) in environment {
                environment[name] = value.replacingOccurrences(of: path, with: folder.path)
            }
        }
    }

    /// As Kubeflow's SDK and transformers' callback do it, with the strictest checks of Python 3.13.
    private static let script = """
        import json, os, ssl, sys, urllib.error, urllib.request
        context = ssl.create_default_context(cafile=os.environ["KUBEFLOW_TRAINER_SERVER_CA_CERT"])
        context.verify_flags |= ssl.VERIFY_X509_STRICT | ssl.VERIFY_X509_PARTIAL_CHAIN
        token = open(os.environ["KUBEFLOW_TRAINER_SERVER_TOKEN"]).read().strip()
        for line in sys.stdin:
            case = json.loads(line)
            url = os.environ["KUBEFLOW_TRAINER_SERVER_URL"] + case.get("suffix", "")
            data = case["raw"].encode() if "raw" in case else json.dumps(case["body"]).encode()
            headers = {"Authorization": "Bearer " + case.get("token", token), "Content-Type": "application/json"}
            if case.get("anonymous"):
                del headers["Authorization"]
            request = urllib.request.Request(url, data=data, headers=headers, method=case.get("method", "POST"))
            try:
                with urllib.request.urlopen(request, timeout=30, context=context) as answer:
                    print(json.dumps([answer.status, json.loads(answer.read()), answer.headers.get_all("Warning") or []]))
            except urllib.error.HTTPError as error:
                print(json.dumps([error.code, json.loads(error.read()), []]))
            sys.stdout.flush()
        """

    private static func push(_ files: PodFiles, _ cases: [JSONValue]) async throws -> [JSONValue] {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["python3", "-c", script]
        process.environment = ProcessInfo.processInfo.environment.merging(files.environment) { $1 }
        let (input, output) = (Pipe(), Pipe())
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        let text = cases.map { JSONWriter.string($0) + "\n" }.joined()
        return try await withCheckedThrowingContinuation { continuation in
            // A thread, since both ends of a pipe block.
            Thread.detachNewThread {
                let written = Result {
                    try input.fileHandleForWriting.write(contentsOf: Data(text.utf8))
                    try input.fileHandleForWriting.close()
                    let data = try output.fileHandleForReading.readToEnd() ?? Data()
                    return try data.split(separator: 0x0A).map { try JSONParser.parse($0) }
                }
                continuation.resume(with: written)
            }
        }
    }

    private static func status(_ percent: Int64, _ loss: String) -> JSONValue {
        [
            "trainerStatus": [
                "progressPercentage": .integer(percent), "estimatedRemainingSeconds": 120,
                "metrics": [["name": "loss", "value": .string(loss)], ["name": "step", "value": "7"]],
                "lastUpdatedTime": "2026-01-02T03:04:05.123456+00:00",
            ]
        ]
    }

    private static func withFolder(_ body: (URL) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "push-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try await body(folder)
    }

    @Test func whatAPodPushesStandsInItsJobsStatus() async throws {
        let cluster = try await Cluster()
        try await cluster.run {
            try await cluster.withReplica { _ in
                let pod = try await cluster.runningPod(of: "train")
                let other = try await cluster.runningPod(of: "other")
                try await Self.withFolder { folder in
                    let files = try await PodFiles(pod, cluster, in: folder)
                    #expect(files.audience == "trainer.kubeflow.org/v1alpha1/namespaces/default/trainjobs/train/status")
                    let foreign = try await cluster.token(other, audience: files.audience)
                    let audience = files.audience.replacingOccurrences(of: "/train/", with: "/other/")
                    let misdirected = try await cluster.token(pod, audience: audience)
                    let body = Self.status(42, "0.123")
                    var twisted = body
                    twisted[path: ["trainerStatus", "progressPercentage"]] = 142
                    let large = String(repeating: " ", count: 1 << 20) + "{}"
                    let answers = try await Self.push(
                        files,
                        [
                            ["body": body],
                            ["body": body, "anonymous": true],
                            ["body": body, "token": "garbage"],
                            ["body": body, "token": .string(misdirected)],
                            ["body": body, "token": .string(foreign)],
                            ["body": twisted],
                            ["raw": "no JSON"],
                            ["raw": .string(large)],
                            ["body": body, "suffix": "/more"],
                            ["body": body, "method": "PUT"],
                            ["body": [:]],
                        ])
                    #expect(answers.map { $0[0] } == [200, 401, 401, 401, 403, 422, 422, 413, 404, 405, 200])
                    #expect(answers.first?[1] == body)
                    #expect(
                        answers[5][1]?[path: ["details", "causes"]]?[0]?["field"] == "trainerStatus.progressPercentage")
                    let reasons = answers.map { $0[1]?["reason"]?.stringValue ?? "" }
                    #expect(
                        reasons == [
                            "", "Unauthorized", "Unauthorized", "Unauthorized", "Forbidden", "Invalid", "Invalid",
                            "RequestEntityTooLarge", "NotFound", "MethodNotAllowed", "",
                        ])
                    #expect(answers.dropFirst().dropLast().allSatisfy { $0[1]?["kind"] == "Status" })
                }
                try await eventually("the metrics are there") {
                    try await cluster.job("train").status.progress == "42%"
                }
                let job = try await cluster.job("train")
                #expect(job.status.metrics == ["loss": 0.123, "step": 7, "progress": 42, "remainingSeconds": 120])
                #expect(job.status.metricsTime != nil)
                #expect(try await cluster.job("other").status.metrics.isEmpty)
            }
        }
    }

    /// A hundred pushes at once are few writes, and the last one holds; also after the controller was killed.
    @Test func pushesAreWrittenTogetherAndOutliveARestart() async throws {
        let cluster = try await Cluster()
        try await cluster.run {
            try await Self.withFolder { folder in
                let kept = Mutex<(PodFiles, Int)?>(nil)
                try await cluster.withReplica { port in
                    let pod = try await cluster.runningPod(of: "fast")
                    let files = try await PodFiles(pod, cluster, in: folder)
                    kept.withLock { $0 = (files, port) }
                    let before = try await cluster.job("fast").metadata.resourceVersion
                    let answers = try await Self.push(
                        files, (1...100).map { ["body": Self.status($0, "\(100 - $0)")] })
                    #expect(answers.allSatisfy { $0[0] == 200 })
                    try await eventually("the last one is written") {
                        try await cluster.job("fast").status.progress == "100%"
                    }
                    #expect(try await cluster.job("fast").status.metrics["loss"] == 0)
                    let after = try await cluster.job("fast").metadata.resourceVersion
                    let writes = Int(after?.rawValue ?? "").flatMap { now in
                        Int(before?.rawValue ?? "").map { now - $0 }
                    }
                    // Each write of metrics is followed by the planner's own of the column, and others come between.
                    #expect(try #require(writes) < 30)
                }
                let (files, port) = try #require(kept.withLock { $0 })
                try await cluster.withReplica(port: port) { _ in
                    let answers = try await Self.push(files, [["body": Self.status(50, "5")]])
                    #expect(answers.first?[0] == 200)
                    try await eventually("what came after is written") {
                        try await cluster.job("fast").status.metrics["loss"] == 5
                    }
                }
            }
        }
    }

    /// Pods push to any replica: one that stands by takes metrics too, by the same certificates.
    @Test func whoStandsByTakesMetricsToo() async throws {
        let cluster = try await Cluster()
        let quiet = Logger(label: "elector") { _ in SwiftLogNoOpLogHandler() }
        func elector(_ name: String) -> LeaderElector {
            LeaderElector(
                client: cluster.client, lease: ObjectKey(namespace: "default", name: "lease"), identity: name,
                logger: quiet)
        }
        let (first, second) = (elector("a"), elector("b"))
        try await cluster.run {
            try await cluster.withReplica(elector: first) { leading in
                try await eventually("the first leads") { first.isLeading }
                try await cluster.withReplica(elector: second) { standing in
                    let pod = try await cluster.runningPod(of: "two")
                    try await Self.withFolder { folder in
                        var files = try await PodFiles(pod, cluster, in: folder)
                        let url = try #require(files.environment["KUBEFLOW_TRAINER_SERVER_URL"])
                        #expect(url.hasPrefix("https://127.0.0.1:\(leading)/"))
                        files.environment["KUBEFLOW_TRAINER_SERVER_URL"] = url.replacingOccurrences(
                            of: ":\(leading)/", with: ":\(standing)/")
                        let answers = try await Self.push(files, [["body": Self.status(10, "9")]])
                        #expect(answers.first?[0] == 200)
                    }
                    #expect(!second.isLeading)
                    try await eventually("it is written") {
                        try await cluster.job("two").status.progress == "10%"
                    }
                }
            }
        }
    }
}
