import Foundation
import KubernetesCore

/// Messages that are one value in JSON.
enum ProtobufScalars {
    typealias Malformed = ProtobufWire.Malformed

    /// The first and the last second that RFC 3339 can write.
    private static let seconds: ClosedRange<Int64> = -62_135_596_800...253_402_300_799

    /// A time; null for the zero time, which is an empty message.
    static func time(_ bytes: ArraySlice<UInt8>, isMicro: Bool) throws(Malformed) -> JSONValue {
        guard !bytes.isEmpty else { return .null }
        let fields = try self.fields(bytes)
        let seconds = try integer(fields[1], "Seconds")
        guard Self.seconds.contains(seconds) else {
            throw Malformed(message: "proto: the time of \(seconds) seconds is outside of the years 1 to 9999")
        }
        guard isMicro else {
            var time = Time(Date(timeIntervalSince1970: 0))
            time.secondsSince1970 = seconds
            return .string(time.description)
        }
        let nanoseconds = try integer(fields[2], "Nanos")
        var time = MicroTime(Date(timeIntervalSince1970: 0))
        time.microsecondsSince1970 = seconds * 1_000_000 + min(max(nanoseconds, 0), 999_999_999) / 1000
        return .string(time.description)
    }

    /// A quantity.
    static func quantity(_ bytes: ArraySlice<UInt8>) throws(Malformed) -> JSONValue {
        let text = try text(fields(bytes)[1], "String")
        return .string(text.isEmpty ? "0" : text)
    }

    /// A number or a text.
    static func intOrString(_ bytes: ArraySlice<UInt8>) throws(Malformed) -> JSONValue {
        let fields = try self.fields(bytes)
        if try integer(fields[1], "Type") == 1 { return .string(try text(fields[3], "StrVal")) }
        return .integer(Int64(Int32(truncatingIfNeeded: try integer(fields[2], "IntVal"))))
    }

    /// JSON; null where there is none.
    static func json(_ bytes: ArraySlice<UInt8>) throws(Malformed) -> JSONValue {
        guard case .delimited(let raw)? = try fields(bytes)[1], !raw.isEmpty else { return .null }
        do throws(JSONParseError) {
            return try JSONParser.parse(Array(raw))
        } catch {
            throw Malformed(message: RequestBody.goMessage(error, Array(raw)))
        }
    }

    /// A list of texts.
    static func strings(_ bytes: ArraySlice<UInt8>) throws(Malformed) -> JSONValue {
        var wire = ProtobufWire(bytes)
        var texts: [JSONValue] = []
        while let field = try wire.next() {
            if field.number == 1 { texts.append(.string(try text(field.value, "Items"))) }
        }
        return .array(texts)
    }

    /// The last value of each field.
    static func fields(_ bytes: ArraySlice<UInt8>) throws(Malformed) -> [Int: ProtobufWire.Value] {
        var wire = ProtobufWire(bytes)
        var fields: [Int: ProtobufWire.Value] = [:]
        while let field = try wire.next() { fields[field.number] = field.value }
        return fields
    }

    /// A field's text; empty where it is absent.
    static func text(_ value: ProtobufWire.Value?, _ field: String) throws(Malformed) -> String {
        guard let value else { return "" }
        guard case .delimited(let bytes) = value else { throw wrong(value, field) }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func integer(_ value: ProtobufWire.Value?, _ field: String) throws(Malformed) -> Int64 {
        guard let value else { return 0 }
        guard case .varint(let number) = value else { throw wrong(value, field) }
        return Int64(bitPattern: number)
    }

    private static func wrong(_ value: ProtobufWire.Value, _ field: String) -> Malformed {
        Malformed(message: "proto: wrong wireType = \(value.wireType) for field \(field)")
    }
}
