public import KubernetesCore

extension WatchMachine {
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
            streamsInitialState: Bool = true
        ) {
            self.labelSelector = labelSelector
            self.fieldSelector = fieldSelector
            self.pageSize = pageSize
            self.streamsInitialState = streamsInitialState
        }
    }
}
