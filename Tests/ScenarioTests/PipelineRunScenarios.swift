import FairleadAPI
import FairleadPlanning
import Foundation
import KubernetesClient
import KubernetesCore
import KubernetesTesting
import Testing

/// Real controllers against the embedded API server: every failure path ends in the right phase, with nothing leaked.
@Suite(.serialized) struct PipelineRunScenarios {
    @Test func aPipelineRunsToItsEnd() async throws {
        let cluster = try await TestCluster { pod in
            pod.metadata.labels[FairleadLabel.task] == "count"
                ? SimulatedKubelet.Ending(message: "rows=42\n") : SimulatedKubelet.Ending()
        }
        try await cluster.run {
            try await cluster.withController {
                try await cluster.create(
                    """
                    apiVersion: fairlead.dev/v1alpha1
                    kind: Pipeline
                    metadata: {name: p}
                    spec:
                      params: [{name: who, default: world}]
                      tasks:
                        - name: count
                          image: alpine
                          command: [echo, "$(params.who)"]
                          results: [{name: rows, type: integer}]
                          artifacts: [{name: data}]
                        - name: use
                          image: alpine
                          command: [use, "--rows=$(tasks.count.results.rows)"]
                          inputs: {data: tasks.count.artifacts.data}
                      results: [{name: rows, value: tasks.count.results.rows}]
                    ---
                    apiVersion: fairlead.dev/v1alpha1
                    kind: PipelineRun
                    metadata: {name: one}
                    spec: {pipeline: p}
                    """)
                let run = try await cluster.finished("one")
                #expect(run.status.phase == .succeeded, "\(run.status)")
                #expect(run.status.results == ["rows": 42])
                #expect(run.status.progress == "2/2")
                try await cluster.released()
                let pods = try await cluster.pods()
                #expect(pods.count == 2)
                #expect(pods.allSatisfy { $0.metadata.labels[FairleadLabel.recorded] == "Succeeded" })
                try await cluster.eventually("the pipeline names its last run") {
                    let pipeline = try await cluster.client.get(
                        Pipeline.self, ObjectKey(namespace: "default", name: "p"))
                    return pipeline.status.lastRun == "one" && pipeline.status.phase == .ready
                }
            }
        }
    }

    @Test func aFailureIsToldAndTheOthersGoOn() async throws {
        let cluster = try await TestCluster { pod in
            pod.metadata.labels[FairleadLabel.task] == "t1"
                ? SimulatedKubelet.Ending(exitCode: 3, message: "no space left") : SimulatedKubelet.Ending()
        }
        try await cluster.run {
            try await cluster.withController {
                try await cluster.create(Manifests.fan("broken", count: 3))
                let run = try await cluster.finished("broken")
                #expect(run.status.phase == .failed)
                #expect(run.status.reason == .exitCode)
                #expect(run.status.message?.contains("no space left") == true)
                let tasks = Dictionary(uniqueKeysWithValues: run.status.tasks.map { ($0.name, $0) })
                #expect(tasks["last"]?.reason == .upstreamFailed)
                #expect(tasks["t0"]?.phase == .succeeded)
                #expect(tasks["t2"]?.phase == .succeeded)
                try await cluster.released()
            }
        }
    }

