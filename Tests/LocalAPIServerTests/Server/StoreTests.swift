import KubernetesCore
import Synchronization
import Testing

@testable import LocalAPIServer

/// What happens where something else is slow or fails.
struct StoreTests {
    private func draft(_ name: String, label: String) -> ObjectDraft {
        ObjectDraft(
            ["metadata": ["name": .string(name), "uid": "u", "labels": ["l": .string(label)]]], fieldPaths: [:])
    }

    /// The file refused a transaction: what it was to hold is undone, what it held stays.
    @Test func aFailedCommitIsUndone() throws {
        var store = ObjectStore()
        let place = ObjectReference(collection: "nodes", key: ObjectKey(namespace: nil, name: "a"))
        let first = try store.put(draft("a", label: "1"), in: "nodes", if: .absent)
        #expect(store.takeRows().count == 1)
        _ = store.publish(through: store.revision)
        let second = try store.put(draft("a", label: "2"), in: "nodes", if: .unchanged(since: first.revision))
        _ = try store.put(draft("b", label: "1"), in: "nodes", if: .absent)
        #expect(store.takeRows().count == 2)
        _ = try store.remove(draft("a", label: "2"), from: "nodes", ifUnchangedSince: second.revision)
        store.rollBack()
        #expect(store.object(place)?.image.attributes.labels == ["l": "1"])
        #expect(store.object(place)?.image.revision == first.revision)
        #expect(store.object(ObjectReference(collection: "nodes", key: ObjectKey(namespace: nil, name: "b"))) == nil)
        #expect(store.collection("nodes").history.changes(after: 1, limit: 10)?.count == 1)
        #expect(store.takeRows().isEmpty)
        let next = try store.put(draft("b", label: "3"), in: "nodes", if: .absent)
        #expect(next.revision > second.revision)
    }

    /// A producer is never more than a few chunks ahead of its client, and stops when the client goes.
    @Test(.timeLimit(.minutes(5))) func aSlowClientHoldsItsProducerUp() async throws {
        let gate = StreamGate()
        let count = Mutex(0)
        let producer = Task {
            while true {
                try await gate.enter()
                count.withLock { $0 += 1 }
            }
        }
        while count.withLock({ $0 }) < 4 { try await Task.sleep(for: .milliseconds(1)) }
        for _ in 0..<100 { await Task.yield() }
        #expect(count.withLock { $0 } == 4)
        gate.leave()
        while count.withLock({ $0 }) < 5 { try await Task.sleep(for: .milliseconds(1)) }
        gate.close()
        await #expect(throws: CancellationError.self) { try await producer.value }
        #expect(count.withLock { $0 } == 5)
    }

    /// Documents are kept, but not beyond the kinds that they describe.
    @Test func documentsFollowTheServedKinds() async throws {
        let server = try await TestServer()
        func paths() async throws -> JSONValue? { try await server.send(.get, "/openapi/v3").body["paths"] }
        let before = try await paths()
        #expect(try await paths() == before)
        #expect(before?["apis/example.com/v1"] == nil)
        let version: JSONValue = [
            "name": "v1", "served": true, "storage": true, "schema": ["openAPIV3Schema": ["type": "object"]],
        ]
        let definition: JSONValue = [
            "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
            "metadata": ["name": "things.example.com"],
            "spec": [
                "group": "example.com", "scope": "Namespaced", "names": ["plural": "things", "kind": "Thing"],
                "versions": [version],
            ],
        ]
        let made = try await server.send(
            .post, "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", definition)
        #expect(made.status == 201)
        #expect(try await paths()?["apis/example.com/v1"] != nil)
        #expect(try await server.send(.get, "/openapi/v3/apis/example.com/v1").status == 200)
    }

    /// Server-side apply reads YAML, in which a slash cannot be escaped in double quotes.
    @Test(arguments: [
        (#"{"a":"b\/c"}"#, true), (#"{"a":"b/c\\"}"#, false), (#"{"a":"b\\/c"}"#, false), (#"a: "b\/c""#, true),
        (#"a: 'b\/c'"#, false), (#"a: b\/c"#, false), (#"a: "b\\/c""#, false), ("a: |\n  \"b\\/c\"", false),
        ("x: 1\na: {k: \"é\", l: \"b\n  \\/c\"}", true), ("a: \"b/c\" # \\/", false),
    ])
    func escapedSlashesAreRefused(_ text: String, _ isRefused: Bool) {
        if text.hasPrefix("{") {
            #expect(EscapedSlash.isIn(Array(text.utf8)) == isRefused)
        } else {
            let value = try? YAMLDocument.parse(Array(text.utf8))
            #expect((value == nil) == isRefused, "\(text)")
        }
    }

    @Test func ofSeveralDocumentsTheFirstIsRead() throws {
        #expect(try YAMLDocument.parse(Array("a: 1\n---\na: 2\n".utf8)) == ["a": 1])
    }
}
