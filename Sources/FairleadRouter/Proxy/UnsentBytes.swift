import NIOCore

/// What a channel has yet to hand to the kernel, which is lost where it is closed.
struct UnsentBytes {
    private var count = 0
    /// When some of it was sent last.
    private var since = NIODeadline.uptimeNanoseconds(0)

    /// Whether a channel may be closed: all is sent, or the other side takes nothing in any more.
    mutating func allowClosing(_ channel: any Channel, _ now: NIODeadline, stallTimeout: TimeAmount) -> Bool {
        let last = count
        count = (try? channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0
        if count != last { since = now }
        return count == 0 || now - since > stallTimeout
    }
}
