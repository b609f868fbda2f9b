import NIOCore
import NIOPosix

/// A relay of bytes that knows nothing of HTTP, one connection to the upstream for each of a client: what the channels of
/// SwiftNIO and the kernel cost, which no proxy that is built on them goes below.
enum Relay {
    /// Serves until the process is ended.
    static func serve(port: Int, upstream: Int, threads: Int) async throws {
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup(numberOfThreads: threads))
            .serverChannelOption(.backlog, value: 1024)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { client in
                ClientBootstrap(group: client.eventLoop).connect(host: "127.0.0.1", port: upstream)
                    .flatMapThrowing { server in
                        try client.pipeline.syncOperations.addHandler(Passing(to: server))
                        try server.pipeline.syncOperations.addHandler(Passing(to: client))
                    }
            }
            .bind(host: "127.0.0.1", port: port).get()
        try await channel.closeFuture.get()
    }

    private final class Passing: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer

        private let other: any Channel

        init(to other: any Channel) { self.other = other }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            other.write(unwrapInboundIn(data), promise: nil)
        }

        func channelReadComplete(context: ChannelHandlerContext) { other.flush() }

        func channelInactive(context: ChannelHandlerContext) { other.close(promise: nil) }
    }
}
