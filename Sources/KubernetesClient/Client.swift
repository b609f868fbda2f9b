public import KubernetesCore

/// The verbs of a Kubernetes API, typed and on JSON.
///
/// There is no `update`: our models are partial, and a PUT would drop what they do not know.
/// Every verb throws ``APIError`` for a refusal, ``TransportError`` where no answer came, and `DecodingError` for an
/// answer that is not of the expected shape.
public struct Client: Sendable {
    /// Carries the requests.
    public let transport: any Transport
    /// The name under which fields are owned; also the beginning of `User-Agent`.
    public let fieldManager: String

    /// A client over a transport.
    public init(transport: any Transport, fieldManager: String = "fairlead") {
        self.transport = transport
        self.fieldManager = fieldManager
    }

    /// Sends a request and throws ``APIError`` where the answer is no success; redirects are none.
    public func send(_ request: APIRequest) async throws -> APIResponse {
        let response = try await transport.send(request)
        if response.status >= 300 { throw APIError(response) }
        return response
    }

    /// Reads one object.
    public func get<T: Resource>(_ resource: T.Type, _ key: ObjectKey) async throws -> T {
        try decode(try await send(APIRequest(path: try T.type.encodedPath(of: key))))
    }

    /// Reads one object as JSON.
    public func get(_ type: ResourceType, _ key: ObjectKey) async throws -> JSONValue {
        try decode(try await send(APIRequest(path: try type.encodedPath(of: key))))
    }

    /// Reads a page of a collection.
    ///
    /// - Parameters:
    ///   - resource: What to decode each object into.
    ///   - namespace: nil for all namespaces.
    ///   - query: Selectors and paging.
    public func list<T: Resource>(
        _ resource: T.Type, namespace: String? = nil, _ query: ListQuery = ListQuery()
    ) async throws -> ObjectList<T> {
        try decode(try await send(APIRequest(path: T.type.encodedPath(namespace: namespace), query: query.items)))
    }

    /// Reads a page of a collection as JSON.
    public func list(
        _ type: ResourceType, namespace: String? = nil, _ query: ListQuery = ListQuery()
    ) async throws -> ObjectList<JSONValue> {
        try decode(try await send(APIRequest(path: type.encodedPath(namespace: namespace), query: query.items)))
    }

    /// Makes an object and returns it as the server keeps it.
    ///
    /// - Parameters:
    ///   - type: The kind.
    ///   - namespace: Where; nil for a cluster-scoped kind.
    ///   - object: The object, with `apiVersion` and `kind`.
    ///   - strict: Whether unknown and duplicate fields are refused.
    @discardableResult
    public func create(
        _ type: ResourceType, namespace: String?, _ object: JSONValue, strict: Bool = false
    ) async throws -> JSONValue {
        var request = APIRequest(
            method: .post, path: type.encodedPath(namespace: namespace), query: [.init("fieldManager", fieldManager)],
            headers: ["Content-Type": "application/json"], body: JSONWriter.bytes(object))
        if strict { request.query.append(.init("fieldValidation", "Strict")) }
        return try decode(try await send(request))
    }

    /// Patches an object, or its subresource.
    ///
    /// - Parameters:
    ///   - type: The kind.
    ///   - key: The object.
    ///   - patch: The patch's document.
    ///   - patchType: How the document is meant.
    ///   - subresource: Such as `status`.
    @discardableResult
    public func patch(
        _ type: ResourceType, _ key: ObjectKey, _ patch: JSONValue, as patchType: PatchType = .merge,
        subresource: String? = nil
    ) async throws -> JSONValue {
        let path = try type.encodedPath(of: key, subresource: subresource)
        return try decode(
            try await send(
                APIRequest(
                    method: .patch, path: path, query: [.init("fieldManager", fieldManager)],
                    headers: ["Content-Type": patchType.rawValue], body: JSONWriter.bytes(patch))))
    }

    /// Applies the whole intent of this client's field manager (server-side apply).
    ///
    /// - Parameters:
    ///   - type: The kind.
    ///   - key: The object.
    ///   - object: Every field that this manager wants, with `apiVersion`, `kind` and `metadata.name`.
    ///   - force: Whether to take fields from other managers; only for objects that are ours.
    ///   - subresource: Such as `status`.
    @discardableResult
    public func apply(
        _ type: ResourceType, _ key: ObjectKey, _ object: JSONValue, force: Bool = false, subresource: String? = nil
    ) async throws -> JSONValue {
        let path = try type.encodedPath(of: key, subresource: subresource)
        return try decode(
            try await send(
                APIRequest(
                    method: .patch, path: path,
                    query: [.init("fieldManager", fieldManager), .init("force", force ? "true" : "false")],
                    headers: ["Content-Type": PatchType.apply.rawValue], body: JSONWriter.bytes(object))))
    }

    /// Asks for an object's deletion; the answer may be a `Status` or the object that finalizers still keep.
    @discardableResult
    public func delete(
        _ type: ResourceType, _ key: ObjectKey, _ options: DeleteOptions = DeleteOptions()
    ) async throws -> JSONValue {
        try decode(
            try await send(
                APIRequest(
                    method: .delete, path: try type.encodedPath(of: key), headers: ["Content-Type": "application/json"],
                    body: try KubernetesJSON.encode(options))))
    }

    /// Asks for the deletion of every object that a query selects.
    public func deleteCollection(
        _ type: ResourceType, namespace: String?, _ query: ListQuery, _ options: DeleteOptions = DeleteOptions()
    ) async throws {
        _ = try await send(
            APIRequest(
                method: .delete, path: type.encodedPath(namespace: namespace), query: query.items,
                headers: ["Content-Type": "application/json"], body: try KubernetesJSON.encode(options)))
    }

    func decode<T: Decodable>(_ response: APIResponse) throws -> T {
        try KubernetesJSON.decode(T.self, from: response.body)
    }
}
