/// A page of a collection.
public struct ObjectList<Item: Decodable & Sendable>: Decodable, Sendable {
    /// The page's metadata.
    public var metadata: ListMeta
    /// The objects.
    public var items: [Item]

    /// Makes a page.
    public init(metadata: ListMeta, items: [Item]) {
        self.metadata = metadata
        self.items = items
    }

    private enum CodingKeys: String, CodingKey { case metadata, items }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        metadata = try container.decode(ListMeta.self, forKey: .metadata)
        // A server writes an empty list of partial metadata as null.
        items = try container.decodeIfPresent([Item].self, forKey: .items) ?? []
    }
}

extension ObjectList: JSONReadable where Item: JSONReadable {
    public init(reading reader: inout JSONReader) throws {
        let start = reader.mark
        var metadata: ListMeta?
        var items: [Item]?
        try reader.members { name, reader in
            switch name {
            case "metadata": metadata = try reader.read()
            case "items": items = try reader.read()
            default: try reader.skip()
            }
        }
        guard let metadata else { throw reader.refusal("no list", at: start) }
        self.init(metadata: metadata, items: items ?? [])
    }
}

/// The metadata of a page of a collection.
public struct ListMeta: Sendable, Hashable, Codable, JSONReadable {
    /// The version of the collection that the list shows, from which a watch goes on.
    public var resourceVersion: ResourceVersion?
    /// Where the next page begins; nil at the end.
    public var continueToken: String?
    /// How many objects are left, where the server knows.
    public var remainingItemCount: Int64?

    /// Makes list metadata.
    public init(
        resourceVersion: ResourceVersion? = nil, continueToken: String? = nil, remainingItemCount: Int64? = nil
    ) {
        self.resourceVersion = resourceVersion
        self.continueToken = continueToken
        self.remainingItemCount = remainingItemCount
    }

    private enum CodingKeys: String, CodingKey {
        case resourceVersion, remainingItemCount
        case continueToken = "continue"
    }
}
