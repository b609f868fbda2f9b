import NIOCore

/// What is known of a request before it has an endpoint.
struct PassageFacts: Sendable {
    /// As the endpoint shall see it.
    var path: String
    /// When the request came.
    var arrival: NIODeadline
    /// How long the answer may take, once the model is awake.
    var timeout: TimeAmount
    /// How long it waits for a model that sleeps.
    var wakeTimeout: TimeAmount
    /// When the client said that it no longer waits.
    var clientDeadline: NIODeadline?
    var isGRPC = false
    var isRetrySafe = false
    /// Whether it asks for health: such a request counts for nothing, or no model with a monitor would sleep.
    var isProbe = false
    /// Whether it asks for an explanation.
    var isExplanation = false
    /// Who sent it, where that decides the revision.
    var user: UInt64?
    /// Where a copy goes.
    var mirror: Gate?
    var setCookie: String?
    var payload: PayloadSample?

    /// When a request ends that gets a place at a time.
    ///
    /// - Parameter start: The arrival, or later where it waited for a model that slept.
    func deadline(from start: NIODeadline) -> NIODeadline { earlier(start + timeout) }

    /// Until when it waits for a model that sleeps.
    var wakeBy: NIODeadline { earlier(arrival + wakeTimeout) }

    private func earlier(_ deadline: NIODeadline) -> NIODeadline {
        clientDeadline.map { min($0, deadline) } ?? deadline
    }
}
