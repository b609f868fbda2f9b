import NIOCore
import NIOPosix
import Synchronization

/// A proxy on loopback that leads to whatever it is asked for: by HTTP's CONNECT, or by SOCKS5 without a user.
final class TestTunnel: Sendable {
    enum Kind: Sendable {
        case http
        case socks
    }

    let port: Int
    private let asked: Asked

    private final class Asked: Sendable {
        let lines = Mutex<[String]>([])
    }

    /// What was asked for: CONNECT's head, or a SOCKS address.
    var requests: [String] { asked.lines.withLock { $0 } }

    private init(port: Int, asked: Asked) {
        self.port = port
        self.asked = asked
    }

    /// Leads to the port that is asked for, on loopback, while `body` runs.
    static func serving<Result: Sendable>(
        _ kind: Kind, _ body: (TestTunnel) async throws -> Result
    ) async throws -> Result {
        let asked = Asked()
        let channel = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Front(kind: kind, asked: asked))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        do {
            let result = try await body(TestTunnel(port: channel.localAddress?.port ?? 0, asked: asked))
            try? await channel.close()
            return result
        } catch {
            try? await channel.close()
            throw error
        }
    }

    /// The client's side.
    private final class Front: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer

        private let kind: Kind
        private let asked: Asked
        private var received: [UInt8] = []
        private var isGreeted = false
        private var back: (any Channel)?

        init(kind: Kind, asked: Asked) {
            self.kind = kind
            self.asked = asked
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let bytes = unwrapInboundIn(data)
            if let back {
                back.writeAndFlush(bytes, promise: nil)
                return
            }
            received += Array(bytes.readableBytesView)
            switch kind {
            case .http:
                let text = String(decoding: received, as: UTF8.self)
                guard text.hasSuffix("\r\n\r\n"), let target = text.split(separator: " ").dropFirst().first else {
                    return
                }
                connect(context, line: text, to: target, answer: Array("HTTP/1.1 200 OK\r\n\r\n".utf8))
            case .socks:
                guard isGreeted else {
                    guard received.count == 3 else { return }
                    isGreeted = true
                    received = []
                    context.writeAndFlush(NIOAny(ByteBuffer(bytes: [5, 0])), promise: nil)
                    return
                }
                // Version, command, nothing, kind of address; a name, or four bytes; two bytes of the port.
                guard received.count > 4, received.count == (received[3] == 1 ? 10 : 7 + Int(received[4])) else {
                    return
                }
                let port = received.suffix(2).reduce(0) { $0 * 256 + Int($1) }
                let address = received[3] == 1 ? received[4..<8] : received.dropFirst(5).dropLast(2)
                let host =
                    received[3] == 1
                    ? address.map { "\($0)" }.joined(separator: ".") : String(decoding: address, as: UTF8.self)
                let target = "\(host):\(port)"
                connect(context, line: target, to: target[...], answer: [5, 0, 0, 1, 0, 0, 0, 0, 0, 0])
            }
        }

        private func connect(_ context: ChannelHandlerContext, line: String, to target: Substring, answer: [UInt8]) {
            asked.lines.withLock { $0.append(line) }
            let front = context.channel
            let port = target.split(separator: ":").last.flatMap { Int($0) } ?? 0
            let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
            ClientBootstrap(group: context.eventLoop)
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHandler(Back(front: front))
                    }
                }
                .connect(host: "127.0.0.1", port: port)
                .whenSuccess { channel in
                    bound.value.back = channel
                    front.writeAndFlush(ByteBuffer(bytes: answer), promise: nil)
                }
        }

        func channelInactive(context: ChannelHandlerContext) { back?.close(promise: nil) }
    }

    /// The server's side.
    private final class Back: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer

        private let front: any Channel

        init(front: any Channel) { self.front = front }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            front.writeAndFlush(unwrapInboundIn(data), promise: nil)
        }

        func channelInactive(context: ChannelHandlerContext) { front.close(promise: nil) }
    }
}
