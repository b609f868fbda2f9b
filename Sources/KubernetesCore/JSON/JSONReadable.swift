/// A type that is read from JSON's bytes: by way of a JSON value unless it says otherwise, without one where it is read
/// so often that this counts.
///
/// Guarantees, of every type that reads itself: where it reads a value it is the one that its `Decodable` form makes of
/// the same bytes. It may refuse what that form takes, and says little about why: ``KubernetesJSON/read(_:from:)`` then
/// leaves the word to the `Decodable` form.
public protocol JSONReadable: Decodable {
    /// Reads the value that stands where the reader stands, and leaves the reader behind it.
    init(reading reader: inout JSONReader) throws
}

extension JSONReadable {
    public init(reading reader: inout JSONReader) throws {
        self = try KubernetesJSON.decode(Self.self, from: try reader.value(isWithoutManagedFields: true))
    }
}

extension JSONValue: JSONReadable {
    public init(reading reader: inout JSONReader) throws { self = try reader.value() }
}

extension String: JSONReadable {
    public init(reading reader: inout JSONReader) throws { self = try reader.string() }
}

extension Bool: JSONReadable {
    public init(reading reader: inout JSONReader) throws { self = try reader.bool() }
}

extension Int64: JSONReadable {
    public init(reading reader: inout JSONReader) throws { self = try reader.integer() }
}

extension Int: JSONReadable {
    public init(reading reader: inout JSONReader) throws {
        let start = reader.mark
        guard let value = Int(exactly: try reader.integer()) else { throw reader.refusal("no integer", at: start) }
        self = value
    }
}

extension Optional: JSONReadable where Wrapped: JSONReadable {
    public init(reading reader: inout JSONReader) throws {
        self = try reader.skippedNull() ? .none : .some(try Wrapped(reading: &reader))
    }
}

extension Array: JSONReadable where Element: JSONReadable {
    public init(reading reader: inout JSONReader) throws {
        var elements: [Element] = []
        try reader.elements { elements.append(try Element(reading: &$0)) }
        self = elements
    }
}

extension Dictionary: JSONReadable where Key == String, Value: JSONReadable {
    public init(reading reader: inout JSONReader) throws {
        var members: [String: Value] = [:]
        try reader.members { name, reader in members[name] = try Value(reading: &reader) }
        self = members
    }
}
