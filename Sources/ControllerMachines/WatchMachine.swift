public import KubernetesCore

/// Decides how a collection is followed: when to list, from where to watch, how long to wait after what went wrong.
///
/// A driver asks for the next ``Step``, performs it, and reports what came: ``listed(_:now:random:)``,
/// ``watchBegan(now:)``, ``received(_:now:)``, ``watchEnded(now:random:)``, ``failed(_:now:random:)``. Times are any
/// monotonic time, `random` is from 0 to 1.
///
/// Guarantees: a watch goes on from the version of the list or of the last event or bookmark, never from another;
/// an event that was seen before is ignored; a version that the server no longer has leads to a list; nothing is
/// repeated without a delay unless it made progress.
public struct WatchMachine: Sendable {
    /// What to do next.
    public enum Step: Sendable, Hashable {
        /// Ask for a page; where a snapshot starts, forget what pages before it brought.
        case list(ListQuery, startsSnapshot: Bool)
        /// Watch.
        case watch(WatchQuery)
        /// Wait, then ask again.
        case wait(Duration)
    }

    /// What to do with a page.
    public enum PageAction: Sendable, Hashable {
        /// Keep its objects; more pages follow.
        case collect
        /// Keep its objects, then replace the table by all that was kept.
        case swap(ResourceVersion)
        /// The page is of no use.
        case discard
    }

    /// What to do with an event of a watch.
    public enum EventAction: Sendable, Hashable {
        /// Put it into the table, which then knows everything up to that version.
        case apply(ResourceVersion?)
        /// Keep its object: the initial state is being streamed.
        case collect
        /// The initial state is complete: replace the table by all that was kept.
        case swap(ResourceVersion)
        /// The table knows everything up to that version.
        case advance(ResourceVersion)
        /// It was seen before.
        case ignore
        /// Leave the watch and report the failure.
        case stop(WatchFailure)
    }

    /// What came in a watch, without the object.
    public enum Received: Sendable, Hashable {
        /// An object was added, modified or deleted; the version is the object's.
        case change(ResourceVersion?)
        /// Everything up to that version was sent.
        case bookmark(ResourceVersion, isInitialEventsEnd: Bool)
        /// The server gives up.
        case error(Status)

        /// Leaves the object out of an event.
        public init<Object: Resource>(_ event: WatchEvent<Object>) {
            switch event {
            case .added(let object), .modified(let object), .deleted(let object):
                self = .change(object.metadata.resourceVersion)
            case .bookmark(let version, let isEnd): self = .bookmark(version, isInitialEventsEnd: isEnd)
            case .error(let status): self = .error(status)
            }
        }
    }

    /// What is followed, and how.
    public struct Configuration: Sendable, Hashable {
        /// Which labels the objects have.
        public var labelSelector: String?
        /// Which fields the objects have.
        public var fieldSelector: String?
        /// Objects a page.
        public var pageSize: Int
        /// Whether the initial state is streamed where the server can do that (KEP-3157).
        public var streamsInitialState: Bool

        /// Describes what is followed.
        public init(
            labelSelector: String? = nil, fieldSelector: String? = nil, pageSize: Int = 500,
            streamsInitialState: Bool = false
        ) {
            self.labelSelector = labelSelector
            self.fieldSelector = fieldSelector
            self.pageSize = pageSize
            self.streamsInitialState = streamsInitialState
        }
    }

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

    private let configuration: Configuration
    private var state: State
    private var backoff = Backoff(initial: .milliseconds(800), cap: .seconds(30), jitter: 1, resetAfter: .seconds(120))
    private var pendingWait: Duration?
    private var beganAt: Duration?
    private var eventsInWatch = 0
    private var hasProgressedSinceList = false
    private var serverErrorsSince: Duration?
    /// The version up to which everything has been seen.
    public private(set) var lastResourceVersion: ResourceVersion?

    /// A machine that has seen nothing.
    public init(_ configuration: Configuration = Configuration()) {
        self.configuration = configuration
        state =
            configuration.streamsInitialState
            ? .streamingInitialState : .listing(Listing(notOlderThan: nil, isPaged: true))
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
            state = .listing(Listing(notOlderThan: nil, isPaged: true))
            pendingWait = backoff.next(now: now, random: random)
            return .discard
        }
        became(synchronizedAt: version)
        return .swap(version)
    }

    /// Notes that the server accepted a watch.
    public mutating func watchBegan(now: Duration) {
        beganAt = now
        eventsInWatch = 0
    }

    /// Takes what came in a watch.
    public mutating func received(_ received: Received, now: Duration) -> EventAction {
        if case .error(let status) = received { return .stop(WatchFailure(status)) }
        eventsInWatch += 1
        serverErrorsSince = nil
        if case .streamingInitialState = state {
            // The initial objects come in no order of versions, so that theirs are not remembered.
            guard case .bookmark(let version, isInitialEventsEnd: true) = received else {
                if case .change = received { return .collect }
                return .ignore
            }
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
        // A proxy that closes at once would make a hot loop.
        let lasted = beganAt.map { now - $0 } ?? .zero
        if lasted < .seconds(1), eventsInWatch == 0 { pendingWait = backoff.next(now: now, random: random) }
        beganAt = nil
    }

    /// Notes that a list or a watch failed.
    public mutating func failed(_ failure: WatchFailure, now: Duration, random: Double) {
        switch state {
        case .listing(let listing): listFailed(listing, failure, now: now, random: random)
        case .streamingInitialState:
            // Whatever the server has against streaming, a list must do.
            fallBackToListing()
            if failure != .expired { wait(failure, now: now, random: random) }
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
            state = .listing(Listing(notOlderThan: lastResourceVersion, isPaged: false))
        case .interrupted:
            watchEnded(now: now, random: random)
        case .connect, .throttled, .forbidden:
            wait(failure, now: now, random: random)
        case .server:
            let since = serverErrorsSince ?? now
            serverErrorsSince = since
            if now - since > Self.serverErrorLimit {
                serverErrorsSince = nil
                state = .listing(Listing(notOlderThan: nil, isPaged: true))
            }
            wait(failure, now: now, random: random)
        case .other:
            state = .listing(Listing(notOlderThan: lastResourceVersion, isPaged: false))
            wait(failure, now: now, random: random)
        }
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

    private func watchQuery(
        from version: ResourceVersion?, streamsInitialState: Bool, random: Double
    ) -> WatchQuery {
        // At random, so that not everyone comes back at the same time.
        let seconds = 300 + Int((300 * max(0, min(1, random))).rounded())
        return WatchQuery(
            labelSelector: configuration.labelSelector, fieldSelector: configuration.fieldSelector,
            resourceVersion: version, timeoutSeconds: seconds, sendInitialEvents: streamsInitialState)
    }
}
