import FairleadAPI
import FairleadPlanning
import Foundation
import KubernetesClient
import KubernetesCore
import KubernetesTesting
import Testing

/// What users of other orchestrators suffer from, as cases that must not happen here; each names the reports.
@Suite(.serialized) struct AcceptanceScenarios {
    private func run(_ name: String, _ tasks: String, more: String = "") -> String {
        """
        apiVersion: fairlead.dev/v1alpha1
        kind: PipelineRun
        metadata: {name: \(name)}
        spec:
          \(more)
          pipelineSpec:
            defaults: {image: alpine, command: [work]}
            tasks:
        \(tasks.split(separator: "\n").map { "      \($0)" }.joined(separator: "\n"))
        """
    }

    /// kubeflow/pipelines#4175, #2903, #12131, argo-workflows#3907, #13783, apache/airflow#29959: a loop over thousands of
    /// items whose results come together is refused by etcd, or by the orchestrator.
    @Test func aLongLoopKeepsItsStatusSmall() async throws {
        let cluster = try await TestCluster { pod in
            SimulatedKubelet.Ending(
                message: "row=\(pod.metadata.labels[FairleadLabel.itemIndex] ?? "")\n", duration: .milliseconds(50))
        }
        let manifest = run(
            "loop",
            """
            - {name: each, map: {count: 700}, results: [{name: row, type: integer}]}
            - {name: last, inputs: {rows: tasks.each.results.row}}
            """)
        try await cluster.run {
            try await cluster.withController {
                try await cluster.create(manifest)
                let run = try await cluster.finished("loop")
                #expect(run.status.phase == .succeeded, "\(run.status)")
                #expect(run.status.tasks.first?.map?.completedIndexes == "0-699")
                #expect(try KubernetesJSON.encode(run.status).count < 5000)
                let list = ItemOutputs.listLocation(run: run.metadata, task: "each", .results, "row")
                let configMap = try await cluster.client.get(
                    .configMap, ObjectKey(namespace: "default", name: list.configMap))
                let expected = (0..<700).map(String.init).joined(separator: ",")
                #expect(configMap[path: ["data", list.key]]?.stringValue == "[\(expected)]")
                #expect(cluster.kubelet.ends.values.allSatisfy { $0 == 1 })
            }
        }
    }

    /// argo-workflows#10341, #11025, #3572: a pod that can't be scheduled, or whose image can't be pulled, is waited for
    /// without end.
    ///
    /// That holds where a policy lets nobody write on the pod, too.
    @Test(arguments: [false, true]) func aPodThatNeverStartsIsGivenUp(marksAreRefused: Bool) async throws {
        let cluster = try await TestCluster()
        cluster.faults.decide { request in
            let isMark = String(decoding: request.body ?? [], as: UTF8.self).contains(PodNaming.overdueAnnotation)
            return marksAreRefused && isMark ? .refuse(status: 403, reason: "Forbidden") : nil
        }
        let manifest = run(
            "stuck", "- {name: never, timeouts: {pending: 60s}, overrides: [{pod: {spec: {nodeName: elsewhere}}}]}")
        try await cluster.run {
            try await cluster.withController {
                try await cluster.create(manifest)
                try await cluster.eventually("the pod is asked to go") {
                    try await cluster.pods().contains { $0.metadata.isBeingDeleted }
                }
                // The node that the pod names does not exist: nobody ends it but an administrator.
                for pod in try await cluster.pods() {
                    let options = DeleteOptions(gracePeriodSeconds: 0)
                    _ = try? await cluster.client.delete(.pod, pod.key, options)
                }
                let run = try await cluster.finished("stuck")
                #expect(run.status.reason == .pendingTimeout, "\(run.status)")
                #expect(run.status.message?.contains("pending longer than timeouts.pending") == true)
            }
        }
    }

