import NIOCore
import NIOPosix

/// A connection of which a test sends and reads the very bytes.
final class Wire {
    /// The connection ended before what was waited for came.
    struct Ended: Error {}

    /// An answer, or a request, as it came.
    struct Message {
        var startLine: String
        var headers: [(name: String, value: String)]
        var body = ""

        /// The answer's status.
        var status: Int { Int(startLine.split(separator: " ").dropFirst().first ?? "") ?? 0 }

        /// The values of a header, whatever its case.
        subscript(name: String) -> [String] { headers.filter { $0.name == name }.map(\.value) }
    }

    private var iterator: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator
    private let channel: any Channel
    private var buffer = ByteBuffer()

    init(_ inbound: NIOAsyncChannelInboundStream<ByteBuffer>, _ channel: any Channel) {
        iterator = inbound.makeAsyncIterator()
        self.channel = channel
    }

    /// Connects, and closes at the end.
    static func connect<T: Sendable>(
        _ port: Int, isolation: isolated (any Actor)? = #isolation, _ body: (Wire) async throws -> T
    ) async throws -> T {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        return try await channel.executeThenClose { inbound, _ in
            try await body(Wire(inbound, channel.channel))
        }
    }

    func send(_ text: String) async throws { try await send(ByteBuffer(string: text)) }

    /// Returns when the kernel has taken the bytes.
    func send(_ bytes: ByteBuffer) async throws { try await channel.writeAndFlush(bytes).get() }

    /// Reads up to and with a text.
    func read(through end: String) async throws -> String {
        let pattern = Array(end.utf8)
        while true {
            let view = buffer.readableBytesView
            if let range = view.firstRange(of: pattern) {
                return buffer.readString(length: range.upperBound - view.startIndex) ?? ""
            }
            try await fill()
        }
    }

    /// Reads so many bytes.
    func read(_ count: Int) async throws -> String {
        while buffer.readableBytes < count { try await fill() }
        return buffer.readString(length: count) ?? ""
    }

    /// Reads so many bytes, of whatever kind.
    func bytes(_ count: Int) async throws -> [UInt8] {
        while buffer.readableBytes < count { try await fill() }
        return buffer.readBytes(length: count) ?? []
    }

    /// Reads to the end of the connection; what came.
    func readToEnd() async -> String {
        while (try? await fill()) != nil {}
        return buffer.readString(length: buffer.readableBytes) ?? ""
    }

    /// Reads a head; nil at the end of the connection.
    func head() async throws -> Message? {
        let text: String
        do {
            text = try await read(through: "\r\n\r\n")
        } catch is Ended {
            return nil
        }
        var lines = text.split(separator: "\r\n")
        let start = lines.removeFirst()
        let headers = lines.map { line in
            let colon = line.firstIndex(of: ":") ?? line.endIndex
            return (
                name: line[..<colon].lowercased(), value: line[colon...].dropFirst().trimmingPrefix(" ").description
            )
        }
        return Message(startLine: String(start), headers: headers)
    }

    /// Reads a request; nil at the end of the connection.
    func request() async throws -> Message? {
        guard var message = try await head() else { return nil }
        try await readBody(&message, toEnd: false)
        return message
    }

    /// Reads an answer, to a HEAD request without a body.
    func answer(hasBody: Bool = true) async throws -> Message {
        guard var message = try await head() else { throw Ended() }
        if hasBody, message.status != 204, message.status != 304, message.status >= 200 {
            try await readBody(&message, toEnd: true)
        }
        return message
    }

    /// Reads one chunk of a chunked body.
    func chunk() async throws -> String {
        let size = Int(try await read(through: "\r\n").filter(\.isHexDigit), radix: 16) ?? 0
        let text = try await read(size)
        _ = try await read(2)
        return text
    }

    private func readBody(_ message: inout Message, toEnd: Bool) async throws {
        if message["transfer-encoding"] == ["chunked"] {
            while true {
                let text = try await chunk()
                if text.isEmpty { return }
                message.body += text
            }
        } else if let length = message["content-length"].first.flatMap(Int.init) {
            message.body = try await read(length)
        } else if toEnd {
            message.body = await readToEnd()
        }
    }

    private func fill() async throws {
        guard let more = try await iterator.next(isolation: #isolation) else { throw Ended() }
        buffer.writeImmutableBuffer(more)
        buffer.discardReadBytes()
    }
}

/// A server whose connections a test speaks to by the byte.
enum RawServer {
    /// Serves while a body runs.
    static func serve<T: Sendable>(
        _ connection: @escaping @Sendable (Wire) async throws -> Void,
        while body: @Sendable @escaping (_ port: Int) async throws -> T
    ) async throws -> T {
        let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .bind(host: "127.0.0.1", port: 0) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        let port = server.channel.localAddress?.port ?? 0
        return try await withThrowingTaskGroup(of: T?.self) { group in
            group.addTask {
                try? await server.executeThenClose { clients in
                    try await withThrowingDiscardingTaskGroup { connections in
                        for try await client in clients {
                            connections.addTask {
                                try? await client.executeThenClose { inbound, _ in
                                    try await connection(Wire(inbound, client.channel))
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

    /// Answers every request of a connection.
    static func answering(_ answer: @escaping @Sendable (Wire.Message) -> String)
        -> @Sendable (Wire) async throws -> Void
    {
        { wire in while let request = try await wire.request() { try await wire.send(answer(request)) } }
    }

    /// An answer with a body.
    static func ok(_ body: String, headers: String = "") -> String {
        "HTTP/1.1 200 OK\r\n\(headers)content-length: \(body.utf8.count)\r\n\r\n\(body)"
    }
}
