import Foundation
import KubernetesCore
import Testing

extension EndToEndTests {
    /// What a kill -9 of `fairlead local` costs: nothing that was finished, acknowledged or still at work.
    @Suite(.serialized) struct CrashTests {
        /// Each execution of a task appends the time to its artifact, and tells it as a result.
        private static func task(_ name: String, after: String = "", sleep: String = "0") -> String {
            """
              - name: \(name)
                dependsOn: [\(after)]
                script: |
                  mkdir -p "$FAIRLEAD_OUTPUTS/log"
                  date +%s%N >> "$FAIRLEAD_OUTPUTS/log/at"
                  sleep \(sleep)
                  echo "end=$(date +%s%N)" >> "$FAIRLEAD_RESULTS"
                artifacts: [{name: log}]
                results: [{name: end, type: integer}]
            """
        }

        @Test func aRunGoesOnAfterTwoCrashes() async throws {
            try await LocalCluster.with { cluster in
                let tasks = [
                    Self.task("first"), Self.task("second", after: "first"), Self.task("slow", sleep: "6"),
                    Self.task("slower", after: "first", sleep: "7"),
                    Self.task("last", after: "second, slow, slower"),
                ]
                let file = try cluster.run("crash", "tasks:\n" + tasks.joined(separator: "\n"))
                #expect(try await cluster.fairlead("run", file).code == 0)
                try await eventually("some tasks are done, some run") {
                    let status = try await cluster.status("crash")
                    return status[task: "second"]?.phase == "Succeeded" && status[task: "slow"]?.phase == "Running"
                        && status[task: "slower"]?.phase == "Running"
                }
                for _ in 0..<2 {
                    try await cluster.crash()
                    try await cluster.start()
                }
                let status = try await cluster.finished("crash")
                #expect(status.phase == "Succeeded")
                #expect(status.progress == "5/5")
                for task in status.tasks ?? [] {
                    #expect(task.phase == "Succeeded", "\(task)")
                    #expect(task.attempts == 1, "\(task)")
                    let executions = Self.executions(cluster, task.name)
                    #expect(executions.count == 1, "\(task.name) ran at \(executions)")
                }
                // `last` began when the slowest had ended, although nobody saw the end of its first server.
                let end = try #require(status[task: "slower"]?.results?["end"]?.integerValue)
                let begin = try #require(Self.executions(cluster, "last").first)
                #expect(begin >= end)

                #expect(try await cluster.stop(SIGTERM).code == 0)
                try await eventually("no process is left", within: 30) { cluster.processes().isEmpty }
            }
        }

        /// When a task was executed, over all its attempts.
        private static func executions(_ cluster: LocalCluster, _ task: String) -> [Int64] {
            let artifacts = cluster.data + "/artifacts"
            let paths = FileManager.default.enumerator(atPath: artifacts)?.compactMap { $0 as? String } ?? []
            return paths.filter { $0.contains("/\(task)/") && $0.hasSuffix("/log/at") }.flatMap { path in
                let text = (try? String(contentsOfFile: "\(artifacts)/\(path)", encoding: .utf8)) ?? ""
                return text.split(separator: "\n").compactMap { Int64($0) }
            }
        }

        @Test(.needsKubectl) func whatWasAcknowledgedIsThereAfterACrash() async throws {
            try await LocalCluster.with { cluster in
                let writers = try (0..<4).map { writer in
                    let objects = (0..<100).map { index in
                        """
                        apiVersion: v1
                        kind: ConfigMap
                        metadata: {name: kept-\(writer)-\(index)}
                        data: {value: "\(writer * 1000 + index)"}
                        """
                    }
                    let file = try cluster.file("writer-\(writer).yaml", objects.joined(separator: "\n---\n"))
                    return try cluster.startKubectl("create", "-f", file, "--validate=false")
                }
                func acknowledged() -> [String] {
                    writers.flatMap { $0.output.split(separator: "\n") }.filter { $0.hasSuffix(" created") }
                        .map { String($0.dropFirst("configmap/".count).dropLast(" created".count)) }
                }
                try await eventually("some objects are acknowledged") { acknowledged().count >= 60 }
                try await cluster.crash()
                for writer in writers {
                    writer.send(SIGKILL)
                    _ = try await writer.ended(within: 30)
                }
                let before = acknowledged()
                try await cluster.start()
                let list = try await cluster.kubectl("get", "configmaps", "-o", "json").json()
                var values: [String: String] = [:]
                for item in list["items"]?.arrayValue ?? [] {
                    let name = item[path: ["metadata", "name"]]?.stringValue ?? ""
                    values[name] = item[path: ["data", "value"]]?.stringValue
                }
                for name in before {
                    let numbers = name.split(separator: "-").compactMap { Int($0) }
                    #expect(numbers.count == 2 && values[name] == "\(numbers[0] * 1000 + numbers[1])", "\(name)")
                }
                #expect(before.count < 400, "the crash came too late to show anything")
            }
        }
    }
}
