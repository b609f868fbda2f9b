import Foundation
import KubernetesCore
import Testing

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

extension EndToEndTests {
    /// `fairlead controller` as a pod runs it: probes, metrics, its log, and how it ends.
    @Suite(.serialized) struct ControllerTests {
        /// A controller, and where it serves.
        private struct Replica {
            let program: RunningProgram

            init(_ cluster: LocalCluster) throws {
                program = try cluster.program(
                    try #require(Programs.fairlead),
                    [
                        "controller", "--leader-elect", "--log-format", "json", "--health-address", "127.0.0.1:0",
                        "--metrics-address", "127.0.0.1:0",
                    ])
            }

            /// The records of its log, each a JSON object on a line of its own.
            func log() throws -> [JSONValue] {
                try program.error.split(separator: "\n").map { try JSONParser.parse(Array($0.utf8)) }
            }

            /// What a page answers, once it is served.
            func get(_ path: String) async throws -> (code: Int, text: String) {
                let page = String(path.prefix { $0 != "?" })
                let record = try log().first {
                    $0["pages"]?.stringValue?.split(separator: " ").contains(Substring(page)) == true
                }
                guard let address = record?["address"]?.stringValue,
                    let url = URL(string: "http://\(address)\(path)")
                else { return (0, "") }
                let (data, response) = try await URLSession.shared.data(from: url)
                return ((response as? HTTPURLResponse)?.statusCode ?? 0, String(decoding: data, as: UTF8.self))
            }

            func leads() async throws -> Bool {
                try await get("/metrics").text.contains(
                    "\nleader_election_leader{lease=\"default/fairlead-controller\"} 1\n")
            }

            func isReady() async throws -> Bool { try await get("/readyz").code == 200 }
        }

        @Test func oneLeadsTheOtherStandsByAndSIGTERMHandsOver() async throws {
            try await LocalCluster.with { cluster in
                let replicas = [try Replica(cluster), try Replica(cluster)]
                try await eventually("both are ready") {
                    guard try await replicas[0].isReady() else { return false }
                    return try await replicas[1].isReady()
                }
                try await eventually("one leads") {
                    if try await replicas[0].leads() { return true }
                    return try await replicas[1].leads()
                }
                let isFirst = try await replicas[0].leads()
                let (leader, standby) = isFirst ? (replicas[0], replicas[1]) : (replicas[1], replicas[0])
                #expect(try await !standby.leads())
                for replica in replicas {
                    let live = try await replica.get("/livez?verbose")
                    #expect(live.code == 200)
                    #expect(live.text.contains("[+]election ok\n"))
                    #expect(try await replica.get("/healthz").text == "ok")
                    let ready = try await replica.get("/readyz?verbose")
                    #expect(
                        ready.text.hasPrefix(
                            "[+]pipelines.fairlead.dev ok\n[+]pipelineruns.fairlead.dev ok\n[+]pods ok\n"))
                    let metrics = try await replica.get("/metrics").text
                    #expect(
                        metrics.contains(
                            "kubernetes_client_requests_total{verb=\"watch\",resource=\"pods\",code=\"200\"} 1\n"))
                    #expect(metrics.contains("reflector_watches_total{resource=\"pods\"} 1\n"))
                    #expect(metrics.contains("fairlead_build_info{version=\""))
                }
                leader.program.send(SIGTERM)
                let end = try await leader.program.ended(within: 30)
                #expect(end.code == 0, "\(end)")
                let messages = try leader.log().compactMap { $0["message"]?.stringValue }
                #expect(messages.last == "stopped", "\(messages)")
                try await eventually("the other leads, long before the lease runs out", within: 8) {
                    try await standby.leads()
                }
                standby.program.send(SIGINT)
                #expect(try await standby.program.ended(within: 30).code == 0)
            }
        }

        @Test func aSecondSignalEndsItAtOnceAndALostLeaseWithCodeOne() async throws {
            try await LocalCluster.with { cluster in
                let replica = try Replica(cluster)
                try await eventually("it leads") { try await replica.leads() }
                // A server that answers nothing any more holds up the return of the lease.
                let server = try #require(cluster.server)
                server.send(SIGSTOP)
                defer { server.send(SIGCONT) }
                replica.program.send(SIGTERM)
                try await eventually("it is stopping") { replica.program.error.contains("\"stopping\"") }
                replica.program.send(SIGTERM)
                #expect(try await replica.program.ended(within: 30).code == 128 + SIGTERM)
                server.send(SIGCONT)
                let next = try Replica(cluster)
                try await eventually("the next one leads", within: 40) { try await next.leads() }
                server.send(SIGSTOP)
                let end = try await next.program.ended(within: 30)
                #expect(end.code == 1)
                let last = try #require(try next.log().last)
                #expect(last["level"] == "critical")
                #expect(last["error"] == "the lease default/fairlead-controller was lost")
            }
        }
    }
}
