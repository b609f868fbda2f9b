import Foundation
import KubernetesCore
import Testing

@testable import FairleadArtifacts

/// Checkpoints on a mounted path: saved while the program runs, never torn.
@Suite(.enabled(if: Sandbox.hasRclone, "rclone: scripts/setup.sh test installs it"))
struct CheckpointTests {
    private static func plan(_ sandbox: Sandbox, every: Double = 1, keep: Int = 2) -> JSONValue {
        [
            "graceSeconds": 30,
            "checkpoint": [
                "uri": .string("file://\(sandbox.path)/store"), "path": .string(sandbox.path + "/checkpoint"),
                "every": .double(every), "keep": .integer(Int64(keep)),
            ],
        ]
    }

    private static func store(_ sandbox: Sandbox, _ variables: [String: String] = [:]) -> CheckpointStore {
        let context = sandbox.context(plan: [:], variables)
        return CheckpointStore(
            place: .location(sandbox.path + "/store"), uri: "file://store", rclone: context.rclone(stallSeconds: nil),
            attempts: Attempts(limit: 1, say: context.say))
    }

    private static func whole(_ sandbox: Sandbox) -> [Generation] {
        Generation.all(in: sandbox.names("store")).whole
    }

    @Test func savesWhileMainRunsAndALastTime() async throws {
        let sandbox = try Sandbox()
        let termination = TerminationSignal()
        async let code = StoreProgram.run(sandbox.context(plan: Self.plan(sandbox)), until: termination)
        for step in 1...3 {
            try sandbox.write("step \(step)", to: "checkpoint/state")
            _ = try await Sandbox.eventually("generation \(step)") {
                Self.whole(sandbox).last?.number == step ? true : nil
            }
        }
        try sandbox.write("step 4", to: "checkpoint/state")
        termination.raise()
        #expect(await code == 0)
        // What is the same as before is not saved again, and two generations are kept.
        #expect(Self.whole(sandbox).map(\.number) == [3, 4])
        #expect(sandbox.names("store").count == 4)
        let plan: JSONValue = [
            "checkpoint": [
                "uri": .string("file://\(sandbox.path)/store"), "path": .string(sandbox.path + "/next"),
            ]
        ]
        #expect(await FetchProgram.run(sandbox.context(plan: plan)) == 0, "\(sandbox.log)")
        #expect(sandbox.read("next/state") == "step 4")
        #expect(try sandbox.message().first?["checkpoint"]?.stringValue == Self.whole(sandbox).last?.name)
    }

    @Test func nothingToRestoreIsNoFailure() async throws {
        let sandbox = try Sandbox()
        let plan: JSONValue = [
            "checkpoint": ["uri": .string("file://\(sandbox.path)/none"), "path": .string(sandbox.path + "/next")]
        ]
        #expect(await FetchProgram.run(sandbox.context(plan: plan)) == 0)
        #expect(try sandbox.message().first?["checkpoint"] == .null)
        #expect(sandbox.names("next").isEmpty)
    }

    /// The sidecar is killed while it copies: what it leaves has no marker, and the generation before it counts.
    @Test func aKilledSaveIsNotRestored() async throws {
        let sandbox = try Sandbox()
        try sandbox.write("good", to: "checkpoint/state")
        _ = try await Self.store(sandbox).save(sandbox.path + "/checkpoint", keep: 2, known: nil, until: nil)
        for number in 0..<20 {
            try sandbox.write(String(repeating: "x", count: 200_000), to: "checkpoint/part\(number)")
        }
        let process = try StoreProcess.start(
            sandbox.context(plan: Self.plan(sandbox), ["RCLONE_BWLIMIT": "1M"]).environment)
        let torn = try await Sandbox.eventually("a part of the second generation") {
            sandbox.names("store").first { $0.hasPrefix("000000000002-") && !sandbox.names("store/\($0)").isEmpty }
        }
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
        #expect(Self.whole(sandbox).map(\.number) == [1])
        let restored = try await Self.store(sandbox).restore(to: sandbox.path + "/next")
        #expect(restored?.generation.number == 1)
        #expect(sandbox.names("next") == ["state"])
        // The next attempt's generations come after it, and clear it away once they are whole.
        for step in 1...2 {
            try sandbox.write("step \(step)", to: "next/state")
            _ = try await Self.store(sandbox).save(sandbox.path + "/next", keep: 2, known: nil, until: nil)
        }
        #expect(Self.whole(sandbox).map(\.number) == [3, 4])
        #expect(!sandbox.names("store").contains(torn))
    }

    @Test func aMarkerWhoseContentIsTornIsPassedOver() async throws {
        let sandbox = try Sandbox()
        for step in 1...2 {
            try sandbox.write("step \(step)", to: "checkpoint/state")
            try sandbox.write("weights \(step)", to: "checkpoint/weights")
            _ = try await Self.store(sandbox).save(sandbox.path + "/checkpoint", keep: 2, known: nil, until: nil)
        }
        let newest = try #require(Self.whole(sandbox).last)
        try FileManager.default.removeItem(atPath: "\(sandbox.path)/store/\(newest.name)/weights")
        let restored = try await Self.store(sandbox).restore(to: sandbox.path + "/next")
        #expect(restored?.generation.number == 1)
        #expect(sandbox.read("next/state") == "step 1")
        #expect(sandbox.read("next/weights") == "weights 1")
    }

    @Test func aFolderThatChangesUnderTheCopyIsNotSaved() async throws {
        let sandbox = try Sandbox()
        for number in 0..<10 { try sandbox.write(String(repeating: "x", count: 200_000), to: "checkpoint/\(number)") }
        let store = Self.store(sandbox, ["RCLONE_BWLIMIT": "1M"])
        async let changing = Self.isChanging(store, sandbox.path + "/checkpoint")
        _ = try await Sandbox.eventually("the copy goes on") {
            sandbox.names("store").first.flatMap { sandbox.names("store/\($0)").isEmpty ? nil : true }
        }
        try sandbox.write("other", to: "checkpoint/9")
        let wasChanging = try await changing
        #expect(wasChanging)
        #expect(sandbox.names("store").isEmpty)
    }

    private static func isChanging(_ store: CheckpointStore, _ folder: String) async throws -> Bool {
        do {
            _ = try await store.save(folder, keep: 2, known: nil, until: nil)
            return false
        } catch is CheckpointStore.Changing {
            return true
        }
    }
}
