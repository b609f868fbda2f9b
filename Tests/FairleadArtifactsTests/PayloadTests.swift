import AsyncHTTPClient
import Foundation
import KubernetesCore
import NIOCore
import NIOHTTP1
import Synchronization
import Testing

@testable import FairleadArtifacts

/// A running collector.
private struct Running: Sendable {
    let url: String
    let termination: TerminationSignal

    /// Of many connections, which is told at once that nobody listens.
    private static let client: HTTPClient = {
        var configuration = HTTPClient.Configuration()
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 100
        configuration.connectionPool.retryConnectionEstablishment = false
        return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }()

    /// Sends an event, and returns the answer's status.
    @discardableResult
    func send(
        _ id: String, _ body: String = #"{"inputs": [1.50]}"#, type: String = "application/json",
        kind: String = "request", dropping dropped: String? = nil
    ) async throws -> UInt {
        try await send(id, .bytes(ByteBuffer(string: body)), type: type, kind: kind, dropping: dropped)
    }

    func send(
        _ id: String, _ body: HTTPClientRequest.Body,
        type: String = "application/json", kind: String = "request", dropping dropped: String? = nil
    ) async throws -> UInt {
        var request = HTTPClientRequest(url: url)
        request.method = .POST
        let attributes = [
            ("ce-specversion", "1.0"), ("ce-id", id), ("ce-source", "/risk/churn"),
            ("ce-type", "org.kubeflow.serving.inference.\(kind)"), ("ce-time", "2026-01-31T12:00:00.000000Z"),
            ("ce-inferenceservicename", "churn"), ("content-type", type),
        ]
        for (name, value) in attributes where name != dropped { request.headers.add(name: name, value: value) }
        request.body = body
        return try await Self.client.execute(request, timeout: .seconds(60)).status.code
    }

    func get(_ page: String) async throws -> (status: UInt, text: String) {
        let answer = try await Self.client.execute(
            HTTPClientRequest(url: url + page), timeout: .seconds(20))
        return (answer.status.code, String(buffer: try await answer.body.collect(upTo: 1 << 20)))
    }
}

/// The events that a collector answered with 202.
private final class Accepted: Sendable {
    let ids = Mutex<Set<String>>([])
}

/// Runs a collector while `body` runs, asks it to end, and returns its exit code.
private func collecting(
    _ sandbox: Sandbox, _ plan: JSONValue = [:], _ variables: [String: String] = [:],
    _ body: (Running) async throws -> Void
) async throws -> Int32 {
    var full: JSONValue = [
        "uri": .string("file://\(sandbox.path)/log/risk/churn"), "path": .string("\(sandbox.path)/log/risk/churn"),
        "spool": .string("\(sandbox.path)/spool"), "port": 0, "lingerSeconds": 0, "graceSeconds": 20,
    ]
    for (name, value) in plan.objectValue ?? [:] { full[name] = value.isNull ? nil : value }
    let environment = ["FAIRLEAD_POD": "churn-payloads-x", "FAIRLEAD_POD_IP": "127.0.0.1"]
    let context = sandbox.context(plan: full, environment.merging(variables) { $1 })
    let termination = TerminationSignal()
    let (ports, listening) = AsyncStream.makeStream(of: Int.self)
    async let code = PayloadsProgram.run(context, until: termination) { listening.yield($0) }
    do {
        var port: Int?
        for await found in ports {
            port = found
            break
        }
        try await body(Running(url: "http://127.0.0.1:\(try #require(port))", termination: termination))
    } catch {
        termination.raise()
        _ = await code
        throw error
    }
    termination.raise()
    return await code
}

extension Sandbox {
    /// The lines that a collector stored, in the order of its files' names.
    fileprivate func events() throws -> [JSONValue] {
        try names("log/risk/churn").flatMap { day in
            try names("log/risk/churn/\(day)").filter { $0.hasSuffix(".jsonl") }.flatMap { name in
                try (read("log/risk/churn/\(day)/\(name)") ?? "").split(separator: "\n")
                    .map { try JSONParser.parse($0.utf8) }
            }
        }
    }
}

