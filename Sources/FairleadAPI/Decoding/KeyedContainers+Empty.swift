import KubernetesCore

// Synthesized Codable code of this module picks these overloads, being more special than the standard library's: an
// absent list or map reads as an empty one, and an empty one is not written. An API's "absent" and "empty" mean the
// same there; where they don't (`args`), the property is optional.

extension KeyedDecodingContainer {
    func decode<Element: Decodable>(_ type: [Element].Type, forKey key: Key) throws -> [Element] {
        try decodeIfPresent(type, forKey: key) ?? []
    }

    // A member that is null is absent, as the API server prunes it.
    func decode<Value: Decodable>(_ type: [String: Value].Type, forKey key: Key) throws -> [String: Value] {
        try decodeIfPresent([String: Value?].self, forKey: key)?.compactMapValues(\.self) ?? [:]
    }

    func decode(_ type: [String: JSONValue].Type, forKey key: Key) throws -> [String: JSONValue] {
        try decodeIfPresent(type, forKey: key) ?? [:]
    }
}

extension KeyedEncodingContainer {
    mutating func encode<Element: Encodable>(_ value: [Element], forKey key: Key) throws {
        try encodeIfPresent(value.isEmpty ? nil : value, forKey: key)
    }

    mutating func encode<Value: Encodable>(_ value: [String: Value], forKey key: Key) throws {
        try encodeIfPresent(value.isEmpty ? nil : value, forKey: key)
    }
}
