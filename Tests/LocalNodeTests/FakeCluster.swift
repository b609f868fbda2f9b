import Foundation
import KubernetesClient
import KubernetesCore
import Synchronization

/// As much of an API server as a node needs, in memory: pods with binding, status and graceful deletion, watch, and
/// plain storage for everything else.
final class FakeCluster: Transport {
    private struct State {
        var objects: [String: JSONValue] = [:]
        var version = 1
        /// By number: the collection's place in paths, and the watch.
        var watchers: [Int: (collection: String, stream: AsyncStream<[UInt8]>.Continuation)] = [:]
        var nextWatcher = 0
        /// Every status that a pod has had, by the pod's name.
        var history: [String: [JSONValue]] = [:]
        var requests: [String] = []
        /// How many of the next requests get no answer.
        var refusals = 0
    }

    private let state = Mutex(State())

    private static let podPath = "/api/v1/namespaces/default/pods/"

    // MARK: What tests do

    /// Makes a pod.
    func createPod(_ name: String, uid: String = UUID().uuidString, spec: JSONValue, node: String? = nil) {
        var spec = spec
        if let node { spec["nodeName"] = .string(node) }
        let pod: JSONValue = [
            "apiVersion": "v1", "kind": "Pod",
            "metadata": [
                "name": .string(name), "namespace": "default", "uid": .string(uid), "labels": ["app": "test"],
                "creationTimestamp": .string(Time(Date()).description),
            ],
            "spec": spec, "status": ["phase": "Pending"],
        ]
        store(Self.podPath + name, pod, "ADDED")
    }

    func put(_ path: String, _ object: JSONValue) { store(path, object, "MODIFIED") }

    /// Makes or changes a Service of the pods' namespace.
    func putService(_ name: String, spec: JSONValue) {
        let path = "/api/v1/namespaces/default/services/\(name)"
        put(path, ["metadata": ["name": .string(name), "namespace": "default"], "spec": spec])
    }

    /// Asks for a pod's deletion, as a user does.
    func deletePod(_ name: String, graceSeconds: Int64) {
        guard var pod = object(Self.podPath + name) else { return }
        pod[path: ["metadata", "deletionTimestamp"]] = .string(Time(Date()).description)
        pod[path: ["metadata", "deletionGracePeriodSeconds"]] = .integer(graceSeconds)
        store(Self.podPath + name, pod, "MODIFIED")
    }

    /// Removes a pod at once, as a forced deletion does.
    func dropPod(_ name: String) { drop(Self.podPath + name) }

    /// Removes an object at once.
    func drop(_ path: String) { if let object = object(path) { store(path, object, "DELETED") } }

    func pod(_ name: String) -> JSONValue? { object(Self.podPath + name) }
    func hasPod(_ name: String) -> Bool { state.withLock { $0.objects.keys.contains(Self.podPath + name) } }
    func object(_ path: String) -> JSONValue? { state.withLock { $0.objects[path] } }
    func history(_ name: String) -> [JSONValue] { state.withLock { $0.history[name] ?? [] } }
    func refuse(_ count: Int) { state.withLock { $0.refusals = count } }
    var events: [JSONValue] {
        state.withLock { state in state.objects.filter { $0.key.contains("/events/") }.map(\.value) }
    }

    // MARK: What the node does

    func send(_ request: APIRequest) async throws -> APIResponse {
        let isRefused = state.withLock { state in
            state.requests.append("\(request.method.rawValue) \(request.path)")
            guard state.refusals > 0 else { return false }
            state.refusals -= 1
            return true
        }
        if isRefused { throw TransportError(.connect, "refused for the test") }
        let body = request.body.flatMap { try? JSONParser.parse($0) } ?? .null
        switch request.method {
        case .get: return get(request)
        case .post: return post(request, body)
        case .patch: return patch(request, body)
        case .delete: return delete(request, body)
        case .put: return Self.failure(405, "MethodNotAllowed")
        }
    }

    func stream<Result: Sendable>(
        _ request: APIRequest, _ body: @Sendable (StreamHead, inout any ByteChunks) async throws -> Result
    ) async throws -> Result {
        let (stream, continuation) = AsyncStream<[UInt8]>.makeStream()
        let from = Int(request.query("resourceVersion") ?? "0") ?? 0
        let number = state.withLock { state in
            state.nextWatcher += 1
            let collection = Self.collection(request.path)
            state.watchers[state.nextWatcher] = (collection, continuation)
            // What changed between the list and the watch must not be lost.
            for (path, object) in state.objects where path.contains(collection) {
                let version = Int(object[path: ["metadata", "resourceVersion"]]?.stringValue ?? "") ?? 0
                if version > from { continuation.yield(Self.line("MODIFIED", object)) }
            }
            return state.nextWatcher
        }
        defer { state.withLock { $0.watchers[number] = nil } }
        var chunks: any ByteChunks = Chunks(iterator: stream.makeAsyncIterator())
        return try await body(StreamHead(status: 200), &chunks)
    }

