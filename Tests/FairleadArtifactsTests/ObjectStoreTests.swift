import Foundation
import KubernetesCore
import Synchronization
import Testing

@testable import FairleadArtifacts

/// Fetch and store against an S3 server that is not ours: moto's.
@Suite(
    .serialized,
    .enabled(
        if: Sandbox.hasRclone && ObjectStore.isInstalled,
        "rclone, and moto in .fairlead/tools: scripts/setup.sh test installs them"))
struct ObjectStoreTests {
    private static func artifact(_ name: String, _ uri: String, in sandbox: Sandbox) -> JSONValue {
        ["name": .string(name), "uri": .string(uri), "path": .string("\(sandbox.path)/out/\(name)")]
    }

    private static func store(
        _ sandbox: Sandbox, _ store: ObjectStore, _ artifacts: [JSONValue], grace: Double = 30,
        _ variables: [String: String] = [:]
    ) async -> Int32 {
        let termination = TerminationSignal()
        termination.raise()
        let plan: JSONValue = [
            "remotes": [["prefix": "s3://bucket/", "remote": "R0"], ["prefix": "s3://none/", "remote": "R0"]],
            "artifacts": .array(artifacts), "graceSeconds": .double(grace),
        ]
        let context = sandbox.context(plan: plan, store.variables.merging(variables) { $1 })
        return await StoreProgram.run(context, until: termination)
    }

    private static func fetch(
        _ sandbox: Sandbox, _ store: ObjectStore, _ uri: String, digest: String? = nil,
        _ variables: [String: String] = [:]
    ) async -> Int32 {
        var input: JSONValue = ["name": "model", "uri": .string(uri), "path": .string(sandbox.path + "/in/model")]
        input["digest"] = digest.map { .string($0) }
        let plan: JSONValue = [
            "remotes": [["prefix": "s3://bucket/", "remote": "R0"], ["prefix": "s3://none/", "remote": "R0"]],
            "inputs": [input], "attempts": 1,
        ]
        return await FetchProgram.run(sandbox.context(plan: plan, store.variables.merging(variables) { $1 }))
    }

    @Test func aModelGoesThereAndBack() async throws {
        let sandbox = try Sandbox()
        try await ObjectStore.run { store in
            // More than one part of a multipart upload.
            try sandbox.write(String(repeating: "weights ", count: 1_500_000), to: "out/model/deep/weights")
            try sandbox.write("{}", to: "out/model/config.json")
            try sandbox.write("0.93", to: "out/auc")
            let uri = "s3://bucket/runs/u1/train/0/1"
            let code = await Self.store(
                sandbox, store,
                [
                    Self.artifact("model", uri + "/model", in: sandbox),
                    Self.artifact("auc", uri + "/auc", in: sandbox),
                ], ["RCLONE_CONFIG_R0_ACL": "public-read"])
            #expect(code == 0, "\(sandbox.log)")
            let stored = try sandbox.message()
            #expect(stored.map { $0["size"] } == [12_000_002, 4])
            let digest = try #require(stored[0]["digest"]?.stringValue)
            #expect(await Self.fetch(sandbox, store, uri + "/model", digest: digest) == 0, "\(sandbox.log)")
            let fetched = try #require(try sandbox.message().first)
            #expect(fetched["digest"]?.stringValue == digest)
            #expect(fetched["size"] == 12_000_002)
            #expect(sandbox.read("in/model/config.json") == "{}")
            let other = try Sandbox()
            #expect(await Self.fetch(other, store, uri + "/auc") == 0, "\(other.log)")
            #expect(other.read("in/model") == "0.93")
            #expect(await Self.fetch(other, store, uri + "/auc", digest: "sha256:0") == 65)
            // What has an address of its own is downloaded as it is.
            let page = store.address + "/bucket/runs/u1/train/0/1/auc?signature=secret"
            #expect(await Self.fetch(other, store, page) == 0, "\(other.log)")
            #expect(other.read("in/model") == "0.93")
            #expect(await Self.fetch(other, store, store.address + "/bucket/none?signature=secret") == 66)
            let said = other.log.joined() + (try String(contentsOfFile: other.path + "/message", encoding: .utf8))
            #expect(!said.contains("signature"), "\(said)")
        }
    }

