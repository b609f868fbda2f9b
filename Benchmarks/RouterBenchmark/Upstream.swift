import NIOCore
import NIOHTTP1
import NIOPosix

/// A model server that answers at once, and always the same: what a proxy costs is then what is measured.
enum Upstream {
    static let answer =
        #"{"model_name":"bench","id":"1","outputs":[{"name":"predict","shape":[1,1],"datatype":"FP64","data":[0.7]}]}"#

    /// Serves until the process is ended.
    static func serve(port: Int) async throws {
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup(numberOfThreads: 1))
            .serverChannelOption(.backlog, value: 1024)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline(withErrorHandling: true)
                    try channel.pipeline.syncOperations.addHandler(Answering())
                }
            }
            .bind(host: "127.0.0.1", port: port).get()
        try await channel.closeFuture.get()
    }

    private final class Answering: ChannelInboundHandler {
        typealias InboundIn = HTTPServerRequestPart
        typealias OutboundOut = HTTPServerResponsePart

        private let head: HTTPResponseHead = {
            let headers: HTTPHeaders = [
                "Content-Type": "application/json", "Content-Length": String(Upstream.answer.utf8.count),
            ]
            return HTTPResponseHead(version: .http1_1, status: .ok, headers: headers)
        }()
        private let body = ByteBuffer(string: Upstream.answer)

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            guard case .end = unwrapInboundIn(data) else { return }
            context.write(wrapOutboundOut(.head(head)), promise: nil)
            context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil)
            context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        }
    }
}
