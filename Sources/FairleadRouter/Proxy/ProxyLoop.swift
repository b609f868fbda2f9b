import NIOCore
import NIOHTTP1

/// What the connections of one event loop share; used on that loop alone.
final class ProxyLoop {
    let eventLoop: any EventLoop
    let dispatcher: Dispatcher
    let limits: ProxyLimits
    let maximumBody: Int
    let pool: UpstreamPool
    let scratch = OutgoingBytes.Scratch()
    var identifiers = Identifiers()
    /// The time of the last tick: near enough for whatever takes seconds.
    private(set) var now = NIODeadline.now()
    /// How many mirrored requests are under way.
    var mirrors = 0
    private(set) var isDraining = false
    private var timed: [ObjectIdentifier: any Timed] = [:]
    private var ticks: RepeatedTask?

    init(on eventLoop: any EventLoop, dispatcher: Dispatcher, limits: ProxyLimits, maximumBody: Int) {
        self.eventLoop = eventLoop
        self.dispatcher = dispatcher
        self.limits = limits
        self.maximumBody = maximumBody
        pool = UpstreamPool(eventLoop: eventLoop, limits: limits, scratch: scratch)
    }

    /// What a body beyond the limit is answered with.
    var tooLarge: LocalAnswer {
        LocalAnswer(.payloadTooLarge, error: "the request's body is larger than \(maximumBody) bytes")
    }

    /// Begins to look at the time.
    func start() {
        let this = NIOLoopBound(self, eventLoop: eventLoop)
        ticks = eventLoop.scheduleRepeatedTask(initialDelay: limits.tick, delay: limits.tick) { _ in this.value.tick() }
    }

    func add(_ thing: any Timed) {
        timed[ObjectIdentifier(thing)] = thing
        if isDraining { thing.drain() }
    }

    func remove(_ thing: any Timed) { timed[ObjectIdentifier(thing)] = nil }

    /// Lets every connection end after the request that it serves.
    func drain() {
        isDraining = true
        for thing in timed.values { thing.drain() }
    }

    /// Whether no client is connected any more.
    var isEmpty: Bool { timed.isEmpty }

    /// Ends everything.
    func close() {
        ticks?.cancel()
        pool.close()
    }

    /// Sends a copy of a request; whether there was room for one more.
    func startMirror(of request: IncomingRequest, to passage: Passage, body: HeldBody) -> Bool {
        guard mirrors < limits.mirrorsInFlight else { return false }
        mirrors += 1
        MirrorSink(loop: self).start(request, to: passage, body: body)
        return true
    }

    private func tick() {
        now = .now()
        // Those that end on this occasion leave the table, not this copy.
        for thing in timed.values { thing.check(now) }
        pool.sweep(now)
    }
}
