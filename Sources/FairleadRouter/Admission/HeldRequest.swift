import NIOCore

/// A request that waits at a gate.
struct HeldRequest: Sendable {
    var facts: PassageFacts
    var loop: any EventLoop
    var promise: EventLoopPromise<Passage>
    /// Whether there was no pod when it came.
    var foundNoPod = false
    /// Looks at it when its time may be over.
    var alarm: Scheduled<Void>?
}
