import Foundation
import KubernetesCore
import Testing

extension EndToEndTests {
    /// Every example of manifests/examples/ as a reader of the README runs it.
    @Suite(.serialized) struct ExampleTests {
        private func example(_ name: String) -> String {
            Programs.root.appendingPathComponent("manifests/examples/\(name).yaml").path
        }

        @Test func eachCountryIsCountedAndTheListIsSummed() async throws {
            try await LocalCluster.with { cluster in
                let run = try await cluster.fairlead("run", example("countries"), "--watch")
                #expect(run.code == 0, "\(run)")
                let status = try await cluster.status("countries")
                #expect(status.results?["sum"] == 8)
                #expect(status[task: "count"]?.map?.completedIndexes == "0-3")
            }
        }

        @Test func whatIsGoodEnoughIsDeployed() async throws {
            try await LocalCluster.with { cluster in
                let run = try await cluster.fairlead("run", example("conditional-deploy"), "--watch")
                #expect(run.code == 0, "\(run)")
                let status = try await cluster.status("conditional-deploy")
                #expect(status[task: "deploy"]?.phase == "Succeeded")
                #expect(status[task: "alarm"]?.reason == "ConditionFalse")
                let logs = try await cluster.fairlead("logs", "conditional-deploy", "report")
                #expect(logs.output == "deploy: Succeeded, alarm: Skipped\n")
            }
        }

        @Test func aPreemptedAttemptGoesOnFromItsCheckpoint() async throws {
            try await LocalCluster.with { cluster in
                let run = try await cluster.fairlead("run", example("preemption"))
                #expect(run.code == 0, "\(run)")
                try await eventually("some steps are done") {
                    try await cluster.fairlead("logs", "preemption", "train").output.contains("starts at step 0")
                }
                try await Task.sleep(for: .seconds(3))
                let pod = try await cluster.kubectl(
                    "delete", "pod", "-l", "fairlead.dev/run=preemption", "--wait=false")
                #expect(pod.code == 0, "\(pod)")
                try await eventually("the run is finished", within: 90) {
                    try await cluster.status("preemption").phase == "Succeeded"
                }
                let status = try await cluster.status("preemption")
                #expect(status[task: "train"]?.attempts == 2)
                let steps = try #require(status.results?["steps"]?.integerValue)
                #expect(steps < 20, "the second attempt went on from the checkpoint: \(steps) steps")
            }
        }

        @Test func theSecondIngestIsTakenFromTheCache() async throws {
            try await LocalCluster.with { cluster in
                let first = try await cluster.fairlead("run", example("cached-ingest"), "--watch")
                #expect(first.code == 0, "\(first)")
                let second = try await cluster.fairlead("run", "cached-ingest", "--watch")
                #expect(second.code == 0, "\(second)")
                #expect(second.output.contains("Cached"), "\(second)")
                let fresh = try await cluster.fairlead("run", "cached-ingest", "--no-cache", "--watch")
                #expect(fresh.code == 0 && !fresh.output.contains("Cached"), "\(fresh)")
            }
        }

        @Test func aGateWaitsForADecision() async throws {
            try await LocalCluster.with { cluster in
                let run = try await cluster.fairlead("run", example("approval"))
                #expect(run.code == 0, "\(run)")
                try await eventually("the gate asks") {
                    try await cluster.status("approval")[task: "ok"]?.phase == "Suspended"
                }
                let approved = try await cluster.fairlead("approve", "approval", "ok")
                #expect(approved.code == 0, "\(approved)")
                try await eventually("the run is finished") {
                    try await cluster.status("approval").phase == "Succeeded"
                }
            }
        }

        @Test func aModelIsTrainedRegisteredAndPromoted() async throws {
            try await LocalCluster.with { cluster in
                let first = try await cluster.fairlead("run", example("model"), "--watch")
                #expect(first.code == 0, "\(first)")
                func production() async throws -> String {
                    let path = "jsonpath={.status.aliases.production.version}"
                    return try await cluster.kubectl("get", "model", "line", "-o", path).output
                }
                try await eventually("the first version is in production") { try await production() == "1" }
                let version = try await cluster.kubectl(
                    "get", "modelversion", "line-1", "-o", "jsonpath={.spec.uri} {.spec.digest} {.spec.lineage.run}")
                #expect(version.output.hasPrefix("file://") && version.output.contains(" sha256:"))
                #expect(version.output.hasSuffix(" line-first"))
                // Of 50 points the line fits them better, of 10 worse: that version is registered and not promoted.
                let better = try await cluster.fairlead("run", "line", "-p", "points=50", "--watch")
                #expect(better.code == 0, "\(better)")
                try await eventually("the better version is in production") { try await production() == "2" }
                let worse = try await cluster.fairlead("run", "line", "-p", "points=10", "--watch")
                #expect(worse.code == 0, "\(worse)")
                try await eventually("the candidate was judged") {
                    let path = "jsonpath={.status.aliases.candidate.version} {.status.observedGeneration}"
                    return try await cluster.kubectl("get", "model", "line", "-o", path).output.hasPrefix("3 ")
                }
                #expect(try await production() == "2")
                let lineage = try await cluster.fairlead("lineage", "line:1")
                #expect(lineage.code == 0 && lineage.output.contains("line-first"), "\(lineage)")
            }
        }

