import KubernetesCore
import Synchronization

/// Notes which keys a type reads, by the path of the object in which they stand.
final class KeyRecorder: Sendable {
    private let state = Mutex<[String: Set<String>]>([:])

    func record(_ key: String, at path: [any CodingKey]) {
        let place = path.map { $0.intValue == nil ? $0.stringValue : "[]" }.joined(separator: ".")
        state.withLock { _ = $0[place, default: []].insert(key) }
    }

    var keys: [String: Set<String>] { state.withLock { $0 } }
}

/// Decodes a JSON value and notes every key that is asked for.
struct RecordingDecoder: Decoder {
    let value: JSONValue
    let recorder: KeyRecorder
    var codingPath: [any CodingKey] = []
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        guard case .object(let members) = value else { throw mismatch([String: JSONValue].self) }
        return KeyedDecodingContainer(Keyed<Key>(members: members, decoder: self))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        guard case .array(let elements) = value else { throw mismatch([JSONValue].self) }
        return Unkeyed(elements: elements, decoder: self)
    }

    func singleValueContainer() throws -> any SingleValueDecodingContainer { Single(decoder: self) }

    func mismatch(_ type: any Any.Type) -> DecodingError {
        .typeMismatch(type, DecodingError.Context(codingPath: codingPath, debugDescription: "not \(type)"))
    }

    func descend(_ value: JSONValue, _ key: any CodingKey) -> RecordingDecoder {
        RecordingDecoder(value: value, recorder: recorder, codingPath: codingPath + [key])
    }

    func integer<T: BinaryInteger>(_ type: T.Type) throws -> T {
        guard let integer = value.integerValue, let result = T(exactly: integer) else { throw mismatch(type) }
        return result
    }

    func text() throws -> String {
        guard let text = value.stringValue else { throw mismatch(String.self) }
        return text
    }

    func truth() throws -> Bool {
        guard let truth = value.boolValue else { throw mismatch(Bool.self) }
        return truth
    }

    func number() throws -> Double {
        guard let number = value.doubleValue else { throw mismatch(Double.self) }
        return number
    }

    private struct Keyed<Key: CodingKey>: KeyedDecodingContainerProtocol {
        let members: [String: JSONValue]
        let decoder: RecordingDecoder
        var codingPath: [any CodingKey] { decoder.codingPath }
        var allKeys: [Key] { members.keys.compactMap { Key(stringValue: $0) } }

        func contains(_ key: Key) -> Bool {
            decoder.recorder.record(key.stringValue, at: codingPath)
            return members[key.stringValue] != nil
        }

        func at(_ key: Key) throws -> RecordingDecoder {
            decoder.recorder.record(key.stringValue, at: codingPath)
            guard let value = members[key.stringValue] else {
                throw DecodingError.keyNotFound(
                    key, DecodingError.Context(codingPath: codingPath, debugDescription: "no \(key.stringValue)"))
            }
            return decoder.descend(value, key)
        }

        func decodeNil(forKey key: Key) throws -> Bool { try at(key).value.isNull }
        func decode(_ type: Bool.Type, forKey key: Key) throws -> Bool { try at(key).truth() }
        func decode(_ type: String.Type, forKey key: Key) throws -> String { try at(key).text() }
        func decode(_ type: Double.Type, forKey key: Key) throws -> Double { try at(key).number() }
        func decode(_ type: Float.Type, forKey key: Key) throws -> Float { Float(try at(key).number()) }
        func decode(_ type: Int.Type, forKey key: Key) throws -> Int { try at(key).integer(type) }
        func decode(_ type: Int8.Type, forKey key: Key) throws -> Int8 { try at(key).integer(type) }
        func decode(_ type: Int16.Type, forKey key: Key) throws -> Int16 { try at(key).integer(type) }
        func decode(_ type: Int32.Type, forKey key: Key) throws -> Int32 { try at(key).integer(type) }
        func decode(_ type: Int64.Type, forKey key: Key) throws -> Int64 { try at(key).integer(type) }
        func decode(_ type: UInt.Type, forKey key: Key) throws -> UInt { try at(key).integer(type) }
        func decode(_ type: UInt8.Type, forKey key: Key) throws -> UInt8 { try at(key).integer(type) }
        func decode(_ type: UInt16.Type, forKey key: Key) throws -> UInt16 { try at(key).integer(type) }
        func decode(_ type: UInt32.Type, forKey key: Key) throws -> UInt32 { try at(key).integer(type) }
        func decode(_ type: UInt64.Type, forKey key: Key) throws -> UInt64 { try at(key).integer(type) }
        func decode<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T { try T(from: at(key)) }

        func nestedContainer<Nested: CodingKey>(
            keyedBy type: Nested.Type, forKey key: Key
        ) throws -> KeyedDecodingContainer<Nested> { try at(key).container(keyedBy: type) }
        func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
            try at(key).unkeyedContainer()
        }
        func superDecoder() throws -> any Decoder { decoder }
        func superDecoder(forKey key: Key) throws -> any Decoder { try at(key) }
    }

    private struct Unkeyed: UnkeyedDecodingContainer {
        let elements: [JSONValue]
        let decoder: RecordingDecoder
        var currentIndex = 0
        var codingPath: [any CodingKey] { decoder.codingPath }
        var count: Int? { elements.count }
        var isAtEnd: Bool { currentIndex >= elements.count }

        init(elements: [JSONValue], decoder: RecordingDecoder) {
            self.elements = elements
            self.decoder = decoder
        }

        mutating func next() throws -> RecordingDecoder {
            guard elements.indices.contains(currentIndex) else { throw decoder.mismatch(JSONValue.self) }
            defer { currentIndex += 1 }
            return decoder.descend(elements[currentIndex], AnyCodingKey(intValue: currentIndex))
        }

        mutating func decodeNil() throws -> Bool {
            guard elements.indices.contains(currentIndex), elements[currentIndex].isNull else { return false }
            currentIndex += 1
            return true
        }
        mutating func decode(_ type: Bool.Type) throws -> Bool { try next().truth() }
        mutating func decode(_ type: String.Type) throws -> String { try next().text() }
        mutating func decode(_ type: Double.Type) throws -> Double { try next().number() }
        mutating func decode(_ type: Float.Type) throws -> Float { Float(try next().number()) }
        mutating func decode(_ type: Int.Type) throws -> Int { try next().integer(type) }
        mutating func decode(_ type: Int8.Type) throws -> Int8 { try next().integer(type) }
        mutating func decode(_ type: Int16.Type) throws -> Int16 { try next().integer(type) }
        mutating func decode(_ type: Int32.Type) throws -> Int32 { try next().integer(type) }
        mutating func decode(_ type: Int64.Type) throws -> Int64 { try next().integer(type) }
        mutating func decode(_ type: UInt.Type) throws -> UInt { try next().integer(type) }
        mutating func decode(_ type: UInt8.Type) throws -> UInt8 { try next().integer(type) }
        mutating func decode(_ type: UInt16.Type) throws -> UInt16 { try next().integer(type) }
        mutating func decode(_ type: UInt32.Type) throws -> UInt32 { try next().integer(type) }
        mutating func decode(_ type: UInt64.Type) throws -> UInt64 { try next().integer(type) }
        mutating func decode<T: Decodable>(_ type: T.Type) throws -> T { try T(from: next()) }

        mutating func nestedContainer<Nested: CodingKey>(
            keyedBy type: Nested.Type
        ) throws -> KeyedDecodingContainer<Nested> { try next().container(keyedBy: type) }
        mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
            try next().unkeyedContainer()
        }
        mutating func superDecoder() throws -> any Decoder { try next() }
    }

    private struct Single: SingleValueDecodingContainer {
        let decoder: RecordingDecoder
        var codingPath: [any CodingKey] { decoder.codingPath }

        func decodeNil() -> Bool { decoder.value.isNull }
        func decode(_ type: Bool.Type) throws -> Bool { try decoder.truth() }
        func decode(_ type: String.Type) throws -> String { try decoder.text() }
        func decode(_ type: Double.Type) throws -> Double { try decoder.number() }
        func decode(_ type: Float.Type) throws -> Float { Float(try decoder.number()) }
        func decode(_ type: Int.Type) throws -> Int { try decoder.integer(type) }
        func decode(_ type: Int8.Type) throws -> Int8 { try decoder.integer(type) }
        func decode(_ type: Int16.Type) throws -> Int16 { try decoder.integer(type) }
        func decode(_ type: Int32.Type) throws -> Int32 { try decoder.integer(type) }
        func decode(_ type: Int64.Type) throws -> Int64 { try decoder.integer(type) }
        func decode(_ type: UInt.Type) throws -> UInt { try decoder.integer(type) }
        func decode(_ type: UInt8.Type) throws -> UInt8 { try decoder.integer(type) }
        func decode(_ type: UInt16.Type) throws -> UInt16 { try decoder.integer(type) }
        func decode(_ type: UInt32.Type) throws -> UInt32 { try decoder.integer(type) }
        func decode(_ type: UInt64.Type) throws -> UInt64 { try decoder.integer(type) }
        func decode<T: Decodable>(_ type: T.Type) throws -> T { try T(from: decoder) }
    }
}
