import NIOCore

/// What is to be done with a request.
enum Dispatch {
    /// The router answers by itself.
    case answer(LocalAnswer)
    /// It depends on what the call is about: the dispatcher is to be asked again with ``RequestFacts/subject``.
    case read
    case forward(Passage)
    /// The request waits for an endpoint; the future fails with a ``LocalAnswer`` where none came in time.
    case hold(Held)
}

/// A request that waits.
struct Held {
    /// On the event loop of the request.
    var passage: EventLoopFuture<Passage>
    /// Gives the place in the queue up, for the client has gone; the future then fails.
    ///
    /// On any thread, at any time.
    var cancel: @Sendable () -> Void
}
