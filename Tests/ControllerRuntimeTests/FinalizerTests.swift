import ControllerRuntime
import KubernetesClient
import KubernetesCore
import PropertyTesting
import Synchronization
import Testing

@Suite struct FinalizerTests {
    private static let mine = "example.dev/bucket"

    /// One object on a server that knows JSON patches, as RFC 6902 has them.
    private final class OneObject: Transport {
        private let object: Mutex<JSONValue?>

        init(_ object: JSONValue?) { self.object = Mutex(object) }

        var metadata: JSONValue? { object.withLock { $0?["metadata"] } }

        func change(_ body: (inout JSONValue?) -> Void) { object.withLock { body(&$0) } }

        func send(_ request: APIRequest) async throws -> APIResponse {
            object.withLock { object in
                guard let old = object else { return Self.refusal(404, "NotFound") }
                guard request.headers["Content-Type"] == PatchType.json.rawValue,
                    let patch = try? JSONParser.parse(request.body ?? []),
                    let new = try? JSONPatch.apply(patch, to: old)
                else { return Self.refusal(422, "Invalid") }
                // An API server keeps no empty list, and lets go of what nothing holds.
                let isEmpty = new["metadata"]?["finalizers"] == .array([])
                object = isEmpty && new["metadata"]?["deletionTimestamp"] != nil ? nil : new
                return APIResponse(status: 200, body: JSONWriter.bytes(new))
            }
        }

        func stream<Result: Sendable>(
            _ request: APIRequest,
            _ body: @Sendable (StreamHead, inout any ByteChunks) async throws -> Result
        ) async throws -> Result { throw TransportError(.other, "no streams") }

        private static func refusal(_ code: Int, _ reason: String) -> APIResponse {
            APIResponse(
                status: code,
                body: JSONWriter.bytes(["kind": "Status", "message": .string(reason), "reason": .string(reason)]))
        }
    }

    private func object(_ finalizers: [String]?, deleting: Bool = false, uid: String = "u1") -> JSONValue {
        var metadata: JSONValue = ["name": "a", "namespace": "ns", "uid": .string(uid)]
        if let finalizers { metadata["finalizers"] = .array(finalizers.map(JSONValue.string)) }
        if deleting { metadata["deletionTimestamp"] = "2026-01-01T00:00:00Z" }
        return ["metadata": metadata, "value": 1]
    }

    private func decoded(_ object: JSONValue) throws -> TestObject {
        try KubernetesJSON.decode(TestObject.self, from: object)
    }

    private func finalizers(_ server: OneObject) -> [String]? {
        guard case .array(let values)? = server.metadata?["finalizers"] else { return nil }
        return values.compactMap(\.stringValue)
    }

    private struct CleanUpFailed: Error {}

    @Test func theEntryComesFirstAndGoesLast() async throws {
        let server = OneObject(object(nil))
        let finalizer = Finalizer<TestObject>(Self.mine, client: Client(transport: server))
        let steps = Record<String>()
        func step(_ object: JSONValue, failing: Bool = false) async throws -> Requeue {
            try await finalizer.reconcile(try decoded(object)) { _ in
                steps.append("apply")
                return .after(.seconds(60))
            } cleanUp: { _ in
                steps.append("clean up")
                if failing { throw CleanUpFailed() }
            }
        }
        #expect(try await step(object(nil)) == .onChange)
        #expect(finalizers(server) == [Self.mine])
        #expect(steps.count == 0)
        #expect(try await step(object([Self.mine])) == .after(.seconds(60)))
        // Deleted while nothing was ever applied, or while cleaning up fails: it stays.
        server.change { $0 = self.object(["other", Self.mine], deleting: true) }
        await #expect(throws: CleanUpFailed.self) {
            try await step(object(["other", Self.mine], deleting: true), failing: true)
        }
        #expect(finalizers(server) == ["other", Self.mine])
        _ = try await step(object(["other", Self.mine], deleting: true))
        #expect(finalizers(server) == ["other"])
        #expect(try await step(object(["other"], deleting: true)) == .onChange)
        #expect(steps.all == ["apply", "clean up", "clean up"])
    }

    @Test func aStaleViewTouchesNothing() async throws {
        let finalizer = { (server: OneObject) in Finalizer<TestObject>(Self.mine, client: Client(transport: server)) }
        // The entry moved since it was read: what is at its old place stays.
        let moved = OneObject(object(["first", Self.mine], deleting: true))
        await #expect(throws: APIError.self) {
            try await finalizer(moved).reconcile(try decoded(object([Self.mine], deleting: true))) { _ in
                .onChange
            } cleanUp: { _ in
            }
        }
        #expect(finalizers(moved) == ["first", Self.mine])
        // Another one came in between.
        let grown = OneObject(object(["other"]))
        await #expect(throws: APIError.self) {
            try await finalizer(grown).reconcile(try decoded(object(nil))) { _ in
                .onChange
            } cleanUp: { _ in
            }
        }
        #expect(finalizers(grown) == ["other"])
        // A namesake is another object.
        let anew = OneObject(object(nil, uid: "u2"))
        await #expect(throws: APIError.self) {
            try await finalizer(anew).reconcile(try decoded(object(nil))) { _ in
                .onChange
            } cleanUp: { _ in
            }
        }
        #expect(finalizers(anew) == nil)
        // What is gone needs nothing.
        let gone = OneObject(nil)
        _ = try await finalizer(gone).reconcile(try decoded(object(nil))) { _ in
            .onChange
        } cleanUp: { _ in
        }
    }

    /// Others add and remove entries all the time; whatever is read when, only our own entry is ever touched.
    @Test(arguments: 0..<20 as Range<UInt64>)
    func entriesOfOthersAreNeverTouched(seed: UInt64) async throws {
        var random = SeededGenerator(seed: seed)
        let server = OneObject(object(nil))
        let finalizer = Finalizer<TestObject>(Self.mine, client: Client(transport: server))
        var view = object(nil)
        for _ in 0..<200 {
            if random.chance(0.3) { view = object(finalizers(server), deleting: random.chance(0.5)) }
            if random.chance(0.5) {
                var entries = finalizers(server) ?? []
                let other = "o\(Int.random(in: 0..<3, using: &random))"
                if let index = entries.firstIndex(of: other) {
                    entries.remove(at: index)
                } else {
                    entries.insert(other, at: 0)
                }
                server.change { $0 = self.object(entries.isEmpty ? nil : entries) }
            }
            let before = finalizers(server)?.filter { $0 != Self.mine } ?? []
            _ = try? await finalizer.reconcile(try decoded(view)) { _ in
                .onChange
            } cleanUp: { _ in
            }
            let after = finalizers(server)?.filter { $0 != Self.mine } ?? []
            #expect(after == before, "seed \(seed)")
        }
    }
}
