public import ControllerMachines
public import KubernetesCore
import Synchronization

/// How a change became known.
public enum ChangeSource: Sendable, Hashable {
    /// By the first list, or at the beginning of a subscription: the object may not have changed since it was last
    /// worked on.
    case list
    /// By a watch, or by a later list, which shows what a watch missed.
    case watch

    /// How urgent it is to look at the object.
    public var priority: WorkPriority { self == .list ? .low : .normal }
}

/// The objects of a collection as a ``Reflector`` keeps them, for cheap reads from anywhere.
///
/// Guarantees: a read sees a list or an event whole; ``lastResourceVersion(namespace:)`` is never ahead of the content;
/// subscribers are called in order, one change at a time, without a lock.
public final class Store<T: Resource>: Sendable {
    /// Takes a change; must not block.
    public typealias Handler = @Sendable (ObjectChange<T>, ChangeSource) -> Void

    private struct Delivery: Sendable {
        var change: ObjectChange<T>
        var source: ChangeSource
        /// The one subscriber that is meant; nil for all.
        var subscription: Int?
    }

    private struct State: Sendable {
        var table = ObjectTable<T>()
        var unsynced: Set<String?> = []
        var subscribers: [(id: Int, handler: Handler)] = []
        var nextSubscription = 0
        var deliveries: [Delivery] = []
        var isDelivering = false
        var lists: UInt64 = 0
        var watches: UInt64 = 0
        var heardAt: Duration?
    }

    private static var ownerIndex: String { "metadata.controller.uid" }

    private let state: Mutex<State>
    private let readiness = Readiness()
    private let clock: any RuntimeClock

    /// An empty store.
    ///
    /// - Parameter clock: For how long it has heard nothing.
    public init(clock: any RuntimeClock = SystemClock()) {
        self.clock = clock
        var state = State()
        state.table.addIndex(Self.ownerIndex) { $0.metadata.controller.map { [$0.uid] } ?? [] }
        self.state = Mutex(state)
    }

    /// The object of that key.
    public subscript(key: ObjectKey) -> T? { state.withLock { $0.table[key] } }

    /// All objects, in no order.
    public var all: [T] { state.withLock { $0.table.values } }

    /// All keys, in no order.
    public var keys: [ObjectKey] { state.withLock { $0.table.keys } }

    /// How many objects there are.
    public var count: Int { state.withLock { $0.table.count } }

    /// The objects whose controller owner has that UID, in no order.
    public func owned(by uid: String) -> [T] { values(index: Self.ownerIndex, term: uid) }

    /// Adds an index: each object is found under every term that `terms` gives it.
    public func addIndex(_ name: String, _ terms: @escaping @Sendable (T) -> [String]) {
        state.withLock { $0.table.addIndex(name, terms) }
    }

    /// The objects that an index has under a term, in no order.
    public func values(index: String, term: String) -> [T] {
        state.withLock { $0.table.values(index: index, term: term) }
    }

    /// The keys of the objects that an index has under a term.
    public func keys(index: String, term: String) -> Set<ObjectKey> {
        state.withLock { $0.table.keys(index: index, term: term) }
    }

    /// The version up to which the store knows a namespace's objects; nil before the first list.
    public func lastResourceVersion(namespace: String? = nil) -> ResourceVersion? {
        state.withLock { $0.table.lastResourceVersion(namespace: namespace) }
    }

    /// How many lists replaced the content, and how many watches were begun, for metrics.
    public var totals: (lists: UInt64, watches: UInt64) { state.withLock { ($0.lists, $0.watches) } }

    /// How long ago a list or a watch last told something, if only that nothing changed; nil before the first list.
    public var age: Duration? {
        let now = clock.elapsed
        return state.withLock { $0.heardAt.map { now - $0 } }
    }

    /// Counts a watch.
    func watchBegan() { state.withLock { $0.watches += 1 } }

    /// Whether everything that is followed was listed once.
    public var isSynced: Bool { readiness.isOpen }

