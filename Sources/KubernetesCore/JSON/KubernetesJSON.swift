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
    /// - Throws: `DecodingError`, also for a text that is no JSON.
    public static func decode<T: Decodable>(_ type: T.Type, from bytes: some Sequence<UInt8>) throws -> T {
        let value: JSONValue
        do throws(JSONParseError) {
            value = try JSONParser.parse(bytes)
        } catch {
            throw DecodingError.dataCorrupted(
                DecodingError.Context(codingPath: [], debugDescription: "no JSON: \(error)", underlyingError: error))
        }
        return try decode(type, from: value)
    }

    /// Reads a type from UTF-8; the same as ``decode(_:from:)-(_,Sequence<UInt8>)``, in less time.
    ///
    /// - Throws: `DecodingError`, also for a text that is no JSON.
    public static func read<T: JSONReadable>(_ type: T.Type, from bytes: [UInt8]) throws -> T {
        do {
            return try bytes.withUnsafeBufferPointer { buffer in
                var reader = JSONReader(buffer)
                let value = try T(reading: &reader)
                try reader.end()
                return value
            }
        } catch {
            // Whatever it was, the other way finds the same, and says where.
            return try decode(type, from: bytes)
        }
    }

    /// Decodes a type from a JSON value.
    ///
    /// - Throws: `DecodingError`.
    public static func decode<T: Decodable>(_ type: T.Type, from value: JSONValue) throws -> T {
        try JSONValueDecoder(value).decode(type)
    }
}