struct PayloadTests {
    /// What is JSON stands as it came, to the last digit; what is not comes back byte by byte.
    @Test func keepsEventsAsLines() async throws {
        let sandbox = try Sandbox()
        let code = try await collecting(sandbox) { (collector: Running) async throws -> Void in
            #expect(try await collector.send("a", "{\"x\":\n [1.50, 12345678901234567890.125]}\n") == 202)
            #expect(try await collector.send("a", "data: 1\n\n", type: "text/event-stream", kind: "response") == 202)
            #expect(try await collector.send("b", "{torn", type: "application/json; charset=utf-8") == 202)
            #expect(try await collector.send("c", "") == 202)
            #expect(try await collector.send("d%20%C3%A9", "[]", type: "application/cloud+json") == 202)
            #expect(try await collector.send("e", dropping: "ce-id") == 400)
            #expect(try await collector.send("f", String(repeating: "x", count: (1 << 20) + 1)) == 413)
            #expect(try await collector.get("/readyz").status == 200)
            #expect(try await collector.get("/metrics").text.contains("\nfairlead_payloads_received_total 5\n"))
        }
        #expect(code == 0, "\(sandbox.log)")
        let day = try #require(sandbox.names("log/risk/churn").first)
        #expect(day.wholeMatch(of: /date=\d{4}-\d\d-\d\d/) != nil)
        let name = try #require(sandbox.names("log/risk/churn/\(day)").first)
        #expect(name.wholeMatch(of: /\d{8}T\d{6}\.\d{6}Z-churn-payloads-x-000001\.jsonl/) != nil, "\(name)")
        let text = try #require(sandbox.read("log/risk/churn/\(day)/\(name)"))
        #expect(text.contains("\"data\":{\"x\":  [1.50, 12345678901234567890.125]} }\n"))
        let events = try sandbox.events()
        #expect(events.map { $0["id"] } == ["a", "a", "b", "c", "d é"])
        for event in events {
            #expect(event["specversion"] == "1.0")
            #expect(event["inferenceservicename"] == "churn")
        }
        #expect(events[0]["type"] == "org.kubeflow.serving.inference.request")
        #expect(events[1]["data_base64"]?.stringValue == Data("data: 1\n\n".utf8).base64EncodedString())
        #expect(events[1]["datacontenttype"] == "text/event-stream")
        #expect(events[2]["data_base64"]?.stringValue == Data("{torn".utf8).base64EncodedString())
        #expect(events[3]["data"] == nil && events[3]["data_base64"] == nil)
        #expect(events[4]["data"] == [])
        #expect(sandbox.names("spool").isEmpty)
    }

    /// A file is complete by its size, or by its age.
    @Test func rotates() async throws {
        let sandbox = try Sandbox()
        let code = try await collecting(sandbox, ["fileBytes": 1000, "fileSeconds": 0.2]) { collector in
            for number in 0..<20 { try await collector.send("\(number)") }
            _ = try await Sandbox.eventually("all of them, before the end") {
                try sandbox.events().count == 20 ? true : nil
            }
        }
        #expect(code == 0)
        let files = sandbox.names("log/risk/churn").flatMap { sandbox.names("log/risk/churn/\($0)") }
        #expect(files.count >= 4, "\(files)")
        #expect(try sandbox.events().map { $0["id"] } == (0..<20).map { .string("\($0)") })
    }

