public import KubernetesCore

/// A collection as it was at one version, whole or a page of it.
public struct Listing<T: Resource>: Sendable {
    /// The version from which a watch goes on, and where the next page begins.
    public var metadata: ListMeta
    /// The objects, in the server's order.
    public var items: [T]
    /// The objects that are not of the expected shape: they do not hide the others.
    public var undecodable: [UndecodableObject]

    /// The version from which a watch goes on.
    public var resourceVersion: ResourceVersion? { metadata.resourceVersion }

    /// Describes a collection.
    public init(metadata: ListMeta, items: [T], undecodable: [UndecodableObject] = []) {
        self.metadata = metadata
        self.items = items
        self.undecodable = undecodable
    }

    init(_ list: ObjectList<UndecodableObject.Guard<T>>) {
        self.init(metadata: list.metadata, items: [])
        items.reserveCapacity(list.items.count)
        for item in list.items {
            switch item.result {
            case .success(let object): items.append(object)
            case .failure(let failure): undecodable.append(failure)
            }
        }
    }
}

extension Client {
    /// Reads a page of a collection.
    ///
    /// - Parameters:
    ///   - resource: What to decode each object into.
    ///   - namespace: nil for all namespaces.
    ///   - query: Selectors and paging.
    public func list<T: Resource>(
        _ resource: T.Type, namespace: String? = nil, _ query: ListQuery = ListQuery()
    ) async throws -> Listing<T> {
        let request = APIRequest(
            path: T.type.encodedPath(namespace: namespace), query: query.items,
            headers: Self.headers(T.self, isList: true))
        return Listing(try read(try await send(request)))
    }

    /// Reads a page of a collection as JSON.
    public func list(
        _ type: ResourceType, namespace: String? = nil, _ query: ListQuery = ListQuery()
    ) async throws -> ObjectList<JSONValue> {
        try read(try await send(APIRequest(path: type.encodedPath(namespace: namespace), query: query.items)))
    }

    /// Reads a whole collection, page by page.
    ///
    /// All pages show one version of the collection. Where that version expires between two pages, the list begins
    /// anew, in one piece.
    ///
    /// - Parameters:
    ///   - resource: What to decode each object into.
    ///   - namespace: nil for all namespaces.
    ///   - query: Selectors and version; its `limit` is the size of a page, 500 where it has none.
    public func listAll<T: Resource>(
        _ resource: T.Type, namespace: String? = nil, _ query: ListQuery = ListQuery()
    ) async throws -> Listing<T> {
        Listing(
            try await allPages(
                UndecodableObject.Guard<T>.self, T.type, namespace: namespace, query,
                headers: Self.headers(T.self, isList: true)))
    }

    /// Reads a whole collection as JSON, page by page, beginning anew where a page has expired.
    public func listAll(
        _ type: ResourceType, namespace: String? = nil, _ query: ListQuery = ListQuery()
    ) async throws -> ObjectList<JSONValue> {
        try await allPages(JSONValue.self, type, namespace: namespace, query)
    }

    private func allPages<Item: JSONReadable & Sendable>(
        _ item: Item.Type, _ type: ResourceType, namespace: String?, _ query: ListQuery,
        headers: [String: String] = [:]
    ) async throws -> ObjectList<Item> {
        let path = type.encodedPath(namespace: namespace)
        var page = query
        page.limit = query.limit ?? 500
        page.continueToken = nil
        var items: [Item] = []
        while true {
            let list: ObjectList<Item>
            do {
                list = try read(try await send(APIRequest(path: path, query: page.items, headers: headers)))
            } catch let error as APIError where error.isExpired && page.continueToken != nil {
                // Once and for all: in one piece there is no second page that could expire.
                items = []
                page = query
                page.limit = nil
                page.continueToken = nil
                continue
            }
            items += list.items
            guard let next = list.metadata.continueToken, !next.isEmpty else {
                return ObjectList(metadata: ListMeta(resourceVersion: list.metadata.resourceVersion), items: items)
            }
            page.continueToken = next
            // A token says itself which version it shows; a server refuses both together.
            page.resourceVersion = nil
            page.resourceVersionMatch = nil
        }
    }
}
