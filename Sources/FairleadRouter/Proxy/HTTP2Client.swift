import NIOCore
import NIOHTTP2

/// An HTTP/2 connection of a client, as a whole.
final class HTTP2Client: Timed {
    private let channel: any Channel
    private let loop: ProxyLoop
    private var streams = 0
    /// Since when there is no stream.
    private var idleSince: NIODeadline
    private var isDraining = false
    private var unsent = UnsentBytes()

    private init(_ channel: any Channel, loop: ProxyLoop) {
        self.channel = channel
        self.loop = loop
        idleSince = loop.now
    }

    /// Lets a channel speak HTTP/2; every stream of it is a request.
    static func configure(_ channel: any Channel, loop: ProxyLoop) throws {
        let management = NIOHTTP2ServerConnectionManagementHandler(
            eventLoop: channel.eventLoop,
            configuration: .init(
                maxIdleTime: loop.limits.idleTimeout, maxAge: nil, maxGraceTime: nil, keepalive: nil))
        var connection = NIOHTTP2Handler.ConnectionConfiguration()
        connection.initialSettings = HTTP2Windows.settings
        connection.targetWindowSize = HTTP2Windows.connection
        var stream = NIOHTTP2Handler.StreamConfiguration()
        stream.targetWindowSize = HTTP2Windows.stream
        stream.outboundBufferSizeHighWatermark = HTTP2Windows.highWatermark
        stream.outboundBufferSizeLowWatermark = HTTP2Windows.lowWatermark
        // Clients with short deadlines cancel many calls.
        stream.streamResetFrameRateLimit.maximumCount = 1000
        let origin = channel.remoteAddress?.ipAddress ?? "unknown"
        let client = HTTP2Client(channel, loop: loop)
        let bound = NIOLoopBound(client, eventLoop: channel.eventLoop)
        let handler = NIOHTTP2Handler(
            mode: .server, eventLoop: channel.eventLoop, connectionConfiguration: connection,
            streamConfiguration: stream, streamDelegate: management.http2StreamDelegate
        ) { stream in
            stream.eventLoop.makeCompletedFuture {
                let request = ClientStream(of: bound.value, loop: bound.value.loop, origin: origin)
                try stream.pipeline.syncOperations.addHandler(request)
            }
        }
        try channel.pipeline.syncOperations.addHandlers(handler, management, ConnectionErrors())
        // The channel is active already, which starts the clock of idle connections.
        try channel.pipeline.syncOperations.context(handler: handler).fireChannelActive()
        loop.add(client)
        channel.closeFuture.assumeIsolated().whenComplete { _ in loop.remove(client) }
    }

    func streamOpened() { streams += 1 }

    func streamClosed() {
        streams -= 1
        idleSince = loop.now
    }

    func check(_ now: NIODeadline) {
        // A client that has vanished says nothing to GOAWAY.
        guard isDraining, streams == 0, now - idleSince > loop.limits.drainIdle,
            unsent.allowClosing(channel, now, stallTimeout: loop.limits.stallTimeout)
        else { return }
        channel.close(promise: nil)
    }

    /// Sends GOAWAY, and closes after the last stream.
    func drain() {
        isDraining = true
        idleSince = loop.now
        channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
    }
}

/// Closes a connection on which HTTP/2 went wrong as a whole.
private final class ConnectionErrors: ChannelInboundHandler {
    typealias InboundIn = HTTP2Frame

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // An error of one stream reaches that stream; this connection may go on.
        if error is NIOHTTP2Errors.StreamError { return }
        context.close(promise: nil)
    }
}
