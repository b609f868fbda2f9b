import KubernetesCore

/// The items of a map: one list, or the product of several.
public enum MapOver: Sendable, Hashable, Codable {
    /// The items of one list.
    case single(MapSource)
    /// Every combination, the last factor varying fastest; in the order of the factors' names, since JSON keeps no
    /// other.
    case product([MapFactor])

    /// All lists.
    public var sources: [MapSource] {
        switch self {
        case .single(let source): [source]
        case .product(let factors): factors.map(\.source)
        }
    }

    public init(from decoder: any Decoder) throws {
        guard let container = try? decoder.container(keyedBy: AnyCodingKey.self) else {
            self = .single(try MapSource(from: decoder))
            return
        }
        let keys = container.allKeys.sorted { $0.stringValue < $1.stringValue }
        self = .product(
            try keys.map { MapFactor(name: $0.stringValue, source: try container.decode(MapSource.self, forKey: $0)) })
    }

    public func encode(to encoder: any Encoder) throws {
        switch self {
        case .single(let source): try source.encode(to: encoder)
        case .product(let factors):
            var container = encoder.container(keyedBy: AnyCodingKey.self)
            for factor in factors { try container.encode(factor.source, forKey: AnyCodingKey(factor.name)) }
        }
    }
}
