import KubernetesClient
import KubernetesCore
import Synchronization

/// Objects by path, with versions, conditional merge patches, lists, and watches that go on until they are ended.
final class MiniServer: Transport {
    /// What the server makes of a watch that is to begin with the initial state.
    enum Streaming: Sendable, CaseIterable {
        /// It does so.
        case offered
        /// It says that it can not.
        case refused
        /// It watches from now on, and never says that the initial state is complete.
        case ignored
    }

    private struct Event {
        var version: Int
        var path: String
        var line: [UInt8]
    }

    private struct Watcher {
        var collection: String
        var continuation: AsyncThrowingStream<[UInt8], any Error>.Continuation
    }

    private struct State {
        var version = 100
        var compacted = 0
        var objects: [String: JSONValue] = [:]
        var log: [Event] = []
        var watchers: [Int: Watcher] = [:]
        var nextWatcher = 0
        var requests: [APIRequest] = []
    }

    private let state = Mutex(State())
    private let streaming: Streaming

    init(_ streaming: Streaming = .offered) { self.streaming = streaming }

    /// All requests so far.
    var requests: [APIRequest] { state.withLock { $0.requests } }

    /// How many watches are open.
    var watcherCount: Int { state.withLock { $0.watchers.count } }

    /// The objects whose path begins so, by path.
    func objects(under path: String) -> [String: JSONValue] {
        state.withLock { $0.objects.filter { Self.isIn($0.key, path) } }
    }

    /// Puts an object there.
    func put(_ path: String, _ object: JSONValue) {
        state.withLock { _ = Self.store(&$0, path, object) }
    }

    /// Puts a thing there.
    func put(_ thing: TestObject) {
        put(
            TestObject.type.path(of: thing.key),
            [
                "metadata": [
                    "name": .string(thing.metadata.name), "namespace": .string(thing.metadata.namespace ?? ""),
                    "uid": .string(thing.metadata.uid),
                ],
                "value": .integer(Int64(thing.value)),
            ])
    }

    /// Takes an object away.
    func remove(_ path: String) {
        state.withLock { state in
            guard var object = state.objects.removeValue(forKey: path) else { return }
            state.version += 1
            object[path: ["metadata", "resourceVersion"]] = .string("\(state.version)")
            Self.tell(&state, path, "DELETED", object)
        }
    }

    /// Forgets history, so that watches from before are answered with 410.
    func compact() {
        state.withLock { state in
            state.version += 1
            state.compacted = state.version
            state.log = []
        }
    }

    /// Ends all watches: as it should be, or with an error.
    func endWatches(throwing error: (any Error)? = nil) {
        let watchers = state.withLock { state in
            defer { state.watchers = [:] }
            return Array(state.watchers.values)
        }
        for watcher in watchers { watcher.continuation.finish(throwing: error) }
    }

    func send(_ request: APIRequest) async throws -> APIResponse {
        try Task.checkCancellation()
        return state.withLock { state in
            state.requests.append(request)
            return Self.answer(&state, request)
        }
    }

    func stream<Result: Sendable>(
        _ request: APIRequest,
        _ body: @Sendable (StreamHead, inout any ByteChunks) async throws -> Result
    ) async throws -> Result {
        let (stream, continuation) = AsyncThrowingStream<[UInt8], any Error>.makeStream()
        let (status, id) = state.withLock { state -> (Int, Int) in
            state.requests.append(request)
            var from = request.query("resourceVersion").flatMap { Int($0) } ?? 0
            if request.query("sendInitialEvents") == "true" {
                guard streaming != .refused else {
                    continuation.yield(JSONWriter.bytes(Self.status(422, "Invalid")))
                    continuation.finish()
                    return (422, -1)
                }
                if streaming == .offered {
                    for line in Self.initialState(state, request.path) { continuation.yield(line) }
                }
                from = state.version
            }
            if from < state.compacted {
                continuation.yield(JSONWriter.bytes(Self.status(410, "Expired")))
                continuation.finish()
                return (410, -1)
            }
            for event in state.log where event.version > from && Self.isIn(event.path, request.path) {
                continuation.yield(event.line)
            }
            state.nextWatcher += 1
            state.watchers[state.nextWatcher] = Watcher(collection: request.path, continuation: continuation)
            return (200, state.nextWatcher)
        }
        defer { state.withLock { _ = $0.watchers.removeValue(forKey: id) } }
        var chunks: any ByteChunks = Chunks(iterator: stream.makeAsyncIterator())
        return try await body(StreamHead(status: status), &chunks)
    }

