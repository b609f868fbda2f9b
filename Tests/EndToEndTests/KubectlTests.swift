import Foundation
import KubernetesCore
import Testing

extension EndToEndTests {
    /// The example of the documentation, with nothing but `kubectl`.
    @Suite(.serialized, .needsKubectl) struct KubectlTests {
        private static let lines = """
            tasks:
              - {name: count, script: 'for i in 1 2 3 4 5 6; do echo line $i; sleep 0.3; done'}
              - {name: tell, dependsOn: [count], script: 'echo told'}
            """

        @Test func aRunIsFollowedToItsEnd() async throws {
            try await LocalCluster.with { cluster in
                let file = try cluster.run("lines", Self.lines)
                let watch = try cluster.startKubectl("get", "pipelineruns", "-w")
                #expect(
                    try await cluster.kubectl("apply", "-f", file).output == "pipelinerun.fairlead.dev/lines created\n")
                #expect(
                    try await cluster.kubectl("apply", "-f", file).output
                        == "pipelinerun.fairlead.dev/lines unchanged\n")
                var pod = ""
                try await eventually("a pod runs") {
                    pod = try await cluster.kubectl(
                        "get", "pods", "-l", "fairlead.dev/run=lines,fairlead.dev/task=count",
                        "--field-selector=status.phase=Running", "-o", "name"
                    ).output.trimmingCharacters(in: .newlines)
                    return !pod.isEmpty
                }
                let logs = try await cluster.kubectl("logs", "-f", pod)
                #expect(logs.output == (1...6).map { "line \($0)\n" }.joined())

                for condition in ["Succeeded", "Finished"] {
                    let wait = try await cluster.kubectl(
                        "wait", "--for=condition=\(condition)", "pipelinerun/lines", "--timeout=30s")
                    #expect(wait.code == 0, "\(wait)")
                }
                try await eventually("the watch shows the end") { watch.output.contains("Succeeded") }
                let rows = watch.output.split(separator: "\n").map(String.init)
                #expect(
                    rows.first?.split(separator: " ") == [
                        "NAME", "PHASE", "REASON", "PROGRESS", "PIPELINE", "AGE", "DURATION",
                    ])
                #expect(rows.contains { $0.contains("Running") && $0.contains("0/2") }, "\(watch.output)")
                #expect(rows.last?.contains("2/2") == true, "\(watch.output)")

                let wide = try await cluster.kubectl("get", "flr", "-o", "wide")
                #expect(wide.output.hasPrefix("NAME    PHASE       REASON   PROGRESS   PIPELINE   AGE"), "\(wide)")
                #expect(wide.output.contains("DURATION   MESSAGE   QUEUE"), "\(wide)")

