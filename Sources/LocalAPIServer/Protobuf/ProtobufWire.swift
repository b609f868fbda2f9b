/// Reads the Protocol Buffers wire format field by field, and fails at whatever is not whole.
struct ProtobufWire: Sendable {
    /// Why bytes are no message.
    struct Malformed: Error, Hashable, Sendable {
        var message: String

        static let truncated = Malformed(message: "unexpected EOF")
        static let overflow = Malformed(message: "proto: integer overflow")
    }

    /// What a field holds, by wire type.
    enum Value: Hashable, Sendable {
        case varint(UInt64)
        case fixed64(UInt64)
        case delimited(ArraySlice<UInt8>)
        case fixed32(UInt32)
        /// A group, whose fields have been passed over.
        case group

        /// The number of the wire type.
        var wireType: Int {
            switch self {
            case .varint: 0
            case .fixed64: 1
            case .delimited: 2
            case .group: 3
            case .fixed32: 5
            }
        }
    }

    /// One field.
    struct Field: Hashable, Sendable {
        var number: Int
        var value: Value
    }

    /// Groups within groups that are followed.
    private static let groupLimit = 32

    private var rest: ArraySlice<UInt8>

    /// A reader of a message's bytes.
    init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

    /// The next field; nil at the end.
    mutating func next() throws(Malformed) -> Field? {
        guard !rest.isEmpty else { return nil }
        return try field(depth: 0)
    }

    /// Whether nothing is left.
    var isAtEnd: Bool { rest.isEmpty }

    /// A number of seven bits a byte, the lowest first.
    mutating func varint() throws(Malformed) -> UInt64 {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 64, by: 7) {
            guard let byte = rest.popFirst() else { throw .truncated }
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return value }
        }
        throw .overflow
    }

    private mutating func field(depth: Int) throws(Malformed) -> Field {
        let tag = try varint()
        // The numbers that a tag may have end at 2^29 - 1.
        guard let number = Int(exactly: tag >> 3), (1..<(1 << 29)).contains(number) else {
            throw Malformed(message: "proto: illegal tag \(Int32(truncatingIfNeeded: tag >> 3)) (wire type \(tag & 7))")
        }
        switch tag & 7 {
        case 0: return Field(number: number, value: .varint(try varint()))
        case 1: return Field(number: number, value: .fixed64(try fixed(8)))
        case 2: return Field(number: number, value: .delimited(try delimited()))
        case 3:
            try passGroup(depth: depth + 1)
            return Field(number: number, value: .group)
        case 4: throw Malformed(message: "proto: wiretype end group for non-group")
        case 5: return Field(number: number, value: .fixed32(UInt32(truncatingIfNeeded: try fixed(4))))
        default: throw Malformed(message: "proto: illegal wireType \(tag & 7)")
        }
    }

    private mutating func passGroup(depth: Int) throws(Malformed) {
        guard depth <= Self.groupLimit else { throw Malformed(message: "proto: groups are nested too deeply") }
        while true {
            var ahead = self
            if try ahead.varint() & 7 == 4 {
                self = ahead
                return
            }
            _ = try field(depth: depth)
        }
    }

    private mutating func delimited() throws(Malformed) -> ArraySlice<UInt8> {
        let stated = try varint()
        guard let count = Int(exactly: stated) else {
            throw Malformed(message: "proto: negative length found during unmarshaling")
        }
        guard count <= rest.count else { throw .truncated }
        defer { rest = rest.dropFirst(count) }
        return rest.prefix(count)
    }

    private mutating func fixed(_ count: Int) throws(Malformed) -> UInt64 {
        guard rest.count >= count else { throw .truncated }
        var value: UInt64 = 0
        for byte in rest.prefix(count).reversed() { value = value << 8 | UInt64(byte) }
        rest = rest.dropFirst(count)
        return value
    }
}