    /// Waits until everything that is followed was listed once.
    ///
    /// - Throws: `CancellationError`.
    public func waitUntilSynced() async throws { try await readiness.wait() }

    /// Calls a handler with every object there is and with every change from now on.
    ///
    /// - Returns: What ``unsubscribe(_:)`` takes.
    @discardableResult
    public func subscribe(_ handler: @escaping Handler) -> Int {
        let id = state.withLock { state in
            let id = state.nextSubscription
            state.nextSubscription += 1
            state.subscribers.append((id, handler))
            for object in state.table.values {
                state.deliveries.append(Delivery(change: .added(object), source: .list, subscription: id))
            }
            return id
        }
        deliver()
        return id
    }

    /// Ends a subscription; a call that is under way may still end after this.
    public func unsubscribe(_ subscription: Int) {
        state.withLock { $0.subscribers.removeAll { $0.id == subscription } }
    }

    /// Announces that scopes will be listed, without which the store is not synced.
    public func expect(scopes: [String?]) {
        state.withLock { $0.unsynced.formUnion(scopes) }
    }

    /// Replaces a scope's objects by what a list showed; see `ObjectTable.replace`.
    public func replace(
        with objects: [T], resourceVersion: ResourceVersion, scope: String? = nil, keeping: Set<ObjectKey> = []
    ) {
        let now = clock.elapsed
        let isSynced = state.withLock { state in
            state.lists += 1
            state.heardAt = now
            let isFirst = state.table.lastResourceVersion(namespace: scope) == nil
            let changes = state.table.replace(
                with: objects, resourceVersion: resourceVersion, scope: scope, keeping: keeping)
            for change in changes {
                state.deliveries.append(Delivery(change: change, source: isFirst ? .list : .watch))
            }
            state.unsynced.remove(scope)
            return state.unsynced.isEmpty
        }
        deliver()
        // Last, so that who waits for it finds the subscribers told.
        if isSynced { readiness.open() }
    }

    /// Takes an event of a watch, and notes that everything up to a version has been seen.
    public func apply(_ event: WatchEvent<T>, resourceVersion: ResourceVersion?, scope: String? = nil) {
        let now = clock.elapsed
        state.withLock { state in
            state.heardAt = now
            let changes: [ObjectChange<T>] =
                switch event {
                case .added(let object), .modified(let object): state.table.upsert(object)
                case .deleted(let object): state.table.remove(object.key, last: object)
                case .bookmark, .error: []
                }
            for change in changes { state.deliveries.append(Delivery(change: change, source: .watch)) }
            if let resourceVersion { state.table.advance(to: resourceVersion, scope: scope) }
        }
        deliver()
    }

    /// Takes an object out that is gone and whose last state could not be read.
    public func remove(_ key: ObjectKey) {
        state.withLock { state in
            for change in state.table.remove(key) { state.deliveries.append(Delivery(change: change, source: .watch)) }
        }
        deliver()
    }

    /// Notes that everything up to a version has been seen.
    public func advance(to resourceVersion: ResourceVersion, scope: String? = nil) {
        let now = clock.elapsed
        state.withLock { state in
            state.heardAt = now
            state.table.advance(to: resourceVersion, scope: scope)
        }
    }

    /// Calls subscribers until nothing is left to tell; who finds another one at it leaves it to that one.
    private func deliver() {
        while true {
            let work: (deliveries: [Delivery], subscribers: [(id: Int, handler: Handler)])? = state.withLock { state in
                if state.isDelivering || state.deliveries.isEmpty { return nil }
                state.isDelivering = true
                defer { state.deliveries = [] }
                return (state.deliveries, state.subscribers)
            }
            guard let work else { return }
            for delivery in work.deliveries {
                for subscriber in work.subscribers
                where delivery.subscription == nil || delivery.subscription == subscriber.id {
                    subscriber.handler(delivery.change, delivery.source)
                }
            }
            state.withLock { $0.isDelivering = false }
        }
    }
}
