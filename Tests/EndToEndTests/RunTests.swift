import Foundation
import KubernetesCore
import Testing

extension EndToEndTests {
    /// Runs and how they end, with nothing but `fairlead`.
    @Suite(.serialized) struct RunTests {
        @Test func parametersKeepTheirTypes() async throws {
            try await LocalCluster.with { cluster in
                let file = try cluster.run(
                    "typed",
                    """
                    params:
                      - {name: rows, type: integer, default: 1}
                      - {name: ratio, type: number, default: 0.5}
                      - {name: isLast, type: boolean, default: false}
                      - {name: countries, type: array, items: string, default: []}
                      - {name: text, type: string, default: plain}
                    tasks:
                      - name: show
                        script: |
                          for name in ROWS RATIO ISLAST COUNTRIES TEXT; do
                            eval "echo $(echo $name | tr A-Z a-z)=\\$PARAM_$name" >> "$FAIRLEAD_RESULTS"
                          done
                          cat "$FAIRLEAD_PARAMS"
                        results:
                          - {name: rows, type: integer}
                          - {name: ratio, type: number}
                          - {name: islast, type: boolean}
                          - {name: text, type: string}
                    """)
                let run = try await cluster.fairlead(
                    "run", file, "-p", "rows=7", "-p", "isLast=true", "-p", #"countries=["NO","x y"]"#, "-p",
                    "text=007",
                    "--watch")
                #expect(run.code == 0, "\(run)")
                #expect(run.output.contains("run typed Succeeded"), "\(run)")
                let results = try await cluster.status("typed")[task: "show"]?.results
                #expect(results == ["rows": 7, "ratio": 0.5, "islast": true, "text": "007"])
                let logs = try await cluster.fairlead("logs", "typed", "show")
                let told = try JSONParser.parse(logs.output)
                #expect(told == ["rows": 7, "ratio": 0.5, "isLast": true, "countries": ["NO", "x y"], "text": "007"])

                let wrong = try await cluster.fairlead("run", file, "-p", "rows=many")
                #expect(wrong.code == 1 && wrong.error.contains("rows: must be an integer"), "\(wrong)")
                let unknown = try await cluster.fairlead("run", file, "-p", "row=1")
                #expect(unknown.code == 1 && unknown.error.contains("no such parameter"), "\(unknown)")
            }
        }

        /// Everything that may happen to a task, in one run.
        private static let mixed = """
            tasks:
              - name: write
                script: |
                  mkdir -p "$FAIRLEAD_OUTPUTS/numbers"
                  seq 1 100 > "$FAIRLEAD_OUTPUTS/numbers/list.txt"
                artifacts: [{name: numbers}]
              - name: count
                inputs: {numbers: tasks.write.artifacts.numbers}
                script: echo "lines=$(wc -l < "$FAIRLEAD_INPUTS/numbers/list.txt")" >> "$FAIRLEAD_RESULTS"
                results: [{name: lines, type: integer}]
              - name: flaky
                script: test "$FAIRLEAD_ATTEMPT" -eq 2
                retry: {max: 2, backoff: {duration: 1s}}
              - name: slow
                script: sleep 1000
                timeouts: {attempt: 1s}
              - name: broken
                script: echo "the disk is full" >&2; exit 7
              - {name: after, dependsOn: [broken], script: "true"}
              - name: forgetful
                script: "true"
                results: [{name: answer, type: integer}]
            finally:
              - name: last
                env: {OUTCOME: "$(run.status)", BROKEN: "$(tasks.broken.status)", LINES: "$(tasks.count.results.lines)"}
                script: echo "outcome=$OUTCOME $BROKEN $LINES" >> "$FAIRLEAD_RESULTS"
                results: [{name: outcome, type: string}]
            """

        @Test func everyEndOfATaskHasItsReason() async throws {
            try await LocalCluster.with { cluster in
                let run = try await cluster.fairlead("run", try cluster.run("mixed", Self.mixed), "--watch")
                #expect(run.code == 1, "\(run)")
                let status = try await cluster.finished("mixed")
                #expect(status.phase == "Failed")
                #expect(status.progress == "8/8")
                let ends = (status.tasks ?? []).map { [$0.name, $0.phase, $0.reason ?? "", "\($0.attempts ?? 0)"] }
                #expect(
                    ends == [
                        ["write", "Succeeded", "", "1"], ["count", "Succeeded", "", "1"],
                        ["flaky", "Succeeded", "", "2"], ["slow", "Failed", "Timeout", "1"],
                        ["broken", "Failed", "ExitCode", "1"], ["after", "Skipped", "UpstreamFailed", "0"],
                        ["forgetful", "Failed", "ResultMissing", "1"], ["last", "Succeeded", "", "1"],
                    ])
                #expect(status[task: "count"]?.results == ["lines": 100])
                #expect(status[task: "last"]?.results == ["outcome": "Failed Failed 100"])
                let uri = try #require(status[task: "write"]?.artifacts?["numbers"]?.uri)
                #expect(uri.hasPrefix("file://\(cluster.data)/artifacts/"))
                #expect(FileManager.default.fileExists(atPath: uri.dropFirst("file://".count) + "/list.txt"))
                let message = try #require(status[task: "broken"]?.message)
                #expect(message.contains("exit code 7") && message.contains("the disk is full"), "\(message)")
                #expect(status[task: "after"]?.message == "task \"broken\" failed")

                let graph = try await cluster.fairlead("graph", "mixed", "-o", "mermaid")
                #expect(graph.output.hasPrefix("flowchart"), "\(graph)")
                for name in ["write", "count", "broken", "after"] { #expect(graph.output.contains(name), "\(graph)") }
                let logs = try await cluster.fairlead("logs", "mixed", "broken")
                #expect(logs.output.contains("the disk is full"), "\(logs)")
                #expect(try await cluster.fairlead("status", "absent").code == 1)
            }
        }

        @Test func aProgramThatThisHostLacksIsWaitedForWithAReason() async throws {
            try await LocalCluster.with { cluster in
                let file = try cluster.run(
                    "waits",
                    """
                    tasks:
                      - name: absent
                        image: registry.example.com/nothing:1
                        command: [no-such-program]
                        timeouts: {pending: 4s}
                      - {name: other, script: "true"}
                    """)
                #expect(try await cluster.fairlead("run", file).code == 0)
                try await eventually("the reason") {
                    try await cluster.status("waits")[task: "absent"]?.reason == "ImagePullFailed"
                }
                let message = try await cluster.status("waits")[task: "absent"]?.message ?? ""
                #expect(message.contains(#"no program "no-such-program""#), "\(message)")
                #expect(message.contains("--images"), "it says what to do: \(message)")
                let begin = ContinuousClock.now
                let status = try await cluster.finished("waits")
                #expect(status[task: "absent"]?.reason == "PendingTimeout")
                #expect(status[task: "other"]?.phase == "Succeeded")
                // An end is never told for later than now: what was pending ended when its deletion was asked for.
                let end = try #require(try status.completionTime.map { try Date($0, strategy: .iso8601) })
                #expect(end <= Date() && ContinuousClock.now - begin < .seconds(30))
            }
        }
    }
}
