/// The strings of a message in the wire format of Protocol Buffers, of which it needs no description.
struct ProtobufStrings {
    /// The largest number that a field may have.
    private static let lastField: UInt64 = 1 << 29 - 1

    private var values: [UInt64: String] = [:]

    /// Reads a message; nil where it is none.
    ///
    /// - Parameters:
    ///   - message: Its bytes.
    ///   - fields: The numbers of its strings; what other fields say is passed over.
    init?(_ message: ArraySlice<UInt8>, fields: ClosedRange<UInt64>) {
        var rest = message
        while !rest.isEmpty {
            guard let tag = Self.number(&rest), (1...Self.lastField).contains(tag >> 3) else { return nil }
            switch tag & 7 {
            case 0: guard Self.number(&rest) != nil else { return nil }
            case 1: guard Self.part(8, of: &rest) != nil else { return nil }
            case 2:
                guard let length = Self.number(&rest), let part = Self.part(length, of: &rest) else { return nil }
                guard fields.contains(tag >> 3) else { continue }
                guard let text = String(validating: part, as: UTF8.self) else { return nil }
                values[tag >> 3] = text
            case 5: guard Self.part(4, of: &rest) != nil else { return nil }
            // Groups, which version 3 of the language doesn't have.
            default: return nil
            }
        }
    }

    /// A field's text; empty where the message doesn't have it, which means the same.
    subscript(field: UInt64) -> String { values[field] ?? "" }

    private static func part(_ count: UInt64, of rest: inout ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        guard count <= UInt64(rest.count) else { return nil }
        defer { rest = rest.dropFirst(Int(count)) }
        return rest.prefix(Int(count))
    }

    private static func number(_ rest: inout ArraySlice<UInt8>) -> UInt64? {
        var number: UInt64 = 0
        for shift in stride(from: 0, to: 70, by: 7) {
            guard let byte = rest.popFirst() else { return nil }
            number |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return number }
        }
        return nil
    }
}
