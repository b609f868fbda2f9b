public import KubernetesCore

/// Decides how a collection is followed: when to list, from where to watch, how long to wait after what went wrong.
///
/// A driver asks for the next ``Step``, performs it, and reports what came: ``listed(_:now:random:)``,
/// ``watchBegan(now:)``, ``received(_:now:)``, ``watchEnded(now:random:)``, ``failed(_:now:random:)``. Times are any
/// monotonic time, `random` is from 0 to 1.
///
/// Guarantees: a watch goes on from the version of the list or of the last event or bookmark, never from another;
/// an event that was seen before is ignored; a version that the server no longer has leads to a new snapshot; nothing
/// is repeated without a delay unless it made progress.
///
/// A snapshot is streamed by a watch where the server can do that (KEP-3157), and listed in pages where it can not: a
/// stream that fails or ends too early leads to a list, and one that the server refuses or does not understand leads to
/// lists from then on.
public struct WatchMachine: Sendable {
    private enum State: Sendable {
        case listing(Listing)
        case streamingInitialState
        case watching
    }

    private struct Listing: Sendable {
        /// At least how new the list must be; nil for the newest state.
        var notOlderThan: ResourceVersion?
        var isPaged: Bool
        var continueToken: String?
    }

    /// For how long a watch that the server fails is tried again from the same version.
    private static let serverErrorLimit = Duration.seconds(60)
    /// For how long a stream of the initial state may tell nothing: a server that does not know what was asked would
    /// do so for ever.
    private static let initialSilenceLimit = Duration.seconds(30)
    /// By how much a watch may outlast the time after which the server ends it, before its connection counts as dead.
    private static let overtime = Duration.seconds(10)
    /// How many watches in a row may end at once, having told nothing, before the collection is listed again: something
    /// on the way lets no watch through, and lists are all that is left.
    private static let fruitlessLimit = 3

    private let configuration: Configuration
    private var state: State
    private var backoff = Backoff(initial: .milliseconds(800), cap: .seconds(30), jitter: 1, resetAfter: .seconds(120))
    private var pendingWait: Duration?
    private var streams: Bool
    private var beganAt: Duration?
    private var lastReceivedAt: Duration?
    private var timeout = Duration.zero
    private var eventsInWatch = 0
    private var fruitlessWatches = 0
    private var hasProgressedSinceList = false
    private var serverErrorsSince: Duration?
    /// The version up to which everything has been seen.
    public private(set) var lastResourceVersion: ResourceVersion?
    /// Whether the server turned out not to stream initial states, which holds for every collection of it.
    public private(set) var hasLearntToList = false

    /// A machine that has seen nothing.
    public init(_ configuration: Configuration = Configuration()) {
        self.configuration = configuration
        streams = configuration.streamsInitialState
        state = streams ? .streamingInitialState : .listing(Listing(notOlderThan: nil, isPaged: true))
    }

    /// Lists from now on, since somebody else has learnt that the server does not stream initial states.
    public mutating func stopStreaming() {
        streams = false
        if case .streamingInitialState = state { fallBackToListing() }
    }

    /// When a watch counts as dead unless it tells something until then; it moves as the watch goes on.
    public var deadline: Duration? {
        guard let beganAt else { return nil }
        guard case .streamingInitialState = state else { return beganAt + timeout + Self.overtime }
        return max(beganAt, lastReceivedAt ?? beganAt) + Self.initialSilenceLimit
    }

    /// What to do next.
    public mutating func next(random: Double) -> Step {
        if let wait = pendingWait {
            pendingWait = nil
            return .wait(wait)
        }
        switch state {
        case .listing(let listing):
            let query = ListQuery(
                labelSelector: configuration.labelSelector, fieldSelector: configuration.fieldSelector,
                limit: listing.isPaged ? configuration.pageSize : nil, continueToken: listing.continueToken,
                resourceVersion: listing.notOlderThan,
                resourceVersionMatch: listing.notOlderThan == nil ? nil : .notOlderThan)
            return .list(query, startsSnapshot: listing.continueToken == nil)
        case .streamingInitialState:
            return .watch(watchQuery(from: nil, streamsInitialState: true, random: random))
        case .watching:
            // Never with an initial state again: that would be all objects after every end of a watch.
            return .watch(watchQuery(from: lastResourceVersion, streamsInitialState: false, random: random))
        }
    }

    /// Takes a page that a list step brought.
    public mutating func listed(_ page: ListMeta, now: Duration, random: Double) -> PageAction {
        guard case .listing(var listing) = state else { return .discard }
        if let token = page.continueToken, !token.isEmpty {
            listing.continueToken = token
            // Pages go on from the first one's version: the token says it.
            listing.notOlderThan = nil
            state = .listing(listing)
            return .collect
        }
        guard let version = page.resourceVersion, !version.rawValue.isEmpty else {
            fallBackToListing()
            pendingWait = backoff.next(now: now, random: random)
            return .discard
        }
        became(synchronizedAt: version)
        return .swap(version)
    }

    /// Notes that a watch is asked for.
    public mutating func watchBegan(now: Duration) {
        beganAt = now
        lastReceivedAt = nil
        eventsInWatch = 0
    }

