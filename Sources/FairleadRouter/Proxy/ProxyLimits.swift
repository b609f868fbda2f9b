public import NIOCore

/// What the proxy grants clients and model servers: sizes, numbers and times.
public struct ProxyLimits: Sendable, Hashable {
    /// The most bytes of all names and values of a request's headers; 431 beyond.
    public var headerBytes = 64 << 10
    /// The most headers of a request; 431 beyond.
    public var headerCount = 256
    /// The most client connections at a time; 503 beyond.
    public var connections = 20_000
    /// How long a request's head may take; 408 beyond.
    public var headTimeout = TimeAmount.seconds(10)
    /// How long a client's connection may stay without a request.
    public var idleTimeout = TimeAmount.seconds(120)
    /// How long a client may neither send the rest of its request nor take in its answer.
    public var stallTimeout = TimeAmount.seconds(60)
    /// How long a connection to a model server may take.
    public var connectTimeout = TimeAmount.seconds(2)
    /// How long a connection to a model server is kept without a request: shorter than servers keep theirs, so that
    /// a request seldom meets one that the server just closes.
    public var upstreamIdleTimeout = TimeAmount.seconds(4)
    /// How many bytes of a request's body are held for another attempt.
    public var heldBytes = 64 << 10
    /// How many bytes of a request's body are held for the mirror; what is larger isn't mirrored.
    public var mirroredBytes = 1 << 20
    /// How many mirrored requests are under way at a time, by thread.
    public var mirrorsInFlight = 64
    /// How long an idle connection is kept once the router drains.
    public var drainIdle = TimeAmount.seconds(2)
    /// How often the times above are looked at.
    public var tick = TimeAmount.milliseconds(250)

    /// The defaults.
    public init() {}
}
