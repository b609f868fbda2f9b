import NIOCore
import NIOHTTP1

/// HTTP/1 messages on their way out of a connection, put together so that a small message is one write.
///
/// A message written part by part costs a write of each, and through NIO's encoders another list of headers: that was a
/// fifth of the proxy's own time. What is put together waits for ``flush(to:promise:)``, and is bounded.
final class OutgoingBytes {
    /// What a loop's connections write into in turns: a buffer whose bytes were sent at once serves the next one.
    final class Scratch {
        fileprivate var buffer = ByteBuffer()
    }

    /// Parts up to this size are copied: that takes less than another write of the kernel's.
    private static let copied = 4 << 10
    /// How much is put together before it is handed on.
    private static let bound = 16 << 10

    private let scratch: Scratch
    private var buffer: ByteBuffer?
    private var isChunked = false
    /// Whether something was handed on that isn't flushed.
    private var mustFlush = false

    init(_ scratch: Scratch) { self.scratch = scratch }

    /// Begins a message: `write` writes the lines of its head.
    func begin(isChunked: Bool, _ write: (inout ByteBuffer) -> Void) {
        self.isChunked = isChunked
        append { buffer in
            write(&buffer)
            buffer.writeStaticString("\r\n")
        }
    }

    /// Goes on with the message.
    func add(_ part: ByteBuffer, to context: ChannelHandlerContext) {
        guard part.readableBytes > 0 else { return }
        if isChunked {
            append { buffer in
                buffer.writeString(String(part.readableBytes, radix: 16))
                buffer.writeStaticString("\r\n")
            }
        }
        if part.readableBytes <= Self.copied {
            append { $0.writeImmutableBuffer(part) }
        } else {
            handOn(to: context)
            context.write(NIOAny(part), promise: nil)
            mustFlush = true
        }
        if isChunked { append { $0.writeStaticString("\r\n") } }
        if let buffer, buffer.readableBytes > Self.bound { handOn(to: context) }
    }

    /// Ends the message.
    ///
    /// - Parameter trailers: Left out where the message's framing has no room for them.
    func end(_ trailers: HTTPHeaders?) {
        guard isChunked else { return }
        append { buffer in
            buffer.writeStaticString("0\r\n")
            for (name, value) in trailers ?? [:] where HeaderName.mayTrail(name) {
                buffer.writeField(name, value)
            }
            buffer.writeStaticString("\r\n")
        }
    }

    /// Sends what was put together.
    ///
    /// - Parameter promise: Kept when all of it has been sent.
    func flush(to context: ChannelHandlerContext, promise: EventLoopPromise<Void>? = nil) {
        let isDirty = mustFlush
        mustFlush = false
        if let bytes = buffer.take() {
            context.writeAndFlush(NIOAny(bytes), promise: promise)
            reuse(bytes)
        } else if let promise {
            context.writeAndFlush(NIOAny(ByteBuffer()), promise: promise)
        } else if isDirty {
            context.flush()
        }
    }

    private func append(_ write: (inout ByteBuffer) -> Void) {
        if buffer == nil {
            buffer = scratch.buffer
            scratch.buffer = ByteBuffer()
            // Bytes that still wait to be sent stay as they are: then this makes a new buffer.
            buffer?.clear(minimumCapacity: 1 << 10)
        }
        guard var bytes = buffer.take() else { return }
        write(&bytes)
        buffer = bytes
    }

    private func handOn(to context: ChannelHandlerContext) {
        guard let bytes = buffer.take() else { return }
        mustFlush = true
        context.write(NIOAny(bytes), promise: nil)
    }

    private func reuse(_ bytes: ByteBuffer) {
        if bytes.capacity <= 2 * Self.bound { scratch.buffer = bytes }
    }
}

extension ByteBuffer {
    /// Writes a line of a head.
    mutating func writeField(_ name: String, _ value: String) {
        let size = name.utf8.count + value.utf8.count + 4
        writeWithUnsafeMutableBytes(minimumWritableBytes: size) { target in
            let (colon, end) = (name.utf8.count, size - 2)
            target.copyBytes(from: name.utf8)
            target[colon] = UInt8(ascii: ":")
            target[colon + 1] = UInt8(ascii: " ")
            UnsafeMutableRawBufferPointer(rebasing: target[(colon + 2)..<end]).copyBytes(from: value.utf8)
            target[end] = UInt8(ascii: "\r")
            target[end + 1] = UInt8(ascii: "\n")
            return size
        }
    }

    /// Writes the first line of an answer's head.
    mutating func writeStatus(_ status: HTTPResponseStatus) {
        if status == .ok {
            writeStaticString("HTTP/1.1 200 OK\r\n")
        } else {
            writeString("HTTP/1.1 \(status.code) \(status.reasonPhrase)\r\n")
        }
    }
}