    /// Takes what came in a watch.
    public mutating func received(_ received: Received, now: Duration) -> EventAction {
        if case .error(let status) = received { return .stop(WatchFailure(status)) }
        eventsInWatch += 1
        fruitlessWatches = 0
        lastReceivedAt = now
        serverErrorsSince = nil
        if case .streamingInitialState = state {
            // The initial objects come in no order of versions, so that theirs are not remembered.
            guard case .bookmark(let version, let isEnd) = received else { return .collect }
            // Before the bookmark that says that all has been sent there is none, unless it was not understood.
            guard isEnd else { return .stop(.invalid) }
            became(synchronizedAt: version)
            return .swap(version)
        }
        hasProgressedSinceList = true
        switch received {
        case .change(nil): return .apply(nil)
        case .change(let version?):
            if lastResourceVersion?.isAtLeast(version) == true { return .ignore }
            lastResourceVersion = version
            return .apply(version)
        case .bookmark(let version, _):
            if lastResourceVersion?.isAtLeast(version) == true { return .ignore }
            lastResourceVersion = version
            return .advance(version)
        case .error(let status): return .stop(WatchFailure(status))
        }
    }

    /// Notes that the server ended a watch as it should.
    public mutating func watchEnded(now: Duration, random: Double) {
        if case .streamingInitialState = state {
            fallBackToListing()
            return
        }
        let lasted = beganAt.map { now - $0 } ?? .zero
        beganAt = nil
        guard lasted < .seconds(1), eventsInWatch == 0 else {
            fruitlessWatches = 0
            return
        }
        // A proxy that closes at once would make a hot loop.
        pendingWait = backoff.next(now: now, random: random)
        fruitlessWatches += 1
        guard fruitlessWatches >= Self.fruitlessLimit else { return }
        state = .listing(Listing(notOlderThan: lastResourceVersion, isPaged: false))
    }

    /// Notes that a list or a watch failed.
    public mutating func failed(_ failure: WatchFailure, now: Duration, random: Double) {
        switch state {
        case .listing(let listing): listFailed(listing, failure, now: now, random: random)
        case .streamingInitialState:
            // What says nothing of streaming is tried again; whatever else the server has against it, a list must do.
            switch failure {
            case .connect, .throttled: wait(failure, now: now, random: random)
            case .invalid, .silent:
                streams = false
                hasLearntToList = true
                fallBackToListing()
            case .expired: fallBackToListing()
            case .interrupted, .server, .forbidden, .other:
                fallBackToListing()
                wait(failure, now: now, random: random)
            }
        case .watching: watchFailed(failure, now: now, random: random)
        }
        if !isWatching { beganAt = nil }
    }

    private var isWatching: Bool {
        if case .watching = state { true } else { false }
    }

    private mutating func listFailed(_ listing: Listing, _ failure: WatchFailure, now: Duration, random: Double) {
        guard failure == .expired else {
            wait(failure, now: now, random: random)
            return
        }
        if listing.continueToken != nil {
            // The server offers a token that goes on with a newer state: an inconsistent list. Start again, whole.
            state = .listing(Listing(notOlderThan: nil, isPaged: false))
        } else if listing.notOlderThan != nil {
            state = .listing(Listing(notOlderThan: nil, isPaged: true))
        } else {
            pendingWait = backoff.next(now: now, random: random)
        }
    }

    private mutating func watchFailed(_ failure: WatchFailure, now: Duration, random: Double) {
        switch failure {
        case .expired:
            if !hasProgressedSinceList { pendingWait = backoff.next(now: now, random: random) }
            startSnapshot(notOlderThan: lastResourceVersion)
        case .interrupted, .silent:
            watchEnded(now: now, random: random)
        case .connect, .throttled, .forbidden:
            wait(failure, now: now, random: random)
        case .server:
            let since = serverErrorsSince ?? now
            serverErrorsSince = since
            if now - since > Self.serverErrorLimit {
                serverErrorsSince = nil
                startSnapshot(notOlderThan: nil)
            }
            wait(failure, now: now, random: random)
        case .invalid, .other:
            startSnapshot(notOlderThan: lastResourceVersion)
            wait(failure, now: now, random: random)
        }
    }

    /// Begins with the whole collection again: streamed, or listed in one piece from the server's cache.
    private mutating func startSnapshot(notOlderThan version: ResourceVersion?) {
        state =
            streams ? .streamingInitialState : .listing(Listing(notOlderThan: version, isPaged: version == nil))
    }

    private mutating func wait(_ failure: WatchFailure, now: Duration, random: Double) {
        let delay = backoff.next(now: now, random: random)
        if case .throttled(let retryAfter?) = failure {
            pendingWait = max(delay, min(retryAfter, .seconds(300)))
        } else {
            pendingWait = delay
        }
    }

    private mutating func became(synchronizedAt version: ResourceVersion) {
        state = .watching
        lastResourceVersion = version
        hasProgressedSinceList = false
        serverErrorsSince = nil
    }

    private mutating func fallBackToListing() {
        state = .listing(Listing(notOlderThan: nil, isPaged: true))
    }

    private mutating func watchQuery(
        from version: ResourceVersion?, streamsInitialState: Bool, random: Double
    ) -> WatchQuery {
        // At random, so that not everyone comes back at the same time.
        let seconds = 300 + Int((300 * max(0, min(1, random))).rounded())
        timeout = .seconds(seconds)
        return WatchQuery(
            labelSelector: configuration.labelSelector, fieldSelector: configuration.fieldSelector,
            resourceVersion: version, timeoutSeconds: seconds, sendInitialEvents: streamsInitialState)
    }
}