    /// argo-workflows#1832, #12993, tektoncd/pipeline#6558, #9467, #6145, PrefectHQ/prefect#10141: an evicted pod hangs its
    /// run, counts as the program's failure, or as its success.
    @Test func evictionCostsTheProgramNothing() async throws {
        let cluster = try await TestCluster { pod in
            let attempt = Int(pod.metadata.annotations["fairlead.dev/attempt"] ?? "") ?? 0
            return attempt < 4
                ? SimulatedKubelet.Ending(exitCode: 137, message: "", reason: "Evicted") : SimulatedKubelet.Ending()
        }
        try await cluster.run {
            try await cluster.withController {
                try await cluster.create(run("evicted", "- {name: a, retry: {max: 0}}"))
                let run = try await cluster.finished("evicted")
                #expect(run.status.phase == .succeeded, "\(run.status)")
                #expect(run.status.tasks.first?.attempts == 4)
                try await cluster.released()
            }
        }
    }

    /// argo-workflows#13086, #4565, #5126: somebody deletes finished pods, and the steps count as failed.
    @Test func podsThatAreDeletedAfterTheirEndHaveEnded() async throws {
        let cluster = try await TestCluster()
        let manifest = run("deleted", "- {name: each, map: {count: 30, parallelism: 5}, retry: {max: 0}}")
        try await cluster.run {
            try await cluster.create(manifest)
            for _ in 0..<4 {
                try await cluster.withController {
                    try await cluster.eventually("some items run") {
                        let run = try await cluster.pipelineRun("deleted")
                        let isOver = run.status.phase?.isTerminal == true
                        return try await cluster.pods().contains { $0.status.phase == "Succeeded" } || isOver
                    }
                }
                for pod in try await cluster.pods() where pod.status.phase == "Succeeded" {
                    _ = try? await cluster.client.delete(.pod, pod.key)
                }
            }
            try await cluster.withController {
                let run = try await cluster.finished("deleted")
                #expect(run.status.phase == .succeeded, "\(run.status)")
                #expect(run.status.tasks.first?.map?.completedIndexes == "0-29")
                #expect(cluster.kubelet.ends.values.allSatisfy { $0 == 1 })
            }
        }
    }

    /// argo-workflows#12534, #5114, #6441, semgrep/semgrep-rules#2580: a parameter becomes a part of a script, or of the
    /// template.
    @Test func aParameterIsNeverPartOfAProgram() async throws {
        let cluster = try await TestCluster()
        let evil = #"x"; rm -rf / #", "image": "evil"#
        let refused = run(
            "pasted", #"- {name: a, script: "echo $(params.who)"}"#, more: #"params: {who: x}"#
        ).replacingOccurrences(of: "defaults:", with: "params: [{name: who}]\n    defaults:")
        let object: JSONValue = [
            "apiVersion": "fairlead.dev/v1alpha1", "kind": "PipelineRun", "metadata": ["name": "quoted"],
            "spec": [
                "params": ["who": .string(evil)],
                "pipelineSpec": [
                    "params": [["name": "who"]],
                    "tasks": [["name": "a", "image": "alpine", "command": ["echo", "$(params.who)", "$$(HOME)"]]],
                ],
            ],
        ]
        try await cluster.run {
            try await cluster.withController {
                try await cluster.create(refused)
                try await cluster.client.create(.pipelineRun, namespace: "default", object)
                let pasted = try await cluster.finished("pasted")
                #expect(pasted.status.reason == .invalidSpec)
                #expect(pasted.status.message?.contains("\"$PARAM_WHO\"") == true, "\(pasted.status)")
                let quoted = try await cluster.finished("quoted")
                #expect(quoted.status.phase == .succeeded)
                let pod = try await cluster.client.get(.pod, try #require(try await cluster.pods().first).key)
                let main = pod[path: ["spec", "containers"]]?[0]
                #expect(main?["image"] == "alpine")
                #expect(main?["command"]?[1]?.stringValue == evil)
            }
        }
    }

    /// tektoncd/pipeline#6076, flyteorg/flyte#4349: a run that is too big loops for ever, and ignores its time limits.
    @Test func aRunThatIsTooBigSaysSo() async throws {
        let cluster = try await TestCluster()
        let script = String(repeating: "x", count: 600_000)
        let tasks = ["a", "b"].map { "- {name: \($0), script: \"\(script)\"}" }.joined(separator: "\n")
        try await cluster.run {
            try await cluster.withController {
                try await cluster.create(run("big", tasks))
                let run = try await cluster.finished("big")
                #expect(run.status.reason == .invalidSpec)
                #expect(run.status.message?.contains("bytes") == true, "\(run.status)")
                #expect(try await cluster.pods().isEmpty)
            }
        }
    }
}
