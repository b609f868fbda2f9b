import ClusterTesting
import FairleadAPI
import Foundation
import KubernetesClient
import KubernetesCore
import LocalAPIServer
import Logging
import Testing

@testable import FairleadCLI

/// What commands do with a cluster: an API server with Fairlead's kinds, without any controller.
@Suite("Commands on a cluster")
struct ClusterTests {
    private let cluster: Cluster
    private var client: Client { cluster.client }

    init() async throws {
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let server = try await LocalAPIServer(configuration: LocalAPIServer.Configuration(), logger: logger)
        cluster = Cluster(
            client: Client(transport: InProcessTransport(server)), namespace: "default", namespaceOption: nil,
            logger: logger)
        try await DefinitionInstaller(client: cluster.client).install()
        try await cluster.client.create(
            .pipeline, namespace: "default",
            [
                "apiVersion": "fairlead.dev/v1alpha1", "kind": "Pipeline", "metadata": ["name": "churn"],
                "spec": [
                    "params": [["name": "rows", "type": "integer", "default": 5]],
                    "tasks": [
                        ["name": "fit", "image": "i", "command": ["a"]], ["name": "ok", "approval": ["message": "?"]],
                    ],
                ],
            ])
    }

    private func object(_ name: String) async throws -> JSONValue {
        try await client.get(.pipelineRun, cluster.key(name))
    }

    private func create(_ name: String, spec: JSONValue = ["pipeline": "churn"], status: JSONValue) async throws {
        try await client.create(
            .pipelineRun, namespace: "default",
            [
                "apiVersion": "fairlead.dev/v1alpha1", "kind": "PipelineRun", "metadata": ["name": .string(name)],
                "spec": spec,
            ])
        try await client.patch(.pipelineRun, cluster.key(name), ["status": status], subresource: "status")
    }

    private func refusal(_ body: () async throws -> Void) async -> CommandError? {
        do {
            try await body()
            return nil
        } catch {
            return error as? CommandError
        }
    }

    @Test("a pipeline by name, without the cache and with a typed parameter")
    func runByName() async throws {
        let order = RunOrder(
            source: .pipeline("churn"), arguments: [try ParamArgument("rows=7")], name: "churn-1", usesCache: false)
        #expect(try await order.launch(cluster) == [WorkloadKey(.run, cluster.key("churn-1"))])
        #expect(try await object("churn-1")["spec"] == ["pipeline": "churn", "params": ["rows": 7], "cache": "Off"])
    }

    @Test("code goes into a ConfigMap that the run owns, and the run brings its pipeline")
    func runWithCode() async throws {
        let code = CodeBundle(files: [CodeFile(path: "a.py", bytes: Array("x = 1".utf8), isExecutable: false)])
        let order = RunOrder(source: .pipeline("churn"), name: "churn-2", code: code)
        _ = try await order.launch(cluster)
        let run = try await object("churn-2")
        #expect(run[path: ["spec", "pipeline"]] == nil)
        let pod = run[path: ["spec", "pipelineSpec", "defaults", "overrides"]]?[0]?[path: ["pod", "spec"]]
        let name = try #require(pod?["volumes"]?[0]?[path: ["configMap", "name"]]?.stringValue)
        let map = try await client.get(.configMap, cluster.key(name))
        #expect(map["data"] == ["file-0": "x = 1"])
        let owner = map[path: ["metadata", "ownerReferences"]]?[0]
        #expect(owner?["uid"] == run[path: ["metadata", "uid"]])
        #expect(owner?["kind"] == "PipelineRun")
        // The second of that name is refused, and leaves nothing behind.
        #expect(await refusal { _ = try await order.launch(cluster) }?.code == .conflict)
        let maps = try await client.listAll(.configMap, namespace: "default").items
        #expect(maps.filter { $0["immutable"] == true }.count == 1)
    }

