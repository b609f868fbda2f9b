import NIOCore
import NIOHPACK

/// The bytes of HTTP/2's frames, for a client that does only what a test tells it to.
enum FrameBytes {
    /// Begins a connection with a request on its first stream.
    static func opening(_ headers: HPACKHeaders, isEnd: Bool) throws -> ByteBuffer {
        var encoder = HPACKEncoder(allocator: ByteBufferAllocator())
        var block = ByteBuffer()
        try encoder.encode(headers: headers, to: &block)
        var bytes = ByteBuffer(string: "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
        bytes.writeImmutableBuffer(frame(type: 4, stream: 0, ByteBuffer()))
        bytes.writeImmutableBuffer(frame(type: 1, flags: isEnd ? 0x5 : 0x4, stream: 1, block))
        return bytes
    }

    /// A server's first words: that it takes no request after the last one of a number.
    static func goingAway(after last: UInt32) -> ByteBuffer {
        var payload = ByteBuffer(integer: last)
        payload.writeInteger(UInt32(0))
        var bytes = frame(type: 4, stream: 0, ByteBuffer())
        bytes.writeImmutableBuffer(frame(type: 7, stream: 0, payload))
        return bytes
    }

    /// A server's first words, and a whole answer to the first request.
    static func answer(_ headers: HPACKHeaders) throws -> ByteBuffer {
        var encoder = HPACKEncoder(allocator: ByteBufferAllocator())
        var block = ByteBuffer()
        try encoder.encode(headers: headers, to: &block)
        var bytes = frame(type: 4, stream: 0, ByteBuffer())
        bytes.writeImmutableBuffer(frame(type: 4, flags: 0x1, stream: 0, ByteBuffer()))
        bytes.writeImmutableBuffer(frame(type: 1, flags: 0x5, stream: 1, block))
        return bytes
    }

    /// Lets the other side send a million bytes more.
    static func window(stream: UInt32) -> ByteBuffer {
        frame(type: 8, stream: stream, ByteBuffer(integer: UInt32(1_000_000)))
    }

    /// Reads a frame: how many bytes of a body it has, and whether it ends the stream.
    static func next(_ wire: Wire) async throws -> (body: Int, isEnd: Bool) {
        let head = try await wire.bytes(9)
        let length = head.prefix(3).reduce(0) { $0 << 8 | Int($1) }
        _ = try await wire.bytes(length)
        // A stream may end by a reset as well.
        let isEnd = head[3] == 3 || head[3] <= 1 && head[4] & 1 == 1
        return (head[3] == 0 ? length : 0, isEnd)
    }

    private static func frame(type: UInt8, flags: UInt8 = 0, stream: UInt32, _ payload: ByteBuffer) -> ByteBuffer {
        var bytes = ByteBuffer(integer: UInt8(0))
        bytes.writeInteger(UInt16(payload.readableBytes))
        bytes.writeInteger(type)
        bytes.writeInteger(flags)
        bytes.writeInteger(stream)
        bytes.writeImmutableBuffer(payload)
        return bytes
    }
}
