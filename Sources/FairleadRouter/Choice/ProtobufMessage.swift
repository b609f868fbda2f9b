/// A message that is written in the wire format of Protocol Buffers, version 3: what is 0 or empty is left out.
struct ProtobufMessage {
    private(set) var bytes: [UInt8] = []

    mutating func add(_ number: UInt64, as field: UInt64) {
        guard number != 0 else { return }
        write(field << 3)
        write(number)
    }

    mutating func add(_ text: String, as field: UInt64) {
        if !text.isEmpty { write(Array(text.utf8), as: field) }
    }

    /// All numbers of a field that has any number of them.
    mutating func add(_ numbers: [Int64], as field: UInt64) {
        var packed = ProtobufMessage()
        for number in numbers { packed.write(UInt64(bitPattern: number)) }
        if !numbers.isEmpty { write(packed.bytes, as: field) }
    }

    /// One of any number of messages in a field, which says something by being there.
    mutating func add(_ message: ProtobufMessage, as field: UInt64) { write(message.bytes, as: field) }

    private mutating func write(_ part: [UInt8], as field: UInt64) {
        write(field << 3 | 2)
        write(UInt64(part.count))
        bytes += part
    }

    private mutating func write(_ number: UInt64) {
        var rest = number
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: rest))
    }
}
