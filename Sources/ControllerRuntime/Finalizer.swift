public import KubernetesClient
public import KubernetesCore

/// Keeps an object until what was made outside of the cluster for it is cleaned up.
///
/// 1. An object without the entry gets it, and nothing else happens: the change brings the key back.
/// 2. An object with the entry is applied.
/// 3. An object that is being deleted is cleaned up; when that has succeeded, the entry goes.
///
/// Guarantees: nothing is applied before the entry is there; the entry goes last; entries of others are never touched,
/// whatever they did since the object was read; an object that was made anew under the name is not meant.
///
/// Assumptions: cleaning up may happen several times, and where applying never did.
///
/// Caveats: every finalizer is a way to hang a namespace. What goes with its owner needs none.
public struct Finalizer<T: Resource>: Sendable {
    /// The entry, such as `example.dev/bucket`.
    public let name: String
    private let client: Client

    /// A finalizer.
    public init(_ name: String, client: Client) {
        self.name = name
        self.client = client
    }

    /// Takes an object a step further.
    ///
    /// - Parameters:
    ///   - object: As a store has it.
    ///   - apply: Brings what is outside to where the object wants it.
    ///   - cleanUp: Takes away what is outside.
    /// - Throws: What `apply` and `cleanUp` throw; `APIError` with the code 422 where the entries changed since the object
    ///   was read, for the key to be tried again.
    public func reconcile(
        _ object: T, apply: (T) async throws -> Requeue, cleanUp: (T) async throws -> Void
    ) async throws -> Requeue {
        let isThere = object.metadata.finalizers.contains(name)
        switch (object.metadata.isBeingDeleted, isThere) {
        case (false, false): try await write(Self.adding(name, to: object.metadata), object.key)
        case (false, true): return try await apply(object)
        case (true, true):
            try await cleanUp(object)
            if let patch = Self.removing(name, from: object.metadata) { try await write(patch, object.key) }
        case (true, false): break
        }
        return .onChange
    }

    private func write(_ patch: JSONValue, _ key: ObjectKey) async throws {
        do {
            try await client.patch(T.type, key, patch, as: .json)
        } catch let error as APIError where error.isNotFound {
            // Gone: there is nothing left to keep.
        }
    }

    /// The JSON patch (RFC 6902) that adds an entry, where the object and its entries are still those that were read.
    static func adding(_ name: String, to metadata: ObjectMeta) -> JSONValue {
        let path: JSONValue = "/metadata/finalizers"
        let old = metadata.finalizers.map(JSONValue.string)
        // An absent list equals null in a test.
        let test: JSONValue = ["op": "test", "path": path, "value": old.isEmpty ? .null : .array(old)]
        let add: JSONValue =
            old.isEmpty
            ? ["op": "add", "path": path, "value": [.string(name)]]
            : ["op": "add", "path": "/metadata/finalizers/-", "value": .string(name)]
        return [identity(metadata), test, add]
    }

    /// The JSON patch that removes an entry; nil where it is not there.
    static func removing(_ name: String, from metadata: ObjectMeta) -> JSONValue? {
        guard let index = metadata.finalizers.firstIndex(of: name) else { return nil }
        let path: JSONValue = .string("/metadata/finalizers/\(index)")
        return [
            identity(metadata), ["op": "test", "path": path, "value": .string(name)], ["op": "remove", "path": path],
        ]
    }

    private static func identity(_ metadata: ObjectMeta) -> JSONValue {
        ["op": "test", "path": "/metadata/uid", "value": .string(metadata.uid)]
    }
}
