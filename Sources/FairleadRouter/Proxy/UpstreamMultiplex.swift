import NIOCore
import NIOHPACK
import NIOHTTP1
import NIOHTTP2

/// An HTTP/2 connection to a model server: many requests at a time.
final class UpstreamMultiplex {
    let endpoint: Endpoint
    /// How many requests are under way.
    private(set) var streams = 0
    /// Since when there is none.
    private(set) var idleSince = NIODeadline.now()
    private let channel: any Channel
    private let multiplexer: NIOHTTP2Handler.StreamMultiplexer
    private let pool: UpstreamPool
    private var isOpen = true
    private var maximumStreams = 100
    /// The last stream that the server takes, once it has said so.
    private var lastTaken: HTTP2StreamID?

    /// Takes a channel that has just connected.
    init(_ endpoint: Endpoint, channel: any Channel, pool: UpstreamPool) throws {
        self.endpoint = endpoint
        self.channel = channel
        self.pool = pool
        var connection = NIOHTTP2Handler.ConnectionConfiguration()
        connection.initialSettings = HTTP2Windows.settings
        var stream = NIOHTTP2Handler.StreamConfiguration()
        stream.targetWindowSize = HTTP2Windows.stream
        stream.outboundBufferSizeHighWatermark = HTTP2Windows.highWatermark
        stream.outboundBufferSizeLowWatermark = HTTP2Windows.lowWatermark
        // One pod is reset by many clients' calls.
        stream.streamResetFrameRateLimit.maximumCount = 2000
        stream.streamResetFrameRateLimit.windowLength = .seconds(1)
        connection.targetWindowSize = HTTP2Windows.connection
        multiplexer = try channel.pipeline.syncOperations.configureHTTP2Pipeline(
            mode: .client, connectionConfiguration: connection, streamConfiguration: stream
        ) { stream in
            // A model server has nothing to push.
            stream.close()
        }
        try channel.pipeline.syncOperations.addHandler(UpstreamMonitor(self))
    }

    /// Whether it takes another request.
    var hasRoom: Bool { isOpen && channel.isActive && streams < maximumStreams }

    /// Serves an exchange by a stream of its own, if it still wants to be served.
    func openStream(for exchange: Exchange, isReused: Bool) {
        streams += 1
        let promise = channel.eventLoop.makePromise(of: (any Channel).self)
        promise.futureResult.assumeIsolated().whenComplete { [self] result in
            guard case .success(let channel) = result else {
                streamClosed()
                return exchange.upstreamFailed(.unprocessed)
            }
            let stream = UpstreamStream(exchange, of: self)
            do {
                try channel.pipeline.syncOperations.addHandler(stream)
            } catch {
                streamClosed()
                return exchange.upstreamFailed(.unprocessed)
            }
            if !exchange.attached(stream, isReused: isReused, flushing: true) { stream.cancel() }
        }
        multiplexer.createStreamChannel(promise: promise) { channel in channel.eventLoop.makeSucceededVoidFuture() }
    }

    func streamClosed() {
        streams -= 1
        guard streams == 0 else { return }
        idleSince = .now()
        if !isOpen { close() }
    }

    /// Whether the server has said that it did nothing with a stream (RFC 9113, 6.8).
    func hasLeftOut(_ stream: HTTP2StreamID) -> Bool { lastTaken.map { stream > $0 } ?? false }

    /// Takes no more requests.
    ///
    /// - Parameter last: The last one that the server works on, where it says so.
    func retire(after last: HTTP2StreamID? = nil) {
        lastTaken = last ?? lastTaken
        guard isOpen else { return }
        isOpen = false
        pool.forget(self)
        if streams == 0 { close() }
    }

    func limit(to streams: Int) { maximumStreams = max(1, streams) }

    func close() { channel.close(promise: nil) }
}

/// Watches what a model server says of the connection as a whole.
private final class UpstreamMonitor: ChannelInboundHandler {
    typealias InboundIn = HTTP2Frame

    private let multiplex: UpstreamMultiplex

    init(_ multiplex: UpstreamMultiplex) { self.multiplex = multiplex }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data).payload {
        case .goAway(let last, _, _): multiplex.retire(after: last)
        case .settings(.settings(let settings)):
            for setting in settings where setting.parameter == .maxConcurrentStreams {
                multiplex.limit(to: setting.value)
            }
        default: break
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        multiplex.retire()
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // An error of one stream reaches that stream; this connection may go on.
        if error is NIOHTTP2Errors.StreamError { return }
        context.close(promise: nil)
    }
}