    private struct Chunks: ByteChunks {
        var iterator: AsyncThrowingStream<[UInt8], any Error>.Iterator

        mutating func next() async throws -> [UInt8]? {
            let chunk = try await iterator.next(isolation: #isolation)
            try Task.checkCancellation()
            return chunk
        }
    }

    /// Whether a path is in a collection, of one namespace or of all.
    private static func isIn(_ path: String, _ collection: String) -> Bool {
        if path.hasPrefix(collection + "/") { return true }
        let parts = path.split(separator: "/")
        guard let index = parts.firstIndex(of: "namespaces"), parts.count > index + 3 else { return false }
        return "/" + (parts[..<index] + parts[(index + 2)...].dropLast()).joined(separator: "/") == collection
    }

    /// All objects of a collection, and the bookmark that says so.
    private static func initialState(_ state: State, _ collection: String) -> [[UInt8]] {
        let objects = state.objects.filter { isIn($0.key, collection) }.map { $0.value }
        let end: JSONValue = [
            "metadata": [
                "resourceVersion": .string("\(state.version)"), "annotations": ["k8s.io/initial-events-end": "true"],
            ]
        ]
        let events: [JSONValue] =
            objects.map { ["type": "ADDED", "object": $0] } + [["type": "BOOKMARK", "object": end]]
        return events.map { JSONWriter.bytes($0) + [0x0A] }
    }

    private static func status(_ code: Int, _ reason: String) -> JSONValue {
        [
            "kind": "Status", "status": "Failure", "reason": .string(reason), "message": .string(reason),
            "code": .integer(Int64(code)),
        ]
    }

    private static func refuse(_ code: Int, _ reason: String) -> APIResponse {
        APIResponse(status: code, body: JSONWriter.bytes(status(code, reason)))
    }

    private static func store(_ state: inout State, _ path: String, _ object: JSONValue) -> JSONValue {
        state.version += 1
        var object = object
        object[path: ["metadata", "resourceVersion"]] = .string("\(state.version)")
        let isNew = state.objects.updateValue(object, forKey: path) == nil
        tell(&state, path, isNew ? "ADDED" : "MODIFIED", object)
        return object
    }

    private static func tell(_ state: inout State, _ path: String, _ type: String, _ object: JSONValue) {
        let line = JSONWriter.bytes(["type": .string(type), "object": object]) + [0x0A]
        state.log.append(Event(version: state.version, path: path, line: line))
        for watcher in state.watchers.values where isIn(path, watcher.collection) { watcher.continuation.yield(line) }
    }

    private static func answer(_ state: inout State, _ request: APIRequest) -> APIResponse {
        let body = request.body.flatMap { try? JSONParser.parse($0) } ?? .null
        switch request.method {
        case .get:
            if let object = state.objects[request.path] {
                return APIResponse(status: 200, body: JSONWriter.bytes(object))
            }
            let parts = request.path.split(separator: "/")
            guard parts.last == "things" else { return refuse(404, "NotFound") }
            let items = state.objects.filter { isIn($0.key, request.path) }.sorted { $0.key < $1.key }.map(\.value)
            let list: JSONValue = [
                "metadata": ["resourceVersion": .string("\(state.version)")], "items": .array(items),
            ]
            return APIResponse(status: 200, body: JSONWriter.bytes(list))
        case .post:
            let path = request.path + "/" + (body["metadata"]?["name"]?.stringValue ?? "")
            if state.objects[path] != nil { return refuse(409, "AlreadyExists") }
            return APIResponse(status: 201, body: JSONWriter.bytes(store(&state, path, body)))
        case .patch:
            guard let old = state.objects[request.path] else { return refuse(404, "NotFound") }
            let expected = body["metadata"]?["resourceVersion"]
            if let expected, expected != old["metadata"]?["resourceVersion"] { return refuse(409, "Conflict") }
            let new = store(&state, request.path, MergePatch.apply(body, to: old))
            return APIResponse(status: 200, body: JSONWriter.bytes(new))
        case .put, .delete: return refuse(405, "MethodNotAllowed")
        }
    }
}
