import NIOCore
import NIOHTTP1

/// Writes requests in HTTP/1.1 to a model server.
///
/// It stands before the decoder of answers, which must learn each request's method, and keeps that from going further.
final class RequestWriter: ChannelOutboundHandler {
    typealias OutboundIn = HTTPClientRequestPart
    typealias OutboundOut = ByteBuffer

    private let bytes: OutgoingBytes
    private var context: ChannelHandlerContext?

    init(_ scratch: OutgoingBytes.Scratch) { bytes = OutgoingBytes(scratch) }

    /// Begins a request.
    func send(_ request: IncomingRequest, path: String) {
        bytes.begin(isChunked: request.framing == .chunked) { buffer in
            buffer.writeString(request.method.rawValue)
            buffer.writeStaticString(" ")
            buffer.writeString(path)
            buffer.writeStaticString(" HTTP/1.1\r\n")
            buffer.writeField("host", request.host)
            request.passHeaders { name, value in buffer.writeField(name, value) }
            switch request.framing {
            case .none: break
            case .length(let length): buffer.writeField("content-length", String(length))
            case .chunked: buffer.writeStaticString("transfer-encoding: chunked\r\n")
            }
        }
    }

    func send(_ body: ByteBuffer) {
        if let context { bytes.add(body, to: context) }
    }

    func sendEnd(_ trailers: HTTPHeaders?) { bytes.end(trailers) }

    func flush() {
        if let context { bytes.flush(to: context) }
    }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) { promise?.succeed() }
}
