import NIOCore
import NIOHPACK
import NIOHTTP2
import NIOPosix

/// A stream of HTTP/2, of which a test sends and reads the frames.
final class StreamWire {
    typealias Stream = NIOAsyncChannel<HTTP2Frame.FramePayload, HTTP2Frame.FramePayload>

    /// What came up to the end of the stream.
    struct Message {
        var headers: HPACKHeaders = [:]
        var body = ""
        var trailers: HPACKHeaders?
    }

    private var iterator: NIOAsyncChannelInboundStream<HTTP2Frame.FramePayload>.AsyncIterator
    private let outbound: NIOAsyncChannelOutboundWriter<HTTP2Frame.FramePayload>

    private init(
        _ inbound: NIOAsyncChannelInboundStream<HTTP2Frame.FramePayload>,
        _ outbound: NIOAsyncChannelOutboundWriter<HTTP2Frame.FramePayload>
    ) {
        iterator = inbound.makeAsyncIterator()
        self.outbound = outbound
    }

    func send(_ headers: HPACKHeaders, isEnd: Bool = false) async throws {
        try await outbound.write(.headers(.init(headers: headers, endStream: isEnd)))
    }

    func send(_ body: String, isEnd: Bool = false) async throws { try await send(bytes: body.utf8, isEnd: isEnd) }

    func send(bytes: some Sequence<UInt8>, isEnd: Bool = false) async throws {
        try await outbound.write(.data(.init(data: .byteBuffer(ByteBuffer(bytes: bytes)), endStream: isEnd)))
    }

    /// Ends the stream without more.
    func reset(_ code: HTTP2ErrorCode) async throws { try await outbound.write(.rstStream(code)) }

    /// The next frame that is one of headers or of data; nil at the end.
    func frame() async throws -> HTTP2Frame.FramePayload? {
        while let frame = try await iterator.next(isolation: #isolation) {
            switch frame {
            case .headers, .data: return frame
            default: continue
            }
        }
        return nil
    }

    /// Reads to the end of the other side.
    func message() async throws -> Message {
        var message = Message()
        var hasHeaders = false
        while let frame = try await frame() {
            switch frame {
            case .headers(let frame):
                if hasHeaders {
                    message.trailers = frame.headers
                } else {
                    message.headers = frame.headers
                }
                hasHeaders = true
                if frame.endStream { return message }
            case .data(let frame):
                if case .byteBuffer(let buffer) = frame.data { message.body += String(buffer: buffer) }
                if frame.endStream { return message }
            default: break
            }
        }
        throw Wire.Ended()
    }

    private static func wrap(_ channel: any Channel) -> EventLoopFuture<Stream> {
        channel.eventLoop.makeCompletedFuture { try Stream(wrappingChannelSynchronously: channel) }
    }

    /// A client's connection.
    struct Connection: Sendable {
        let channel: any Channel
        let multiplexer: NIOHTTP2Handler.AsyncStreamMultiplexer<Stream>

        /// Makes one request.
        func stream<T: Sendable>(_ body: (StreamWire) async throws -> T) async throws -> T {
            let stream = try await multiplexer.openStream { StreamWire.wrap($0) }
            return try await stream.executeThenClose { inbound, outbound in
                try await body(StreamWire(inbound, outbound))
            }
        }
    }

    /// Connects, and closes at the end.
    static func connect<T: Sendable>(
        _ port: Int, _ body: @Sendable (Connection) async throws -> T
    ) async throws -> T {
        let bootstrap = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
        var configuration = NIOHTTP2Handler.Configuration()
        // A client that means no good sends anything.
        configuration.connection.headerBlockValidation = .disabled
        let connection = try await bootstrap.connect(host: "127.0.0.1", port: port) { [configuration] channel in
            channel.configureAsyncHTTP2Pipeline(mode: .client, configuration: configuration) { StreamWire.wrap($0) }
                .map { Connection(channel: channel, multiplexer: $0) }
        }
        do {
            let result = try await body(connection)
            try? await connection.channel.close()
            return result
        } catch {
            try? await connection.channel.close()
            throw error
        }
    }

    /// Serves while a body runs.
    static func serve<T: Sendable>(
        _ handler: @escaping @Sendable (StreamWire) async throws -> Void,
        connected: @escaping @Sendable () -> Void = {},
        while body: @Sendable @escaping (_ port: Int) async throws -> T
    ) async throws -> T {
        let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .bind(host: "127.0.0.1", port: 0) { channel in
                connected()
                return channel.configureAsyncHTTP2Pipeline(mode: .server) { StreamWire.wrap($0) }
            }
        let port = server.channel.localAddress?.port ?? 0
        return try await withThrowingTaskGroup(of: T?.self) { group in
            group.addTask {
                try? await server.executeThenClose { clients in
                    try await withThrowingDiscardingTaskGroup { tasks in
                        for try await client in clients {
                            tasks.addTask {
                                try? await withThrowingDiscardingTaskGroup { streams in
                                    for try await stream in client.inbound {
                                        streams.addTask {
                                            try? await stream.executeThenClose { inbound, outbound in
                                                try await handler(StreamWire(inbound, outbound))
                                            }
                                        }
                                    }
                                }
                            }
                        }
                    }
                }
                return nil
            }
            group.addTask { try await body(port) }
            defer { group.cancelAll() }
            while let result = try await group.next() { if let result { return result } }
            throw Wire.Ended()
        }
    }
}
