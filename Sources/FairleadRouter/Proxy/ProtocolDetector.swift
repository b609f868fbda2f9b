import NIOCore
import NIOHTTP1
import NIOHTTP2

/// Looks at a connection's first bytes: HTTP/2 with prior knowledge begins with a preface (RFC 9113, 3.4), all else is
/// HTTP/1.
final class ProtocolDetector: ChannelInboundHandler, RemovableChannelHandler, Timed {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private static let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)

    private let loop: ProxyLoop
    private var since: NIODeadline
    private var isDraining = false
    private var context: ChannelHandlerContext?
    private var received = ByteBuffer()

    init(loop: ProxyLoop) {
        self.loop = loop
        since = loop.now
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        loop.add(self)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
        loop.remove(self)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var data = unwrapInboundIn(data)
        if received.readableBytes == 0 {
            received = data
        } else {
            received.writeBuffer(&data)
        }
        let isPreface = received.readableBytesView.starts(with: Self.preface.prefix(received.readableBytes))
        if isPreface, received.readableBytes < Self.preface.count { return }
        do {
            let bytes = received
            received = ByteBuffer()
            if isPreface {
                try HTTP2Client.configure(context.channel, loop: loop)
            } else {
                try context.pipeline.syncOperations.addHandlers(handlers(of: context.channel))
            }
            context.fireChannelRead(wrapInboundOut(bytes))
            context.pipeline.syncOperations.removeHandler(self, promise: nil)
        } catch {
            context.close(promise: nil)
        }
    }

    func check(_ now: NIODeadline) {
        if now - since > (isDraining ? loop.limits.drainIdle : loop.limits.headTimeout) { context?.close(promise: nil) }
    }

    func drain() {
        isDraining = true
        since = loop.now
    }

    private func handlers(of channel: any Channel) -> [any ChannelHandler] {
        var limits = NIOHTTPDecoderLimitConfiguration()
        limits.maxHeaderFieldSize = loop.limits.headerBytes
        limits.maxHeaderListSize = loop.limits.headerBytes
        limits.maxHeaderFieldCount = loop.limits.headerCount
        return [
            ByteToMessageHandler(HTTPRequestDecoder(leftOverBytesStrategy: .dropBytes, limitConfiguration: limits)),
            ClientConnection(loop: loop, origin: channel.remoteAddress?.ipAddress ?? "unknown"),
        ]
    }
}