    @Test("a script is a run with a pipeline of its own")
    func runScript() async throws {
        let text = "# /// script\n# [tool.fairlead]\n# params = [{name = \"n\", type = \"integer\"}]\n# ///\n"
        let script = try ScriptPipeline(file: "fit.py", text: text)
        let keys = try await RunOrder(source: .script(script), arguments: [try ParamArgument("n=3")]).launch(cluster)
        let name = try #require(keys.first?.key.name)
        #expect(name.hasPrefix("fit-"))
        let spec = try await object(name)["spec"]
        #expect(spec?[path: ["params", "n"]] == 3)
        #expect(spec?[path: ["pipelineSpec", "tasks"]]?[0]?["python"] == .string(text))
        #expect(
            await refusal { _ = try await RunOrder(source: .script(script)).launch(cluster) }?.code == .invalidInput)
    }

    @Test("a finished run is gone on with: its own pipeline and parameters, nothing that people decided")
    func rerun() async throws {
        try await create(
            "old", spec: ["pipeline": "churn", "params": ["rows": 9], "approvals": ["ok": "Approved"], "queue": "q"],
            status: ["phase": "Failed", "tasks": [["name": "fit", "phase": "Failed"]]])
        _ = try await RerunOrder(run: "old", tasks: ["fit"], name: "new").launch(cluster)
        let expected: JSONValue = [
            "pipeline": "churn", "params": ["rows": 9], "queue": "q", "resumeFrom": ["run": "old", "rerun": ["fit"]],
        ]
        #expect(try await object("new")["spec"] == expected)
        _ = try await RerunOrder(run: "old", arguments: [try ParamArgument("rows=1")], name: "next").launch(cluster)
        #expect(try await object("next")[path: ["spec", "params"]] == ["rows": 1])
        let unknown = await refusal { _ = try await RerunOrder(run: "old", tasks: ["fti"]).launch(cluster) }
        #expect(unknown?.message.contains("did you mean \"fit\"?") == true)
        #expect(await refusal { _ = try await RerunOrder(run: "new").launch(cluster) }?.code == .conflict)
        #expect(await refusal { _ = try await RerunOrder(run: "none").launch(cluster) }?.code == .notFound)
    }

    @Test("suspend, resume, stop and terminate set what kubectl would set, until the run is finished")
    func control() async throws {
        try await create("r", status: ["phase": "Running"])
        let control = RunControl(cluster: cluster)
        _ = try await control.suspend(true, "r")
        #expect(try await object("r")[path: ["spec", "suspend"]] == true)
        _ = try await control.suspend(false, "r")
        #expect(try await object("r")[path: ["spec", "suspend"]] == false)
        _ = try await control.stop("r", .stop)
        #expect(try await object("r")[path: ["spec", "shutdown"]] == "Stop")
        _ = try await control.stop("r", .terminate)
        #expect(try await object("r")[path: ["spec", "shutdown"]] == "Terminate")
        try await client.patch(
            .pipelineRun, cluster.key("r"), ["status": ["phase": "Stopped"]], subresource: "status")
        #expect(
            await refusal { _ = try await control.stop("r", .stop) }?.message == "run \"r\" is Stopped already")
    }

    @Test("approvals are patched; what cannot be decided is told with what can")
    func approve() async throws {
        try await create(
            "r",
            status: [
                "phase": "Running",
                "tasks": [
                    ["name": "fit", "phase": "Succeeded"], ["name": "ok", "phase": "Suspended", "reason": "Suspended"],
                ],
            ])
        let control = RunControl(cluster: cluster)
        let misspelt = await refusal { _ = try await control.decide(run: "r", task: "okk", .approved) }
        #expect(misspelt?.message == "run \"r\" has no task \"okk\"; for an approval waits ok")
        let nameless = await refusal { _ = try await control.decide(run: "r", task: nil, .approved) }
        #expect(nameless?.message == "name the task; for an approval waits ok")
        #expect(await refusal { _ = try await control.decide(run: "r", task: "fit", .approved) }?.code == .conflict)
        #expect(
            try await control.decide(run: "r", task: "ok", .rejected) == "pipelinerun/r task ok rejected")
        #expect(try await object("r")[path: ["spec", "approvals"]] == ["ok": "Rejected"])
    }

    @Test("the culprit is looked for in nested runs, its pod and the events about what waits are read")
    func investigation() async throws {
        try await create(
            "outer",
            status: [
                "phase": "Failed",
                "tasks": [
                    [
                        "name": "inner", "phase": "Failed", "reason": "ExitCode",
                        "map": ["total": 2, "active": 0, "failedIndexes": "1"],
                    ]
                ],
            ])
        try await create(
            "inner-1",
            status: ["phase": "Failed", "tasks": [["name": "fit", "phase": "Failed", "reason": "ExitCode"]]])
        let labels: JSONValue = [
            "fairlead.dev/run": "outer", "fairlead.dev/task": "inner", "fairlead.dev/item-index": "1",
        ]
        try await client.patch(.pipelineRun, cluster.key("inner-1"), ["metadata": ["labels": labels]])
        try await createPod("fit-1", run: "inner-1", task: "fit")
        try await client.patch(
            .pod, cluster.key("fit-1"),
            [
                "status": [
                    "phase": "Failed",
                    "containerStatuses": [
                        [
                            "name": "main", "image": "i", "imageID": "", "ready": false, "restartCount": 0,
                            "state": ["terminated": ["exitCode": 3]],
                        ]
                    ],
                ]
            ], subresource: "status")
        let findings = try await Investigator(cluster: cluster).findings("outer")
        #expect(findings.map(\.run.metadata.name) == ["outer", "inner-1"])
        #expect(findings.last?.pods[TaskAddress(task: "fit")]?.ending?.exitCode == 3)

        try await create(
            "waits",
            status: [
                "phase": "Running",
                "tasks": [["name": "fit", "phase": "Pending", "startTime": "2026-03-01T10:00:00Z"]],
            ])
        try await createPod("fit-2", run: "waits", task: "fit")
        for (name, text) in [("one", "no such volume"), ("two", "no such volume")] {
            try await client.create(
                ResourceType(version: "v1", kind: "Event", plural: "events"), namespace: "default",
                [
                    "apiVersion": "v1", "kind": "Event", "metadata": ["name": .string(name)], "type": "Warning",
                    "involvedObject": ["kind": "Pod", "namespace": "default", "name": "fit-2"],
                    "reason": "FailedMount", "message": .string(text), "lastTimestamp": "2026-03-01T10:00:00Z",
                ])
        }
        let waiting = try await Investigator(cluster: cluster).findings("waits")
        #expect(waiting.first?.pods[TaskAddress(task: "fit")]?.warnings == ["FailedMount: no such volume"])
    }

    private func createPod(_ name: String, run: String, task: String) async throws {
        try await client.create(
            .pod, namespace: "default",
            [
                "apiVersion": "v1", "kind": "Pod",
                "metadata": [
                    "name": .string(name),
                    "labels": ["fairlead.dev/run": .string(run), "fairlead.dev/task": .string(task)],
                ],
                "spec": ["containers": [["name": "main", "image": "i"]]],
            ])
    }
}
