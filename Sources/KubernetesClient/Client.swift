public import KubernetesCore

/// The verbs of a Kubernetes API, typed and on JSON.
///
/// There is no `update`: our models are partial, and a PUT would drop what they do not know.
/// Every verb throws ``APIError`` for a refusal, ``TransportError`` where no answer came, and `DecodingError` for an
/// answer that is not of the expected shape.
public struct Client: Sendable {
    /// Carries the requests.
    public let transport: any Transport
    /// The name under which fields are owned.
    public let fieldManager: String

    /// What was learnt of the server; copies of this client share it.
    public let features = ServerFeatures()

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
        let request = APIRequest(
            path: try T.type.encodedPath(of: key), headers: Self.headers(T.self, isList: false))
        return try read(try await send(request))
    }

    /// Reads one object, or its subresource, as JSON.
    public func get(_ type: ResourceType, _ key: ObjectKey, subresource: String? = nil) async throws -> JSONValue {
        try read(try await send(APIRequest(path: try type.encodedPath(of: key, subresource: subresource))))
    }

    /// Makes an object and returns it as the server keeps it.
    ///
    /// - Parameters:
    ///   - type: The kind.
    ///   - namespace: Where; nil for a cluster-scoped kind.
    ///   - object: The object, with `apiVersion`, `kind`, and `metadata.name` or `metadata.generateName`.
    ///   - options: How it is written.
    ///   - answer: As what the answer is read.
    @discardableResult
    public func create<Answer: JSONReadable>(
        _ type: ResourceType, namespace: String?, _ object: JSONValue, _ options: WriteOptions = WriteOptions(),
        reading answer: Answer.Type = JSONValue.self
    ) async throws -> Answer {
        try await write(.post, type.encodedPath(namespace: namespace), object, "application/json", options)
    }

    /// Makes a subresource of an object: an `eviction`, a `binding`, a `token`.
    ///
    /// - Parameters:
    ///   - type: The kind.
    ///   - key: The object.
    ///   - subresource: Its name.
    ///   - object: What the subresource takes, with `apiVersion` and `kind`.
    ///   - options: How it is written.
    @discardableResult
    public func create(
        _ type: ResourceType, _ key: ObjectKey, subresource: String, _ object: JSONValue,
        _ options: WriteOptions = WriteOptions()
    ) async throws -> JSONValue {
        let path = try type.encodedPath(of: key, subresource: subresource)
        return try await write(.post, path, object, "application/json", options)
    }

    /// Patches an object, or its subresource.
    ///
    /// - Parameters:
    ///   - type: The kind.
    ///   - key: The object.
    ///   - patch: The patch's document.
    ///   - patchType: How the document is meant.
    ///   - subresource: Such as `status`.
    ///   - options: How it is written.
    ///   - answer: As what the answer is read.
    @discardableResult
    public func patch<Answer: JSONReadable>(
        _ type: ResourceType, _ key: ObjectKey, _ patch: JSONValue, as patchType: PatchType = .merge,
        subresource: String? = nil, _ options: WriteOptions = WriteOptions(),
        reading answer: Answer.Type = JSONValue.self
    ) async throws -> Answer {
        let path = try type.encodedPath(of: key, subresource: subresource)
        return try await write(.patch, path, patch, patchType.rawValue, options)
    }

    /// Applies the whole intent of a field manager (server-side apply).
    ///
    /// What the manager applied before and leaves out now is removed, unless another manager owns it too. The object
    /// is made where it is not there; with its `metadata.uid` in `object` only that very object is changed.
    ///
    /// - Parameters:
    ///   - type: The kind.
    ///   - key: The object.
    ///   - object: Every field that this manager wants, with `apiVersion`, `kind` and `metadata.name`, and without
    ///     `metadata.managedFields`.
    ///   - force: Whether to take fields from other managers; only for objects that are ours.
    ///   - subresource: Such as `status`.
    ///   - options: How it is written.
    @discardableResult
    public func apply(
        _ type: ResourceType, _ key: ObjectKey, _ object: JSONValue, force: Bool = false, subresource: String? = nil,
        _ options: WriteOptions = WriteOptions()
    ) async throws -> JSONValue {
        let path = try type.encodedPath(of: key, subresource: subresource)
        return try await write(
            .patch, path, object, PatchType.apply.rawValue, options, [.init("force", force ? "true" : "false")])
    }

    /// Asks for an object's deletion; the answer may be a `Status` or the object that finalizers still keep.
    @discardableResult
    public func delete(
        _ type: ResourceType, _ key: ObjectKey, _ options: DeleteOptions = DeleteOptions()
    ) async throws -> JSONValue {
        try read(
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

    private func write<Answer: JSONReadable>(
        _ method: APIRequest.Method, _ path: String, _ body: JSONValue, _ contentType: String,
        _ options: WriteOptions, _ query: [APIRequest.QueryItem] = []
    ) async throws -> Answer {
        try read(
            try await send(
                APIRequest(
                    method: method, path: path, query: options.items(fieldManager: fieldManager) + query,
                    headers: ["Content-Type": contentType], body: JSONWriter.bytes(body))))
    }

    /// Asks for the metadata alone where nothing else is looked at; a server that can not do that sends the whole.
    static func headers<T: Resource>(_ resource: T.Type, isList: Bool) -> [String: String] {
        guard T.isMetadataOnly else { return [:] }
        let kind = isList ? "PartialObjectMetadataList" : "PartialObjectMetadata"
        return ["Accept": "application/json;as=\(kind);g=meta.k8s.io;v=v1,application/json"]
    }

    func decode<T: Decodable>(_ response: APIResponse) throws -> T {
        try KubernetesJSON.decode(T.self, from: response.body)
    }

    func read<T: JSONReadable>(_ response: APIResponse) throws -> T {
        try KubernetesJSON.read(T.self, from: response.body)
    }
}