                let described = try await cluster.kubectl("describe", "pipelinerun", "lines")
                for part in ["Phase:", "Succeeded", "Events:", "2/2 tasks in", "count", "tell"] {
                    #expect(described.output.contains(part), "\(described)")
                }
                let events = try await cluster.kubectl("get", "events")
                for part in ["LAST SEEN", "pipelinerun/lines", "Scheduled", "Started"] {
                    #expect(events.output.contains(part), "\(events)")
                }
            }
        }

        @Test func kindsAreKnownAndExplained() async throws {
            try await LocalCluster.with { cluster in
                let kinds = try await cluster.kubectl("api-resources", "--api-group=fairlead.dev", "--no-headers")
                let rows = kinds.output.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
                #expect(
                    rows == [
                        ["clusterconnections", "flcc", "fairlead.dev/v1alpha1", "false", "ClusterConnection"],
                        ["clusterprofiles", "flcp", "fairlead.dev/v1alpha1", "false", "ClusterProfile"],
                        ["clusterservingruntimes", "flcsr", "fairlead.dev/v1alpha1", "false", "ClusterServingRuntime"],
                        ["connections", "flc", "fairlead.dev/v1alpha1", "true", "Connection"],
                        ["inferenceservices", "fls", "fairlead.dev/v1alpha1", "true", "InferenceService"],
                        ["models", "flm", "fairlead.dev/v1alpha1", "true", "Model"],
                        ["modelversions", "flmv", "fairlead.dev/v1alpha1", "true", "ModelVersion"],
                        ["pipelineruns", "flr", "fairlead.dev/v1alpha1", "true", "PipelineRun"],
                        ["pipelines", "flp", "fairlead.dev/v1alpha1", "true", "Pipeline"],
                        ["servingruntimes", "flsr", "fairlead.dev/v1alpha1", "true", "ServingRuntime"],
                        ["trainingjobs", "fltj", "fairlead.dev/v1alpha1", "true", "TrainingJob"],
                        ["triggers", "flt", "fairlead.dev/v1alpha1", "true", "Trigger"],
                    ])
                let explained = try await cluster.kubectl("explain", "pipelinerun.spec")
                #expect(explained.code == 0, "\(explained)")
                for field in ["pipelineSpec", "params", "suspend", "ttlSecondsAfterFinished"] {
                    #expect(explained.output.contains(field), "\(explained)")
                }
                let nodes = try await cluster.kubectl("get", "nodes", "--no-headers")
                #expect(nodes.output.contains("Ready"), "the node is there when the cluster is ready: \(nodes)")
                let may = try await cluster.kubectl("auth", "can-i", "create", "pipelineruns")
                #expect(may.output == "yes\n", "\(may)")
            }
        }

        @Test func objectsAreChanged() async throws {
            try await LocalCluster.with { cluster in
                let pipeline = """
                    apiVersion: fairlead.dev/v1alpha1
                    kind: Pipeline
                    metadata: {name: changed}
                    spec:
                      tasks:
                        - {name: only, image: "debian:12", script: "true"}
                    """
                let file = try cluster.file("pipeline.yaml", pipeline)
                let applied = try await cluster.kubectl("apply", "--server-side", "-f", file)
                #expect(applied.output == "pipeline.fairlead.dev/changed serverside-applied\n", "\(applied)")
                let other = try cluster.file(
                    "other.yaml", pipeline.replacingOccurrences(of: "\"true\"", with: "\"false\""))
                let conflict = try await cluster.kubectl(
                    "apply", "--server-side", "--field-manager=other", "-f", other)
                #expect(conflict.code == 1 && conflict.error.contains("conflict"), "\(conflict)")
                let merged = try await cluster.kubectl(
                    "patch", "flp", "changed", "--type=merge", "-p", #"{"spec":{"maxParallelTasks":3}}"#)
                #expect(merged.output == "pipeline.fairlead.dev/changed patched\n", "\(merged)")
                let patched = try await cluster.kubectl(
                    "patch", "flp", "changed", "--type=json",
                    "-p",
                    #"[{"op":"test","path":"/spec/maxParallelTasks","value":3},{"op":"remove","path":"/spec/maxParallelTasks"}]"#
                )
                #expect(patched.code == 0, "\(patched)")
                #expect(try await cluster.kubectl("label", "flp", "changed", "team=risk").code == 0)
                let found = try await cluster.kubectl(
                    "get", "flp", "-l", "team in (risk)", "-o", "jsonpath={.items[*].spec}")
                #expect(found.output == #"{"tasks":[{"image":"debian:12","name":"only","script":"true"}]}"#, "\(found)")
                #expect(try await cluster.kubectl("delete", "flp", "changed").code == 0)
                let gone = try await cluster.kubectl("get", "flp", "changed")
                #expect(gone.error == "Error from server (NotFound): pipelines.fairlead.dev \"changed\" not found\n")
            }
        }

        @Test func aDeletionTakesPodsAndProcesses() async throws {
            try await LocalCluster.with { cluster in
                let before = cluster.processes()
                let file = try cluster.run(
                    "sleepers", "tasks: [{name: one, script: sleep 1000}, {name: two, script: setsid sleep 1000}]")
                #expect(try await cluster.kubectl("apply", "-f", file).code == 0)
                try await eventually("both pods run") {
                    try await cluster.kubectl(
                        "get", "pods", "--field-selector=status.phase=Running", "-o", "name"
                    ).output.split(separator: "\n").count == 2
                }
                #expect(cluster.processes().count > before.count)
                let deleted = try await cluster.kubectl("delete", "pipelinerun", "sleepers")
                #expect(deleted.code == 0, "\(deleted)")
                // A shell without a handler ends at SIGTERM only when its child does: the grace period may pass.
                try await eventually("pods and processes are gone", within: 120) {
                    let pods = try await cluster.kubectl("get", "pods", "-o", "name").output
                    return pods.isEmpty && cluster.processes().count == before.count
                }
            }
        }
    }
}