    /// Whatever was answered with 202 before the end is stored, while more comes in.
    @Test func losesNothingAtTheEnd() async throws {
        let sandbox = try Sandbox()
        let taken = Accepted()
        let code = try await collecting(sandbox, ["fileBytes": 20_000, "lingerSeconds": 0.3]) { collector in
            await withTaskGroup(of: Void.self) { group in
                for sender in 0..<8 {
                    group.addTask {
                        for number in 0..<2000 {
                            let id = "\(sender)-\(number)"
                            // It ends where nobody listens any more.
                            guard let status = try? await collector.send(id), status == 202 else { return }
                            let count = taken.ids.withLock { taken in
                                taken.insert(id)
                                return taken.count
                            }
                            if count == 200 { collector.termination.raise() }
                        }
                    }
                }
            }
        }
        #expect(code == 0, "\(sandbox.log)")
        let stored = Set(try sandbox.events().compactMap { $0["id"]?.stringValue })
        let accepted = taken.ids.withLock { $0 }
        #expect(accepted.count >= 200)
        #expect(accepted.subtracting(stored).isEmpty)
    }

    /// While the store takes nothing, the newest events wait, within the bound; when it takes them again, they go.
    @Test func isBoundedWhileTheStoreIsDead() async throws {
        let sandbox = try Sandbox()
        // A file stands where the folder should.
        try sandbox.write("", to: "log/risk/churn")
        let code = try await collecting(sandbox, ["fileBytes": 1000, "spoolBytes": 10_000]) { collector in
            for number in 0..<200 {
                #expect(try await collector.send("\(number)") == 202)
                let spool = sandbox.names("spool").reduce(0) { $0 + (sandbox.read("spool/\($1)")?.utf8.count ?? 0) }
                // What is being stored is not dropped.
                #expect(spool <= 12_000)
            }
            let metrics = try await collector.get("/metrics").text
            #expect(metrics.contains(/fairlead_payloads_dropped_total [1-9]/), "\(metrics)")
            #expect(sandbox.log.contains { $0.hasPrefix("dropped ") })
            try FileManager.default.removeItem(atPath: "\(sandbox.path)/log/risk/churn")
        }
        #expect(code == 0, "\(sandbox.log)")
        let ids = try sandbox.events().compactMap { $0["id"]?.stringValue }
        #expect(ids.suffix(20) == (180..<200).map { "\($0)" }, "\(ids)")
        #expect(ids.count < 100)
    }

    /// A store that fails is told by the probe; one that fails to the end, by the exit code.
    @Test func tellsThatItCanStoreNothing() async throws {
        let sandbox = try Sandbox()
        try sandbox.write("", to: "log/risk/churn")
        let code = try await collecting(sandbox, ["graceSeconds": 4]) { collector in
            try await collector.send("a")
        }
        #expect(code == 75, "\(sandbox.log)")
        #expect(try sandbox.message().first?["error"]?.stringValue?.contains("1 events wait") == true)
        // What is left is there for the next start, which is not well before it is stored.
        let next = try await collecting(sandbox, ["graceSeconds": 20]) { collector in
            #expect(try await collector.get("/readyz").status == 503)
            #expect(try await collector.get("/livez").status == 200)
            try FileManager.default.removeItem(atPath: "\(sandbox.path)/log/risk/churn")
            _ = try await Sandbox.eventually("it is well") {
                try await collector.get("/readyz").status == 200 ? true : nil
            }
            try await collector.send("b")
        }
        #expect(next == 0, "\(sandbox.log)")
        #expect(try sandbox.events().map { $0["id"] } == ["a", "b"])
    }

    /// What a process that was killed left half written is mended.
    @Test func takesUpWhatWasLeft() async throws {
        let sandbox = try Sandbox()
        try sandbox.write("{\"id\":\"old\"}\n{\"id\":\"torn", to: "spool/20260131T235959.000000Z-p-000001.part")
        try sandbox.write("", to: "spool/20260131T235959.000001Z-p-000002.part")
        #expect(try await collecting(sandbox) { _ in } == 0, "\(sandbox.log)")
        #expect(sandbox.names("log/risk/churn") == ["date=2026-01-31"])
        #expect(try sandbox.events() == [["id": "old"]])
        #expect(sandbox.names("spool").isEmpty)
    }