    private struct Chunks: ByteChunks {
        var iterator: AsyncStream<[UInt8]>.Iterator
        mutating func next() async throws -> [UInt8]? { await iterator.next(isolation: #isolation) }
    }

    private func get(_ request: APIRequest) -> APIResponse {
        let collections = [
            "/api/v1/pods", "/api/v1/services", "/api/v1/nodes", "/api/v1/persistentvolumeclaims",
            "/apis/discovery.k8s.io/v1/endpointslices",
        ]
        if collections.contains(request.path) {
            let collection = Self.collection(request.path)
            return state.withLock { state in
                let items = state.objects.filter { $0.key.contains(collection) }.map(\.value)
                return Self.answer([
                    "metadata": ["resourceVersion": .string(String(state.version))], "items": .array(items),
                ])
            }
        }
        guard let object = object(request.path) else { return Self.failure(404, "NotFound") }
        return Self.answer(object)
    }

    private func post(_ request: APIRequest, _ body: JSONValue) -> APIResponse {
        if request.path.hasSuffix("/binding") {
            let path = String(request.path.dropLast("/binding".count))
            guard var pod = object(path) else { return Self.failure(404, "NotFound") }
            guard pod[path: ["spec", "nodeName"]] == nil else { return Self.failure(409, "Conflict") }
            pod[path: ["spec", "nodeName"]] = body[path: ["target", "name"]]
            store(path, pod, "MODIFIED")
            return Self.answer(["kind": "Status", "status": "Success"])
        }
        let name = body[path: ["metadata", "name"]]?.stringValue ?? ""
        put("\(request.path)/\(name)", body)
        return Self.answer(body)
    }

    private func patch(_ request: APIRequest, _ body: JSONValue) -> APIResponse {
        let isStatus = request.path.hasSuffix("/status")
        let path = isStatus ? String(request.path.dropLast("/status".count)) : request.path
        guard let object = object(path) else { return Self.failure(404, "NotFound") }
        let uid = body[path: ["metadata", "uid"]]
        if let uid, uid != object[path: ["metadata", "uid"]] { return Self.failure(409, "Conflict") }
        let changed = MergePatch.apply(body, to: object)
        if path.hasPrefix(Self.podPath) {
            let name = object[path: ["metadata", "name"]]?.stringValue ?? ""
            state.withLock { $0.history[name, default: []].append(changed["status"] ?? .null) }
            store(path, changed, "MODIFIED")
        } else {
            put(path, changed)
        }
        return Self.answer(changed)
    }

    private func delete(_ request: APIRequest, _ body: JSONValue) -> APIResponse {
        guard let object = object(request.path) else { return Self.failure(404, "NotFound") }
        let uid = body[path: ["preconditions", "uid"]]
        if let uid, uid != object[path: ["metadata", "uid"]] { return Self.failure(409, "Conflict") }
        if request.path.hasPrefix(Self.podPath), body["gracePeriodSeconds"] != 0 {
            let grace = object[path: ["spec", "terminationGracePeriodSeconds"]]?.integerValue ?? 30
            deletePod(object[path: ["metadata", "name"]]?.stringValue ?? "", graceSeconds: grace)
        } else {
            store(request.path, object, "DELETED")
        }
        return Self.answer(object)
    }

    private func store(_ path: String, _ object: JSONValue, _ type: String) {
        state.withLock { state in
            state.version += 1
            var object = object
            object[path: ["metadata", "resourceVersion"]] = .string(String(state.version))
            if type == "DELETED" {
                state.objects.removeValue(forKey: path)
            } else {
                state.objects[path] = object
            }
            for (collection, stream) in state.watchers.values where path.contains(collection) {
                stream.yield(Self.line(type, object))
            }
        }
    }

    /// The collection as it stands in the paths of its objects: `/pods/`.
    private static func collection(_ path: String) -> String { "/\(path.split(separator: "/").last ?? "")/" }

    private static func line(_ type: String, _ object: JSONValue) -> [UInt8] {
        JSONWriter.bytes(["type": .string(type), "object": object]) + [0x0A]
    }

    private static func answer(_ object: JSONValue) -> APIResponse {
        APIResponse(status: 200, body: JSONWriter.bytes(object))
    }

    private static func failure(_ code: Int, _ reason: String) -> APIResponse {
        let status = Status(code: code, reason: reason, message: reason)
        return APIResponse(status: code, body: (try? KubernetesJSON.encode(status)) ?? [])
    }
}
