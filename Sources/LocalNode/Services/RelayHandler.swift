import NIOCore

/// Passes what one connection receives on to another, as fast as the other takes it.
///
/// Both connections are on one event loop; each end's half close reaches the other's peer.
final class RelayHandler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// For how long a connection may take what is left, once the other has ended.
    private static let patience = TimeAmount.seconds(10)

    private var partner: RelayHandler?
    private var context: ChannelHandlerContext?
    /// Whether the next read waits until the partner can take more.
    private var isHeld = false
    private let isNear: Bool

    private init(isNear: Bool) { self.isNear = isNear }

    /// Handlers for the connection that was accepted and the one that was made for it.
    static func pair() -> (near: RelayHandler, far: RelayHandler) {
        let (near, far) = (RelayHandler(isNear: true), RelayHandler(isNear: false))
        near.partner = far
        far.partner = near
        return (near, far)
    }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
        end()
    }

    func channelActive(context: ChannelHandlerContext) {
        // The far end has long been connected; it waits for the near one.
        if isNear {
            context.read()
            partner?.context?.read()
        }
        context.fireChannelActive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard let other = partner?.context else { return }
        other.write(data, promise: nil)
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        guard let other = partner?.context else { return }
        other.flush()
        if other.channel.isWritable { context.read() } else { isHeld = true }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable { partner?.resume() }
        context.fireChannelWritabilityChanged()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .some(ChannelEvent.inputClosed) = event as? ChannelEvent {
            partner?.context?.close(mode: .output, promise: nil)
        }
        context.fireUserInboundEventTriggered(event)
    }

    func channelInactive(context: ChannelHandlerContext) {
        end()
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    private func resume() {
        guard isHeld else { return }
        isHeld = false
        context?.read()
    }

    /// Ends the other connection when what was written to it has been sent, or when it takes nothing.
    private func end() {
        guard let other = partner else { return }
        partner = nil
        other.partner = nil
        guard let context = other.context else { return }
        let channel = context.channel
        let timer = context.eventLoop.scheduleTask(in: Self.patience) { channel.close(promise: nil) }
        context.writeAndFlush(wrapOutboundOut(ByteBuffer())).assumeIsolated().whenComplete { _ in
            timer.cancel()
            context.close(promise: nil)
        }
    }
}