    /// More at a time than it may hold gets 429 and not its memory.
    @Test func refusesWhatIsTooMuchAtATime() async throws {
        let sandbox = try Sandbox()
        let code = try await collecting(sandbox) { collector in
            let size = PayloadServer.maximumBody
            let go = TerminationSignal()
            try await withThrowingTaskGroup(of: UInt.self) { group in
                // One more than there is room for: whichever comes last.
                for number in 0...PayloadServer.maximumHeld / size {
                    group.addTask {
                        // It says how much it has, and keeps it.
                        let (body, parts) = AsyncStream.makeStream(of: ByteBuffer.self)
                        let half = ByteBuffer(repeating: UInt8(ascii: "1"), count: size / 2)
                        parts.yield(half)
                        async let rest: Void = {
                            await go.wait()
                            parts.yield(half)
                            parts.finish()
                        }()
                        let status = try await collector.send(
                            "\(number)", .stream(body, length: .known(Int64(size))))
                        if status == 429 { go.raise() }
                        await rest
                        return status
                    }
                }
                let statuses = try await group.reduce(into: []) { $0.append($1) }
                #expect(statuses.count { $0 == 429 } == 1 && statuses.count { $0 == 202 } == statuses.count - 1)
            }
            #expect(try await collector.send("after", "[]") == 202)
        }
        #expect(code == 0, "\(sandbox.log)")
    }
}

/// The same against an S3 server that is not ours: moto's.
@Suite(
    .serialized,
    .enabled(
        if: Sandbox.hasRclone && ObjectStore.isInstalled,
        "rclone, and moto in .fairlead/tools: scripts/setup.sh test installs them"))
struct PayloadStoreTests {
    private static let remotes: JSONValue = [
        "uri": "s3://bucket/log/risk/churn", "path": .null,
        "remotes": [["prefix": "s3://bucket/", "remote": "R0"], ["prefix": "s3://none/", "remote": "R0"]],
    ]

    @Test func keepsEventsInABucket() async throws {
        let sandbox = try Sandbox()
        try await ObjectStore.run { store in
            let code = try await collecting(
                sandbox, Self.remotes.with("fileBytes", 600), store.variables
            ) { (collector: Running) async throws -> Void in
                for number in 0..<10 { #expect(try await collector.send("\(number)") == 202) }
            }
            #expect(code == 0, "\(sandbox.log)")
            let names = try await store.rclone("lsf", "-R", "--files-only", "R0:bucket/log").split(separator: "\n")
                .sorted()
            #expect(names.count >= 2 && names.allSatisfy { $0.hasPrefix("risk/churn/date=") }, "\(names)")
            let text = try await store.rclone("cat", "R0:bucket/log")
            let ids = try text.split(separator: "\n").map { try JSONParser.parse($0.utf8)["id"]?.stringValue }
            #expect(Set(ids) == Set((0..<10).map { "\($0)" }) && ids.count == 10)
            #expect(!sandbox.log.joined().contains(store.secret))
        }
    }

    /// What only people can mend ends the container: it says why, and what its Secrets say is read anew.
    @Test func endsWhereItIsNotLetIn() async throws {
        let sandbox = try Sandbox()
        try await ObjectStore.run { store in
            let plan = Self.remotes.with("uri", "s3://none/log").with("fileSeconds", 0.2)
            let code = try await collecting(sandbox, plan, store.variables) { collector in
                try await collector.send("a")
                _ = try await Sandbox.eventually("it ends") { try? sandbox.message().first }
            }
            #expect(code == 66, "\(sandbox.log)")
            let line = try #require(try sandbox.message().first)
            #expect(line["reason"] == "NotFound")
            #expect(line["error"]?.stringValue?.hasPrefix("s3://none/log: ") == true, "\(line)")
            let next = try await collecting(sandbox, Self.remotes, store.variables) { _ in }
            #expect(next == 0, "\(sandbox.log)")
            #expect(try await store.rclone("cat", "R0:bucket/log").contains("\"id\":\"a\""))
        }
    }
}

extension JSONValue {
    fileprivate func with(_ name: String, _ value: JSONValue) -> JSONValue {
        var copy = self
        copy[name] = value
        return copy
    }
}
