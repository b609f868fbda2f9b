import Foundation
import KubernetesCore
import Testing

extension EndToEndTests {
    /// Mistakes are told at once or as a condition, by `fairlead validate` in the same words, and disturb nobody else.
    @Suite(.serialized, .needsKubectl) struct BadInputTests {
        /// A run that cannot mean what it says.
        private struct Mistake {
            var name: String
            var spec: String
            var params = ""
            /// The condition's message.
            var message: String
        }

        private static let mistakes = [
            Mistake(
                name: "cycle",
                spec:
                    #"tasks: [{name: one, dependsOn: [two], script: "true"}, {name: two, dependsOn: [one], script: "true"}]"#,
                message: "spec.pipelineSpec.tasks: the tasks form a cycle: one -> two -> one"),
            Mistake(
                name: "unknown",
                spec: #"tasks: [{name: ingest, script: "true"}, {name: train, dependsOn: [ingets], script: "true"}]"#,
                message: #"spec.pipelineSpec.tasks[1].dependsOn[0]: unknown task "ingets"; did you mean "ingest"?"#),
            Mistake(
                name: "missing", spec: "params: [{name: rows, type: integer}]\ntasks: [{name: one, script: 'true'}]",
                message: "spec.params.rows: is required: the pipeline's parameter rows has no default"),
            Mistake(
                name: "wrong", spec: "params: [{name: rows, type: integer}]\ntasks: [{name: one, script: 'true'}]",
                params: "{rows: many}", message: "spec.params.rows: must be an integer, not a string"),
            Mistake(
                name: "twice", spec: "tasks: [{name: one, script: 'true'}, {name: one, script: 'true'}]",
                message:
                    #"spec.pipelineSpec.tasks[1].name: duplicate name "one": spec.pipelineSpec.tasks[0].name has it too"#
            ),
            Mistake(
                name: "misspelt", spec: "tasks: [{name: one, scrpt: 'true'}]",
                message: #"spec.pipelineSpec.tasks[0].scrpt: unknown field "scrpt"; did you mean "script"?"#),
            Mistake(
                name: "norway", spec: "tasks: [{name: one, command: [echo], args: [NO]}]",
                message:
                    "spec.pipelineSpec.tasks[0].args[0]: must be a string, not the boolean false (NO without quotes?)"),
            Mistake(
                name: "switch", spec: "tasks: [{name: on, script: 'true'}]",
                message:
                    "spec.pipelineSpec.tasks[0].name: must be a string, not the boolean true (quote y, n, yes, no, on, off)"
            ),
        ]

        @Test func whatTheSchemaCannotJudgeBecomesACondition() async throws {
            try await LocalCluster.with { cluster in
                var files: [String] = []
                for mistake in Self.mistakes {
                    let file = try cluster.run(mistake.name, mistake.spec)
                    if !mistake.params.isEmpty {
                        let handle = try #require(FileHandle(forWritingAtPath: file))
                        try handle.seekToEnd()
                        try handle.write(contentsOf: Data("\n  params: \(mistake.params)\n".utf8))
                        try handle.close()
                    }
                    files.append(file)
                    let judged = try await cluster.fairlead("validate", file)
                    #expect(judged.code == 1, "\(judged)")
                    #expect(judged.text.contains(mistake.message), "\(judged)")
                }
                let good = try cluster.run("good", "tasks: [{name: one, script: 'true'}]")
                let applied = try await cluster.kubectl(["apply"] + (files + [good]).flatMap { ["-f", $0] })
                #expect(applied.code == 0, "\(applied)")
                #expect(try await cluster.finished("good").phase == "Succeeded")
                for mistake in Self.mistakes {
                    let status = try await cluster.finished(mistake.name)
                    #expect(status.phase == "Failed")
                    #expect(status.reason == "InvalidSpec")
                    #expect(status.message == mistake.message)
                }
                let pods = try await cluster.kubectl("get", "pods", "-o", "name")
                #expect(pods.output.split(separator: "\n").count == 1, "no pod is made for a mistake: \(pods)")
            }
        }

        @Test func whatTheSchemaCanJudgeIsRefused() async throws {
            try await LocalCluster.with { cluster in
                let head = "apiVersion: fairlead.dev/v1alpha1\nkind: Pipeline\nmetadata: {name: refused}\n"
                let refused = [
                    "spec: {tasks: [{name: one, image: x, scrpt: 'true'}]}": #"unknown field "spec.tasks[0].scrpt""#,
                    "spec: {tasks: [{name: one, image: x, script: 'true'}], maxParallelTasks: many}":
                        #"spec.maxParallelTasks: Invalid value: "string""#,
                    "spce: {}": #"unknown field "spce""#,
                ]
                for (spec, message) in refused {
                    let file = try cluster.file("refused.yaml", head + spec)
                    let applied = try await cluster.kubectl("apply", "-f", file)
                    #expect(applied.code == 1 && applied.error.contains(message), "\(applied)")
                    #expect(try await cluster.fairlead("validate", file).code == 1)
                }
                let long = try cluster.run(
                    String(repeating: "n", count: 64), "tasks: [{name: one, script: 'true'}]")
                let tooLong = try await cluster.kubectl("apply", "-f", long)
                #expect(tooLong.code == 1 && tooLong.error.contains("63"), "\(tooLong)")
                let judged = try await cluster.fairlead("validate", long)
                #expect(judged.text.contains("metadata.name: must have at most 63 characters, not 64"), "\(judged)")
                for text in ["- just\n- a list\n", "hello\n", "apiVersion: v1\nkind: {", "kind: Pipeline\n"] {
                    let file = try cluster.file("none.yaml", text)
                    for result in [
                        try await cluster.kubectl("apply", "-f", file), try await cluster.fairlead("validate", file),
                        try await cluster.fairlead("run", file),
                    ] {
                        #expect(result.code == 1 && !result.error.isEmpty, "\(result)")
                        #expect(!result.error.contains("Fatal"), "\(result)")
                    }
                }
                #expect(try await cluster.kubectl("get", "flp").output.isEmpty)
            }
        }

        @Test func aLargeObjectRunsAndATooLargeOneIsRefused() async throws {
            try await LocalCluster.with { cluster in
                func script(_ bytes: Int) -> String {
                    let text = String(repeating: "x", count: bytes)
                    return
                        "tasks:\n  - name: one\n    script: 'echo size=$(echo \(text) | wc -c) >>$FAIRLEAD_RESULTS'\n"
                        + "    results: [{name: size, type: integer}]"
                }
                let large = try cluster.run("large", script(300_000))
                let tooLarge = try cluster.run("too-large", script(950_000))
                let huge = try cluster.run("huge", script(4_000_000))
                // What kubectl remembers of an applied object is an annotation, which may have 256 KiB.
                let applied = try await cluster.kubectl("apply", "-f", large)
                #expect(applied.error.contains("metadata.annotations: Too long"), "\(applied)")
                #expect(try await cluster.kubectl("apply", "--server-side", "-f", large).code == 0)
                let status = try await cluster.finished("large")
                #expect(status.phase == "Succeeded", "\(status)")
                #expect(status[task: "one"]?.results?["size"] == .integer(300_001))

                #expect(try await cluster.kubectl("create", "-f", tooLarge).code == 0)
                let refused = try await cluster.finished("too-large")
                #expect(refused.reason == "InvalidSpec")
                #expect(refused.message?.contains("at most 900000 are allowed") == true, "\(refused)")
                #expect(try await cluster.kubectl("create", "-f", huge).error.contains("Request entity too large"))
            }
        }
    }
}
