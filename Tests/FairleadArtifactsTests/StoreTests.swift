import Foundation
import KubernetesCore
import Testing

@testable import FairleadArtifacts

/// What the sidecar does when the pod's program has ended.
@Suite(.enabled(if: Sandbox.hasRclone, "rclone: scripts/setup.sh test installs it"))
struct StoreTests {
    private static func ended() -> TerminationSignal {
        let termination = TerminationSignal()
        termination.raise()
        return termination
    }

    @Test func keepsWhatMainWrote() async throws {
        let sandbox = try Sandbox()
        try sandbox.write("weights", to: "out/model/w")
        try sandbox.write("{}", to: "out/report")
        try sandbox.write("here", to: "out/in-place")
        let store = "file://\(sandbox.path)/store/run/0"
        let termination = TerminationSignal()
        let plan: JSONValue = [
            "graceSeconds": 30,
            "artifacts": .array(
                ["model", "report", "in-place"].map { name in
                    [
                        "name": .string(name), "uri": .string("\(store)/\(name)"),
                        "path": .string("\(sandbox.path)/out/\(name)"), "inPlace": .bool(name == "in-place"),
                    ]
                }),
        ]
        let context = sandbox.context(plan: plan)
        async let code = StoreProgram.run(context, until: termination)
        termination.raise()
        #expect(await code == 0, "\(sandbox.log)")
        #expect(sandbox.read("store/run/0/model/w") == "weights")
        #expect(sandbox.names("store/run/0") == ["model", "report"])
        let lines = try sandbox.message()
        #expect(lines.map { $0["artifact"] } == ["model", "report", "in-place"])
        #expect(lines.map { $0["size"] } == [7, 2, 4])
        #expect(lines[1]["uri"]?.stringValue == "\(store)/report")
        let model = try ContentDigest(of: #require(try FileTree(at: sandbox.path + "/store/run/0/model")))
        #expect(lines[0]["digest"]?.stringValue == model.text)
    }

    @Test(arguments: [true, false]) func keepsTheProgramsLog(isMounted: Bool) async throws {
        let sandbox = try Sandbox()
        try sandbox.write("{}", to: "out/report")
        let uri = "file://\(sandbox.path)/store/t/0/1/t-x.log"
        var log: JSONValue = ["uri": .string(uri)]
        if isMounted { log["path"] = .string("\(sandbox.path)/mounted/t-x.log") }
        let plan: JSONValue = [
            "log": log,
            "artifacts": [
                [
                    "name": "report", "uri": .string("file://\(sandbox.path)/store/report"),
                    "path": .string("\(sandbox.path)/out/report"),
                ]
            ],
        ]
        let code = await StoreProgram.run(sandbox.context(plan: plan), until: Self.ended()) { receive in
            for line in ["epoch=1", "", "ende é"] { try await receive(Array(line.utf8)) }
        }
        #expect(code == 0, "\(sandbox.log)")
        #expect(sandbox.read(isMounted ? "mounted/t-x.log" : "store/t/0/1/t-x.log") == "epoch=1\n\nende é\n")
        let lines = try sandbox.message()
        #expect(lines.map { $0["log"]?.stringValue } == [uri, nil])
        #expect(lines.map { $0["size"] } == [17, 2])
    }

    @Test func aLogThatCannotBeReadFailsNothing() async throws {
        let sandbox = try Sandbox()
        let plan: JSONValue = ["log": ["uri": .string("file://\(sandbox.path)/store/x.log")], "graceSeconds": 4]
        let code = await StoreProgram.run(sandbox.context(plan: plan), until: Self.ended()) { _ in
            throw ArtifactFailure(.denied, "pods \"x\" is forbidden")
        }
        #expect(code == 0)
        let line = try #require(try sandbox.message().first)
        #expect(line["error"]?.stringValue?.contains("is forbidden") == true, "\(line)")
        #expect(line["size"] == nil)
    }

    @Test func saysWhichArtifactIsMissingAndKeepsTheOthers() async throws {
        let sandbox = try Sandbox()
        try sandbox.write("{}", to: "out/report")
        try FileManager.default.createDirectory(atPath: sandbox.path + "/out/empty", withIntermediateDirectories: true)
        let plan: JSONValue = [
            "graceSeconds": 30,
            "artifacts": .array(
                ["model", "empty", "report"].map { name in
                    [
                        "name": .string(name), "uri": .string("file://\(sandbox.path)/store/\(name)"),
                        "path": .string("\(sandbox.path)/out/\(name)"),
                    ]
                }),
        ]
        #expect(await StoreProgram.run(sandbox.context(plan: plan), until: Self.ended()) == 1)
        let lines = try sandbox.message()
        #expect(lines.map { $0["reason"] } == ["ArtifactMissing", "ArtifactMissing", nil])
        #expect(
            lines[0]["error"]?.stringValue
                == "artifact model is missing: the program did not write \(sandbox.path)/out/model")
        #expect(lines[1]["error"]?.stringValue?.hasPrefix("artifact empty is empty") == true)
        #expect(lines[2]["digest"] != nil)
    }

    @Test func aStoreThatStaysUnreachableIsGivenUpWithinTheGrace() async throws {
        let sandbox = try Sandbox()
        let path = try sandbox.write("weights", to: "out/model")
        try sandbox.write("", to: "store")
        let plan: JSONValue = [
            "graceSeconds": 16,
            "artifacts": [
                ["name": "model", "uri": .string("file://\(sandbox.path)/store/model"), "path": .string(path)]
            ],
        ]
        let begin = ContinuousClock.now
        #expect(await StoreProgram.run(sandbox.context(plan: plan), until: Self.ended()) == 1)
        #expect(ContinuousClock.now - begin < .seconds(16))
        let line = try #require(try sandbox.message().first)
        #expect(line["reason"] == "ArtifactStoreFailed")
        #expect(line["error"]?.stringValue?.contains("attempts") == true, "\(line)")
    }

    @Test func sigtermIsWhatItWaitsFor() async throws {
        let sandbox = try Sandbox()
        let path = try sandbox.write("weights", to: "out/model")
        let plan: JSONValue = [
            "graceSeconds": 30,
            "artifacts": [["name": "model", "uri": "pvc://c/model", "path": .string(path), "inPlace": true]],
        ]
        let process = try StoreProcess.start(sandbox.context(plan: plan).environment)
        _ = try await Sandbox.eventually("a handler of SIGTERM") { StoreProcess.listens(process) ? true : nil }
        #expect(sandbox.read("message") == nil)
        kill(process.processIdentifier, SIGTERM)
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        #expect(try sandbox.message().first?["size"] == 7)
    }

    @Test func aPlanThatIsNoneEndsOnlyWithThePod() async throws {
        let sandbox = try Sandbox()
        let termination = TerminationSignal()
        async let code = StoreProgram.run(sandbox.context(plan: ["grace": 1]), until: termination)
        _ = try await Sandbox.eventually("the message") { try? sandbox.message().first }
        termination.raise()
        #expect(await code == 64)
    }
}
