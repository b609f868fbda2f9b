import KubernetesCore
import Synchronization
import Testing

@testable import LocalAPIServer

/// A pod's log comes from the node, as the request says.
struct PodLogTests {
    /// A log that is written as a script says, and that remembers what was asked of it.
    private final class ScriptedLogs: PodLogs {
        private let asked = Mutex<[PodLogRequest]>([])
        var requests: [PodLogRequest] { asked.withLock { $0 } }

        func stream(_ request: PodLogRequest, to write: ServerResponse.Writer) async throws {
            asked.withLock { $0.append(request) }
            for line in ["one", "two", "three"].suffix(request.tailLines ?? 3) {
                try await write(Array("\(line)\n".utf8))
            }
            guard request.follow else { return }
            // A container that goes on until the client leaves.
            while true {
                try Task.checkCancellation()
                try await write(Array("more\n".utf8))
                try await Task.sleep(for: .milliseconds(1))
            }
        }
    }

    private let pods = "/api/v1/namespaces/default/pods"

    private func make(_ logs: ScriptedLogs) async throws -> TestServer {
        let server = try await TestServer(.init(podLogs: logs))
        for (name, containers, node) in [("one", ["main"], "n"), ("two", ["a", "b"], "n"), ("free", ["main"], nil)] {
            let list: [JSONValue] = containers.map { ["name": .string($0), "image": "i"] }
            var spec: JSONValue = ["containers": .array(list), "initContainers": [["name": "first", "image": "i"]]]
            spec["nodeName"] = node.map { .string($0) }
            let (status, _) = try await server.send(.post, pods, ["metadata": ["name": .string(name)], "spec": spec])
            #expect(status == 201)
        }
        return server
    }

    private func text(_ response: ServerResponse) async throws -> String {
        guard case .stream(_, _, let body) = response else { return "no stream" }
        let text = Mutex("")
        try await body { bytes in text.withLock { $0 += String(decoding: bytes, as: UTF8.self) } }
        return text.withLock { $0 }
    }

    @Test func asksTheNodeForWhatTheClientWants() async throws {
        let logs = ScriptedLogs()
        let server = try await make(logs)
        #expect(try await text(server.raw(.get, "\(pods)/one/log")) == "one\ntwo\nthree\n")
        let query = "container=b&tailLines=1&timestamps=true&previous=true&sinceSeconds=5&limitBytes=100"
        #expect(try await text(server.raw(.get, "\(pods)/two/log?\(query)")) == "three\n")
        #expect(try await text(server.raw(.get, "\(pods)/two/log?container=first&tailLines=0")) == "")
        let asked = logs.requests
        #expect(asked.map(\.container) == ["main", "b", "first"])
        var wanted = asked[0]
        wanted.tailLines = 1
        wanted.timestamps = true
        wanted.previous = true
        wanted.sinceSeconds = 5
        wanted.limitBytes = 100
        wanted.pod = "two"
        wanted.container = "b"
        wanted.uid = asked[1].uid
        #expect(asked[1] == wanted)
        guard case .whole(let empty) = await server.raw(.get, "\(pods)/free/log") else {
            Issue.record("a pod without node has a log")
            return
        }
        #expect(empty.status == 200 && empty.body.isEmpty)
    }

    @Test func refusesContainersThatAreNotThere() async throws {
        let server = try await make(ScriptedLogs())
        let cases = [
            (
                "two/log", 400,
                "a container name must be specified for pod two, choose one of: [a b] or one of the init "
                    + "containers: [first]"
            ),
            ("one/log?container=other", 400, "container other is not valid for pod one"),
            ("nope/log", 404, "pods \"nope\" not found"),
            ("one/log?tailLines=x", 400, "strconv.ParseInt: parsing \"x\": invalid syntax"),
        ]
        for (path, status, message) in cases {
            let answer = try await server.send(.get, "\(pods)/\(path)")
            #expect(answer.status == status)
            #expect(answer.body["message"]?.stringValue == message)
        }
    }

    @Test(.timeLimit(.minutes(5))) func aFollowedLogEndsWithItsClient() async throws {
        let server = try await make(ScriptedLogs())
        guard case .stream(_, _, let body) = await server.raw(.get, "\(pods)/one/log?follow=true") else {
            Issue.record("no stream")
            return
        }
        let count = Mutex(0)
        let client = Task { try await body { _ in count.withLock { $0 += 1 } } }
        while count.withLock({ $0 }) < 5 { try await Task.sleep(for: .milliseconds(1)) }
        client.cancel()
        await #expect(throws: CancellationError.self) { try await client.value }
    }
}