    @Test func badRunsAreRefusedWithTheFieldAndDisturbNobody() async throws {
        let cluster = try await TestCluster()
        try await cluster.run {
            try await cluster.withController {
                try await cluster.create(
                    """
                    apiVersion: fairlead.dev/v1alpha1
                    kind: PipelineRun
                    metadata: {name: cycle}
                    spec:
                      pipelineSpec:
                        defaults: {image: alpine}
                        tasks:
                        - {name: a, command: [x], dependsOn: [b]}
                        - {name: b, command: [x], dependsOn: [a]}
                    ---
                    apiVersion: fairlead.dev/v1alpha1
                    kind: PipelineRun
                    metadata: {name: unknown}
                    spec:
                      pipelineSpec:
                        defaults: {image: alpine}
                        tasks: [{name: train, command: [x]}, {name: b, command: [x], dependsOn: [trian]}]
                    ---
                    apiVersion: fairlead.dev/v1alpha1
                    kind: PipelineRun
                    metadata: {name: missing}
                    spec:
                      pipelineSpec:
                        params: [{name: rows, type: integer}]
                        tasks: [{name: a, image: alpine, command: [x]}]
                    ---
                    apiVersion: fairlead.dev/v1alpha1
                    kind: PipelineRun
                    metadata: {name: misspelt}
                    spec:
                      pipelineSpec:
                        tasks: [{name: a, image: alpine, comand: [x]}]
                    ---
                    apiVersion: fairlead.dev/v1alpha1
                    kind: PipelineRun
                    metadata: {name: patch}
                    spec:
                      pipelineSpec:
                        tasks:
                        - {name: a, image: alpine, command: [x], overrides: [{pod: {spec: {nodeSelectr: {a: b}}}}]}
                    ---
                    apiVersion: fairlead.dev/v1alpha1
                    kind: Pipeline
                    metadata: {name: itself}
                    spec: {tasks: [{name: a, pipeline: {name: itself}}]}
                    ---
                    apiVersion: fairlead.dev/v1alpha1
                    kind: PipelineRun
                    metadata: {name: recursive}
                    spec: {pipeline: itself}
                    ---
                    apiVersion: fairlead.dev/v1alpha1
                    kind: PipelineRun
                    metadata: {name: nearly}
                    spec: {pipeline: itsefl}
                    """)
                try await cluster.eventually("what was meant is told") {
                    let message = try await cluster.pipelineRun("nearly").status.message
                    return message?.contains("there is no pipeline \"itsefl\"") == true
                        && message?.contains("did you mean \"itself\"?") == true
                }
                try await cluster.create(Manifests.fan("good", count: 2))
                let good = try await cluster.finished("good")
                #expect(good.status.phase == .succeeded)
                for (name, words) in [
                    ("cycle", ["a", "b"]), ("unknown", ["trian", "train", "tasks[1].dependsOn"]),
                    ("missing", ["spec.params", "rows"]), ("misspelt", ["comand", "command", "tasks[0]"]),
                    ("patch", ["nodeSelectr"]), ("recursive", ["a pipeline cannot run itself"]),
                ] {
                    let run = try await cluster.finished(name)
                    #expect(run.status.phase == .failed, "\(name)")
                    #expect(run.status.reason == .invalidSpec, "\(name)")
                    for word in words {
                        #expect(run.status.message?.contains(word) == true, "\(name): \(run.status.message ?? "")")
                    }
                }
                let pods = try await cluster.pods()
                #expect(pods.allSatisfy { $0.metadata.labels[FairleadLabel.run] == "good" })
            }
        }
    }

    @Test func deletingARunTakesItsPodsAlong() async throws {
        let cluster = try await TestCluster { _ in SimulatedKubelet.Ending(duration: nil) }
        try await cluster.run {
            try await cluster.withController {
                try await cluster.create(Manifests.fan("gone", count: 4))
                try await cluster.eventually("four pods run") {
                    try await cluster.pods().count { $0.status.phase == "Running" } == 4
                }
                try await cluster.client.delete(.pipelineRun, ObjectKey(namespace: "default", name: "gone"))
                try await cluster.eventually("all pods are gone") { try await cluster.pods().isEmpty }
            }
        }
    }

    @Test func aNamespaceDeletedWhileNoControllerRunsGoesWhenOneComesBack() async throws {
        let cluster = try await TestCluster { _ in SimulatedKubelet.Ending(duration: nil) }
        try await cluster.run {
            let space: JSONValue = ["apiVersion": "v1", "kind": "Namespace", "metadata": ["name": "team"]]
            try await cluster.client.create(.namespace, namespace: nil, space)
            try await cluster.withController {
                let yaml = Manifests.fan("gone", count: 2).replacingOccurrences(
                    of: "{name: gone}", with: "{name: gone, namespace: team}")
                try await cluster.create(yaml)
                try await cluster.eventually("two pods run") {
                    try await cluster.pods(namespace: "team").count { $0.status.phase == "Running" } == 2
                }
            }
            try await cluster.client.delete(.namespace, ObjectKey(namespace: nil, name: "team"))
            try await cluster.withController {
                try await cluster.eventually("the namespace is gone") {
                    do {
                        _ = try await cluster.client.get(.namespace, ObjectKey(namespace: nil, name: "team"))
                        return false
                    } catch let error as APIError where error.isNotFound {
                        return true
                    }
                }
            }
        }
    }
}
