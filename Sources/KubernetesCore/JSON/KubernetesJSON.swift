import Foundation

/// How Kubernetes' JSON is coded: no escaped slashes, absent optionals left out, members sorted.
public enum KubernetesJSON {
    /// The UTF-8 of a Codable value.
    ///
    /// - Throws: `EncodingError`.
    public static func encode(_ value: some Encodable) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.withoutEscapingSlashes, .sortedKeys]
        return Array(try encoder.encode(value))
    }

    /// A Codable value as a `JSONValue`.
    ///
    /// - Throws: `EncodingError`.
    public static func value(of value: some Encodable) throws -> JSONValue {
        if let value = value as? JSONValue { return value }
        return try JSONParser.parse(try encode(value))
    }

    /// Decodes a type from UTF-8.
    ///
    /// - Throws: `DecodingError`.
    public static func decode<T: Decodable>(_ type: T.Type, from bytes: some Sequence<UInt8>) throws -> T {
        if type == JSONValue.self, let value = try JSONParser.parse(bytes) as? T { return value }
        return try JSONDecoder().decode(type, from: Data(bytes))
    }

    /// Decodes a type from a JSON value.
    ///
    /// - Throws: `DecodingError`.
    public static func decode<T: Decodable>(_ type: T.Type, from value: JSONValue) throws -> T {
        if let value = value as? T { return value }
        return try JSONDecoder().decode(type, from: Data(JSONWriter.bytes(value)))
    }
}
