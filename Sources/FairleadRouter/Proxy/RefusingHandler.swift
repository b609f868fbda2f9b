import NIOCore

/// Tells a client that there are too many, without a word of HTTP being read.
final class RefusingHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private static let answer = ByteBuffer(
        string: "HTTP/1.1 503 Service Unavailable\r\nserver: fairlead\r\ncontent-type: application/json\r\n"
            + "retry-after: 1\r\nconnection: close\r\ncontent-length: \(text.utf8.count)\r\n\r\n\(text)")
    private static let text = #"{"error":"this router has as many clients as it may"}"#
    /// What is sent to a closed connection may keep its client from reading the answer.
    private static let lingering = TimeAmount.seconds(1)

    func channelActive(context: ChannelHandlerContext) {
        context.writeAndFlush(wrapOutboundOut(Self.answer), promise: nil)
        context.close(mode: .output, promise: nil)
        let channel = context.channel
        context.eventLoop.scheduleTask(in: Self.lingering) { channel.close(promise: nil) }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {}
}
