import KubernetesCore
import NIOHTTP1
import Synchronization
import Testing

@testable import FairleadArtifacts

/// Inputs from Hugging Face's Hub, which a server of this host plays: lists by its API, files behind a redirect.
@Suite(.enabled(if: Sandbox.hasRclone, "needs rclone")) struct HubTests {
    private static let files = [
        "README.md": "about", "train/a.csv": "1,2", "train/deep/b c.csv": "3,4", "test/a.csv": "5,6",
    ]

    /// A Hub with one data set at one commit; with a token it is private.
    private static func hub(token: String? = nil) -> @Sendable (FileServer.Request) -> FileServer.Answer {
        { request in
            // Where the files really are, a token is a stranger's.
            if request.host.hasPrefix("localhost") {
                if request.authorization != nil { return .failure(.badRequest) }
                return files[String(request.path.dropFirst("/store/".count)).replacing("%20", with: " ")]
                    .map { .file($0) } ?? .failure(.notFound)
            }
            if let token, request.authorization != "Bearer \(token)" { return .failure(.unauthorized) }
            let folder = "/datasets/team/set/resolve/0c5a/"
            if request.path.hasPrefix(folder) {
                let port = request.host.split(separator: ":").last ?? ""
                return .redirect("http://localhost:\(port)/store/\(request.path.dropFirst(folder.count))")
            }
            guard request.path == "/api/datasets/team/set/revision/v1%2Fx" else { return .failure(.notFound) }
            let siblings = files.keys.sorted().map { #"{"rfilename": "\#($0)"}"# }.joined(separator: ", ")
            return .file(#"{"id": "team/set", "sha": "0c5a", "siblings": [\#(siblings)]}"#)
        }
    }

    private func context(
        _ sandbox: Sandbox, _ uri: String, port: Int, token: String? = nil, attempts: Int64 = 1
    ) -> ProgramContext {
        let plan: JSONValue = [
            "inputs": [["name": "set", "uri": .string(uri), "path": .string(sandbox.path + "/in/set")]],
            "remotes": [["prefix": "hf://datasets/team/", "remote": "R0", "root": "datasets/team/"]],
            "attempts": .integer(attempts), "stallSeconds": attempts > 1 ? 1 : 300,
        ]
        var variables = ["RCLONE_CONFIG_R0_TYPE": "hf", "RCLONE_CONFIG_R0_ENDPOINT": "http://127.0.0.1:\(port)/"]
        variables["RCLONE_CONFIG_R0_token"] = token
        return sandbox.context(plan: plan, variables)
    }

    @Test func bringsRepositoriesFoldersAndFiles() async throws {
        try await FileServer.run(answering: Self.hub()) { _, port in
            for (uri, expected) in [
                ("hf://datasets/team/set@v1%2Fx", ["/README.md": "about", "/train/deep/b c.csv": "3,4"]),
                ("hf://datasets/team/set@v1%2Fx/train", ["/a.csv": "1,2", "/deep/b c.csv": "3,4"]),
                ("hf://datasets/team/set@v1%2Fx/test/a.csv", ["": "5,6"]),
            ] {
                let sandbox = try Sandbox()
                #expect(await FetchProgram.run(context(sandbox, uri, port: port)) == 0, "\(sandbox.log)")
                for (name, text) in expected { #expect(sandbox.read("in/set\(name)") == text, "\(uri) \(name)") }
                #expect(sandbox.names("in") == ["set"])
                #expect(try sandbox.message().last?["uri"]?.stringValue == uri)
            }
        }
    }

    @Test func aTokenIsGivenToTheHubAlone() async throws {
        try await FileServer.run(answering: Self.hub(token: "t0")) { server, port in
            let uri = "hf://datasets/team/set@v1%2Fx/test"
            let sandbox = try Sandbox()
            #expect(await FetchProgram.run(context(sandbox, uri, port: port, token: "t0")) == 0, "\(sandbox.log)")
            #expect(sandbox.read("in/set/a.csv") == "5,6")
            #expect(server.requests.contains { $0.host.hasPrefix("localhost") })
            for (token, words) in [(nil, "needs the token of a Connection"), ("t1", "the token does not do")] {
                #expect(await FetchProgram.run(context(sandbox, uri, port: port, token: token)) == 77)
                let line = try #require(try sandbox.message().last)
                #expect(line["reason"] == "Denied")
                #expect(line["error"]?.stringValue?.contains(words) == true, "\(line)")
            }
        }
    }

    /// A Hub that falls silent in the middle of what a path begins with, some times.
    private static func silentHub(_ prefix: String, times: Int) -> @Sendable (FileServer.Request) -> FileServer.Answer {
        let hub = hub()
        let silences = Atomic(times)
        return { request in
            let answer = hub(request)
            guard request.method == "GET", request.path.hasPrefix(prefix), case .file(let text) = answer,
                silences.subtract(1, ordering: .relaxed).oldValue > 0
            else { return answer }
            return .half(text)
        }
    }

    /// rclone itself asks again three times for what it had begun.
    @Test(arguments: [("/api/", 1), ("/store/", 2)])
    func whatFallsSilentIsAskedForAgain(_ prefix: String, _ times: Int) async throws {
        try await FileServer.run(answering: Self.silentHub(prefix, times: times)) { _, port in
            let sandbox = try Sandbox()
            let context = context(sandbox, "hf://datasets/team/set@v1%2Fx/test/a.csv", port: port, attempts: 4)
            #expect(await FetchProgram.run(context) == 0, "\(sandbox.log)")
            #expect(sandbox.read("in/set") == "5,6")
            #expect(sandbox.log.contains { $0.contains("trying again in 1 s") }, "\(sandbox.log)")
        }
    }

    @Test(arguments: ["/api/", "/store/"]) func whatStaysSilentIsToldWithItsReason(_ prefix: String) async throws {
        try await FileServer.run(answering: Self.silentHub(prefix, times: .max)) { _, port in
            let sandbox = try Sandbox()
            let context = context(sandbox, "hf://datasets/team/set@v1%2Fx/test/a.csv", port: port, attempts: 2)
            #expect(await FetchProgram.run(context) == 75, "\(sandbox.log)")
            let line = try #require(try sandbox.message().last)
            #expect(line["reason"] == "Stalled", "\(line)")
            let error = line["error"]?.stringValue ?? ""
            #expect(error.hasPrefix("input set: hf://datasets/team/set") && error.contains("(2 attempts)"), "\(error)")
        }
    }

    @Test func saysWhatIsNotThere() async throws {
        try await FileServer.run(answering: Self.hub()) { _, port in
            let sandbox = try Sandbox()
            for (uri, code, words) in [
                ("hf://datasets/team/set@v1%2Fx/none", Int32(66), "has no none at 0c5a"),
                ("hf://datasets/team/set@v2", 66, "has no team/set at v2"), ("hf://datasets/team", 64, "write hf://"),
            ] {
                #expect(await FetchProgram.run(context(sandbox, uri, port: port)) == code, "\(uri)")
                let error = try sandbox.message().last?["error"]?.stringValue ?? ""
                #expect(error.contains(words), "\(error)")
            }
        }
    }

    @Test(arguments: [
        ("hf://a/b", "models", "a/b", "main", ""), ("hf://models/a/b@x", "models", "a/b", "x", ""),
        ("hf://datasets/a/b/c/d", "datasets", "a/b", "main", "c/d"), ("hf://spaces/a/b@r/c", "spaces", "a/b", "r", "c"),
    ])
    func addresses(_ uri: String, _ kind: String, _ repository: String, _ revision: String, _ path: String) throws {
        let address = try HubAddress(uri)
        #expect(address.kind.rawValue == kind)
        #expect(address.repository == repository)
        #expect(address.revision == revision)
        #expect(address.path == path)
    }
}
