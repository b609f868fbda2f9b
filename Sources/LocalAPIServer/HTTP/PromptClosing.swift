import NIOCore
import NIOSSL

/// Closes its connection a moment after the server was asked to stop, whatever the client does.
///
/// Idle connections and those whose answer is written close at once by themselves; but TLS then waits seconds for the
/// client's goodbye, and a client that does not read keeps its answer from ending.
final class PromptClosing: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = NIOAny
    typealias InboundOut = NIOAny

    private static let grace = TimeAmount.milliseconds(500)

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is ChannelShouldQuiesceEvent {
            let channel = context.channel
            context.eventLoop.scheduleTask(in: Self.grace) {
                // From TLS on outwards: through TLS, closing would wait for the client.
                let security = try? channel.pipeline.syncOperations.context(handlerType: NIOSSLServerHandler.self)
                guard let security else {
                    channel.close(promise: nil)
                    return
                }
                security.close(promise: nil)
            }
        }
        context.fireUserInboundEventTriggered(event)
    }
}
