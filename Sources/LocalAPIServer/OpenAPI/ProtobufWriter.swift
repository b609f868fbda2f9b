/// Writes the Protocol Buffers wire format, as far as the Swagger document needs it.
struct ProtobufWriter {
    /// What has been written.
    private(set) var bytes: [UInt8] = []

    /// Writes a message, built by `build`, as a field.
    mutating func message(_ field: Int, _ build: (inout ProtobufWriter) -> Void) {
        var inner = ProtobufWriter()
        build(&inner)
        delimited(field, inner.bytes)
    }

    /// Writes a text; an empty one is the default and left out.
    mutating func text(_ field: Int, _ value: String?) {
        guard let value, !value.isEmpty else { return }
        delimited(field, Array(value.utf8))
    }

    /// Writes a truth value; false is the default and left out.
    mutating func bool(_ field: Int, _ value: Bool?) {
        guard value == true else { return }
        varint(UInt64(field) << 3)
        varint(1)
    }

    /// Writes an integer; 0 is the default and left out.
    mutating func integer(_ field: Int, _ value: Int64?) {
        guard let value, value != 0 else { return }
        varint(UInt64(field) << 3)
        varint(UInt64(bitPattern: value))
    }

    /// Writes a double; 0 is the default and left out.
    mutating func double(_ field: Int, _ value: Double?) {
        guard let value, value != 0 else { return }
        varint(UInt64(field) << 3 | 1)
        for shift in stride(from: UInt64(0), to: 64, by: 8) {
            bytes.append(UInt8(truncatingIfNeeded: value.bitPattern >> shift))
        }
    }

    private mutating func delimited(_ field: Int, _ content: [UInt8]) {
        varint(UInt64(field) << 3 | 2)
        varint(UInt64(content.count))
        bytes.append(contentsOf: content)
    }

    private mutating func varint(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: rest))
    }
}