        @Test func aNestedPipelineRunsForEachCountry() async throws {
            try await LocalCluster.with { cluster in
                let run = try await cluster.fairlead("run", example("nested"), "--watch")
                #expect(run.code == 0, "\(run)")
                let results = try await cluster.status("nested").results ?? [:]
                #expect(results == ["models": ["model of NL", "model of DE"]])
            }
        }

        /// The address that a server of Python's tells when it serves.
        private func address(of server: RunningProgram) async throws -> String {
            var address = ""
            try await eventually("the server serves") {
                let text = server.output + server.error
                guard let start = text.firstRange(of: "http://127.0.0.1:") else { return false }
                address = String(text[start.lowerBound...].prefix { !$0.isWhitespace })
                return text[start.lowerBound...].contains { $0.isWhitespace }
            }
            return address
        }

        private static let moto = Programs.root.appendingPathComponent(".fairlead/tools/bin/moto_server").path

        @Test(
            .enabled(
                if: FileManager.default.isExecutableFile(atPath: moto), "needs moto's S3, which make test installs"))
        func artifactsTravelOverS3() async throws {
            try await LocalCluster.with { cluster in
                let server = try cluster.program(Self.moto, ["-H", "127.0.0.1", "-p", "0"])
                let address = try await address(of: server)
                let remote = [
                    "--config", "", "--s3-provider", "Other", "--s3-endpoint", address, "--s3-access-key-id", "key",
                    "--s3-secret-access-key", "secret",
                ]
                let rclone = try #require(Programs.find("rclone"))
                let numbers = try cluster.file("numbers.txt", "1\n2\n6\n")
                for arguments in [["mkdir", ":s3:lake"], ["copyto", numbers, ":s3:lake/numbers.txt"]] {
                    let copied = try await cluster.program(rclone, arguments + remote).ended(within: 30)
                    #expect(copied.code == 0, "\(copied)")
                }
                let keys = try await cluster.kubectl(
                    "create", "secret", "generic", "s3-keys", "--from-literal=access_key_id=key",
                    "--from-literal=secret_access_key=secret")
                #expect(keys.code == 0, "\(keys)")
                let text = try String(contentsOfFile: example("s3"), encoding: .utf8)
                let file = try cluster.file(
                    "s3.yaml", text.replacingOccurrences(of: "http://127.0.0.1:9000", with: address))
                let run = try await cluster.fairlead("run", file, "--watch")
                #expect(run.code == 0, "\(run)")
                let status = try await cluster.status("s3")
                #expect(status.results?["mean"] == 3)
                let uri = try #require(status.results?["model"]?.stringValue)
                #expect(uri.hasPrefix("s3://lake/fairlead/default/"))
                let model = status[task: "fit"]?.artifacts?["model"]
                #expect(model?.uri == uri)
                #expect(model?.size == 3)
                #expect(model?.digest?.hasPrefix("sha256:") == true)
            }
        }

        @Test func theEndIsToldToAWebhook() async throws {
            let receiver = """
                import http.server, sys
                class Receiver(http.server.BaseHTTPRequestHandler):
                    def do_POST(self):
                        body = self.rfile.read(int(self.headers["Content-Length"]))
                        print(body.decode(), flush=True)
                        self.send_response(204)
                        self.end_headers()
                server = http.server.HTTPServer(("127.0.0.1", 0), Receiver)
                print(f"http://127.0.0.1:{server.server_port}/hook", flush=True)
                server.serve_forever()
                """
            try await LocalCluster.with { cluster in
                let server = try cluster.program(try #require(Programs.find("python3")), ["-u", "-c", receiver])
                let address = try await address(of: server)
                let secret = try await cluster.kubectl(
                    "create", "secret", "generic", "hooks", "--from-literal=url=\(address)")
                #expect(secret.code == 0, "\(secret)")
                let run = try await cluster.fairlead("run", example("notification"), "--watch")
                #expect(run.code == 1, "\(run)")
                try await eventually("the webhook is told", within: 120) { server.output.contains("dev.fairlead") }
                let lines = server.output.split(separator: "\n").dropFirst()
                #expect(lines.count == 1)
                let event = try JSONParser.parse(String(try #require(lines.first)))
                #expect(event["type"] == "dev.fairlead.pipelinerun.failed")
                #expect(event[path: ["data", "run"]] == "notification")
                #expect(event[path: ["data", "message"]]?.stringValue?.contains("the disk is full") == true)
                let clean = try await cluster.fairlead("logs", "notification", "clean")
                #expect(clean.output == "cleaning up after a run that Failed\n")
            }
        }
    }
}