    @Test func whatIsNotThereIsSaid() async throws {
        let sandbox = try Sandbox()
        try sandbox.write("0.93", to: "out/auc")
        try await ObjectStore.run { store in
            for uri in ["s3://bucket/nothing", "s3://none/nothing"] {
                #expect(await Self.fetch(sandbox, store, uri) == 66, "\(sandbox.log)")
                let line = try #require(try sandbox.message().last)
                #expect(line["error"]?.stringValue?.contains("input model: \(uri)") == true, "\(line)")
            }
            // A bucket that is not there is not made: its name is a mistake.
            #expect(await Self.store(sandbox, store, [Self.artifact("auc", "s3://none/auc", in: sandbox)]) == 1)
            let line = try #require(try sandbox.message().last)
            #expect(line["reason"] == "NotFound")
            #expect(line["error"]?.stringValue?.contains("NoSuchBucket") == true, "\(line)")
        }
    }

    @Test func refusedCredentialsAreSaid() async throws {
        let sandbox = try Sandbox()
        try sandbox.write("0.93", to: "out/auc")
        try await ObjectStore.run { store in
            #expect(await Self.store(sandbox, store, [Self.artifact("auc", "s3://bucket/auc", in: sandbox)]) == 0)
            try await store.allow(requests: 0)
            #expect(await Self.fetch(sandbox, store, "s3://bucket/auc") == 77, "\(sandbox.log)")
            #expect(try sandbox.message().last?["reason"] == "Denied")
            #expect(await Self.store(sandbox, store, [Self.artifact("auc", "s3://bucket/auc", in: sandbox)]) == 1)
            let line = try #require(try sandbox.message().last)
            #expect(line["reason"] == "Denied")
            let error = line["error"]?.stringValue ?? ""
            #expect(error.contains("artifact auc: s3://bucket/auc") && !error.contains(store.secret), "\(error)")
        }
    }

    @Test func aStoreThatRefusesHalfWayStoresNothingWhole() async throws {
        let sandbox = try Sandbox()
        for number in 0..<30 { try sandbox.write("\(number)", to: "out/model/\(number)") }
        try await ObjectStore.run { store in
            try await store.allow(requests: 20)
            #expect(await Self.store(sandbox, store, [Self.artifact("model", "s3://bucket/m", in: sandbox)]) == 1)
            let lines = try sandbox.message()
            #expect(lines.count == 1)
            #expect(lines.first?["digest"] == nil)
            #expect(lines.first?["reason"] == "Denied", "\(lines)")
            try await store.allow(requests: 100_000)
            let there = try await store.rclone("lsf", "R0:bucket/m").split(separator: "\n").count
            #expect((1..<30).contains(there), "\(there)")
            // The next attempt finishes it.
            #expect(await Self.store(sandbox, store, [Self.artifact("model", "s3://bucket/m", in: sandbox)]) == 0)
            #expect(try await store.rclone("lsf", "R0:bucket/m").split(separator: "\n").count == 30)
        }
    }

    @Test func aServerThatIsNotThereIsTriedAgainAndNamed() async throws {
        let sandbox = try Sandbox()
        try sandbox.write("0.93", to: "out/auc")
        let nowhere = ["RCLONE_CONFIG_R0_ENDPOINT": "http://127.0.0.1:1"]
        try await ObjectStore.run { store in
            #expect(
                await Self.store(
                    sandbox, store, [Self.artifact("auc", "s3://bucket/auc", in: sandbox)], grace: 8, nowhere) == 1)
            let line = try #require(try sandbox.message().last)
            #expect(line["reason"] == "ArtifactStoreFailed")
            #expect(line["error"]?.stringValue?.contains("connection refused") == true, "\(line)")
            #expect(sandbox.log.contains { $0.contains("trying again") })
            #expect(await Self.fetch(sandbox, store, "s3://bucket/auc", nowhere) == 75)
        }
    }

    @Test func checkpointsLiveInABucketToo() async throws {
        let sandbox = try Sandbox()
        try await ObjectStore.run { store in
            let context = sandbox.context(plan: [:], store.variables)
            let checkpoints = CheckpointStore(
                place: .location("R0:bucket/checkpoints/x"), uri: "s3://bucket/checkpoints/x",
                rclone: context.rclone(stallSeconds: nil), attempts: Attempts(limit: 1, say: context.say))
            #expect(try await checkpoints.restore(to: sandbox.path + "/next") == nil)
            for step in 1...3 {
                try sandbox.write("step \(step)", to: "checkpoint/state")
                _ = try await checkpoints.save(sandbox.path + "/checkpoint", keep: 2, known: nil, until: nil)
            }
            let names = try await store.rclone("lsf", "R0:bucket/checkpoints/x").split(separator: "\n").map(String.init)
            #expect(Generation.all(in: names).whole.map(\.number) == [2, 3])
            #expect(Generation.all(in: names).all.map(\.number) == [2, 3])
            #expect(try await checkpoints.restore(to: sandbox.path + "/next")?.generation.number == 3)
            #expect(sandbox.read("next/state") == "step 3")
        }
    }
}
