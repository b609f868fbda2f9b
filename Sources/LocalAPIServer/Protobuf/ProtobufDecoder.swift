import Foundation
import KubernetesCore

/// Makes of a message the JSON that stands for the same object.
enum ProtobufDecoder {
    typealias Malformed = ProtobufWire.Malformed

    /// Messages within messages that are followed.
    private static let depthLimit = 64

    /// The object of a message.
    static func object(
        _ bytes: ArraySlice<UInt8>, as message: ProtobufNotation.Message
    ) throws(Malformed) -> [String: JSONValue] {
        var object: [String: JSONValue] = [:]
        try read(bytes, as: message, into: &object, depth: 0)
        return object
    }

    /// Reads a message's fields into an object; a later one stands for, or is added to, an earlier one.
    private static func read(
        _ bytes: ArraySlice<UInt8>, as message: ProtobufNotation.Message, into object: inout [String: JSONValue],
        depth: Int
    ) throws(Malformed) {
        guard depth <= depthLimit else { throw Malformed(message: "proto: messages are nested too deeply") }
        var wire = ProtobufWire(bytes)
        while let field = try wire.next() {
            // Unknown fields are those of newer versions.
            guard let known = message.fields[field.number] else { continue }
            try set(known, field.value, of: message, in: &object, depth: depth)
        }
        for field in message.constantFields where object[field.name] == nil {
            object[field.name] = zero(field.type)
        }
    }

    private static func set(
        _ field: ProtobufNotation.Field, _ value: ProtobufWire.Value, of message: ProtobufNotation.Message,
        in object: inout [String: JSONValue], depth: Int
    ) throws(Malformed) {
        let place = Place(field: field.name, apiVersion: message.apiVersion, depth: depth + 1)
        switch field.type {
        case .message(let name):
            guard let inner = ProtobufTypes.message(name, in: message.apiVersion) else { return }
            let bytes = try place.bytes(value)
            if field.isInline { return try read(bytes, as: inner, into: &object, depth: depth + 1) }
            var members = object[field.name]?.objectValue ?? [:]
            try read(bytes, as: inner, into: &members, depth: depth + 1)
            object[field.name] = .object(members)
        case .list(let element):
            var elements = object[field.name]?.arrayValue ?? []
            elements += try self.elements(value, element, place)
            object[field.name] = .array(elements)
        case .map(let type):
            var members = object[field.name]?.objectValue ?? [:]
            let (key, member) = try entry(value, type, place)
            members[key] = member
            object[field.name] = .object(members)
        default:
            let single = try self.single(value, field.type, place)
            let isZero = single.isNull || field.presence == .unlessZero && isZeroScalar(single, field.type)
            // A literal nil would be JSON's null.
            object[field.name] = isZero ? Optional<JSONValue>.none : .some(single)
        }
    }

    /// The elements that one field adds: one, or many where numbers are packed.
    private static func elements(
        _ value: ProtobufWire.Value, _ type: ProtobufNotation.FieldType, _ place: Place
    ) throws(Malformed) -> [JSONValue] {
        switch (type, value) {
        case (.int32, .delimited(let bytes)), (.int64, .delimited(let bytes)), (.bool, .delimited(let bytes)):
            var wire = ProtobufWire(bytes)
            var elements: [JSONValue] = []
            while !wire.isAtEnd { elements.append(try single(.varint(wire.varint()), type, place)) }
            return elements
        default:
            return [try single(value, type, place)]
        }
    }

    private static func entry(
        _ value: ProtobufWire.Value, _ type: ProtobufNotation.FieldType, _ place: Place
    ) throws(Malformed) -> (String, JSONValue) {
        var key = ""
        var member: JSONValue?
        var wire = ProtobufWire(try place.bytes(value))
        while let field = try wire.next() {
            switch field.number {
            case 1: key = try place.text(field.value)
            case 2: member = try single(field.value, type, place)
            default: continue
            }
        }
        return (key, member ?? zero(type))
    }

    private static func single(
        _ value: ProtobufWire.Value, _ type: ProtobufNotation.FieldType, _ place: Place
    ) throws(Malformed) -> JSONValue {
        switch type {
        case .string: return .string(try place.text(value))
        case .int32: return .integer(Int64(Int32(truncatingIfNeeded: try place.varint(value))))
        case .int64: return .integer(Int64(bitPattern: try place.varint(value)))
        case .bool: return .bool(try place.varint(value) != 0)
        case .bytes: return .string(Data(try place.bytes(value)).base64EncodedString())
        case .time: return try ProtobufScalars.time(place.bytes(value), isMicro: false)
        case .microtime: return try ProtobufScalars.time(place.bytes(value), isMicro: true)
        case .quantity: return try ProtobufScalars.quantity(place.bytes(value))
        case .intstr: return try ProtobufScalars.intOrString(place.bytes(value))
        case .any: return try ProtobufScalars.json(place.bytes(value))
        case .strings: return try ProtobufScalars.strings(place.bytes(value))
        case .message(let name):
            guard let message = ProtobufTypes.message(name, in: place.apiVersion) else { return .null }
            var members: [String: JSONValue] = [:]
            try read(try place.bytes(value), as: message, into: &members, depth: place.depth)
            return .object(members)
        case .list, .map: return .null
        }
    }

    /// What Go writes for a value that was never set.
    private static func zero(_ type: ProtobufNotation.FieldType) -> JSONValue {
        switch type {
        case .string, .bytes: ""
        case .int32, .int64, .intstr: 0
        case .bool: false
        case .quantity: "0"
        case .message: [:]
        case .time, .microtime, .any, .strings, .list, .map: .null
        }
    }

    private static func isZeroScalar(_ value: JSONValue, _ type: ProtobufNotation.FieldType) -> Bool {
        switch type {
        case .string, .bytes, .int32, .int64, .bool: value == zero(type)
        default: false
        }
    }

    /// Where a value stands, for what is said of a wrong one.
    struct Place {
        var field: String
        var apiVersion: String
        var depth: Int

        func bytes(_ value: ProtobufWire.Value) throws(Malformed) -> ArraySlice<UInt8> {
            guard case .delimited(let bytes) = value else { throw wrong(value) }
            return bytes
        }

        func text(_ value: ProtobufWire.Value) throws(Malformed) -> String {
            String(decoding: try bytes(value), as: UTF8.self)
        }

        func varint(_ value: ProtobufWire.Value) throws(Malformed) -> UInt64 {
            guard case .varint(let number) = value else { throw wrong(value) }
            return number
        }

        private func wrong(_ value: ProtobufWire.Value) -> Malformed {
            let name = field.prefix(1).uppercased() + field.dropFirst()
            return Malformed(message: "proto: wrong wireType = \(value.wireType) for field \(name)")
        }
    }
}
