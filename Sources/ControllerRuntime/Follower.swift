import ControllerMachines
import KubernetesClient
import KubernetesCore
import Logging
import Synchronization

/// Performs what a `WatchMachine` decides for one scope of a collection.
final class Follower<T: Resource>: Sendable {
    private let scope: String?
    private let store: Store<T>
    private let client: Client
    private let logger: Logger
    private let clock: any RuntimeClock
    private let random: @Sendable () -> Double
    private let undecodable: Reflector<T>.UndecodableHandler
    private let state: Mutex<FollowerState<T>>

    init(
        scope: String?, store: Store<T>, client: Client, configuration: WatchMachine.Configuration, logger: Logger,
        clock: any RuntimeClock, random: @escaping @Sendable () -> Double,
        undecodable: @escaping Reflector<T>.UndecodableHandler
    ) {
        self.scope = scope
        self.store = store
        self.client = client
        self.logger = logger
        self.clock = clock
        self.random = random
        self.undecodable = undecodable
        state = Mutex(FollowerState(machine: WatchMachine(configuration)))
    }

    /// Follows until the task is cancelled.
    func run() async throws {
        while true {
            try Task.checkCancellation()
            let random = random()
            let mayStream = client.features.streamsInitialState
            let next = state.withLock { state in
                if !mayStream { state.machine.stopStreaming() }
                return state.machine.next(random: random)
            }
            switch next {
            case .wait(let delay): try await clock.sleep(for: delay)
            case .list(let query, let startsSnapshot):
                try await step { try await self.list(query, startsSnapshot: startsSnapshot) }
            case .watch(let query): try await step { try await self.watch(query) }
            }
        }
    }

    /// Performs a step and tells the machine how it failed.
    private func step(_ body: () async throws -> Void) async throws {
        do {
            try await body()
        } catch {
            // A transport may dress a cancellation up as a failure.
            try Task.checkCancellation()
            let failure = Self.failure(error)
            let (now, random) = (clock.elapsed, random())
            let hasLearntToList = state.withLock { state in
                state.machine.failed(failure, now: now, random: random)
                return state.machine.hasLearntToList
            }
            if hasLearntToList, client.features.streamsInitialState {
                client.features.streamsInitialState = false
                logger.info("the server does not stream initial states; from now on they are listed")
            }
            log(failure, error)
        }
    }

    private func list(_ query: ListQuery, startsSnapshot: Bool) async throws {
        let page = try await client.list(T.self, namespace: scope, query)
        let (now, random) = (clock.elapsed, random())
        let snapshot: FollowerState<T>.Snapshot? = state.withLock { state in
            if startsSnapshot { state.clear() }
            switch state.machine.listed(page.metadata, now: now, random: random) {
            case .discard:
                state.clear()
                return nil
            case .collect:
                state.collect(page.items, page.undecodable)
                return nil
            case .swap(let version):
                state.collect(page.items, page.undecodable)
                return state.takeSnapshot(version)
            }
        }
        for failure in page.undecodable { undecodable(failure.key, failure.message) }
        if let snapshot { deliver(snapshot) }
    }

    private func watch(_ query: WatchQuery) async throws {
        let began = clock.elapsed
        store.watchBegan()
        state.withLock { state in
            state.machine.watchBegan(now: began)
            if query.sendInitialEvents { state.clear() }
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await self.client.watch(T.self, namespace: self.scope, query) { try self.receive($0) }
            }
            group.addTask { try await self.waitForSilence() }
            try await group.next()
            group.cancelAll()
        }
        try Task.checkCancellation()
        let (now, random) = (clock.elapsed, random())
        state.withLock { $0.machine.watchEnded(now: now, random: random) }
    }

    /// Throws when the watch that is under way has told nothing in the time that it had.
    private func waitForSilence() async throws {
        while let deadline = state.withLock({ $0.machine.deadline }) {
            guard clock.elapsed < deadline else { throw WatchFailure.silent }
            try await clock.sleep(until: deadline)
        }
    }

    private func receive(_ result: Result<WatchEvent<T>, UndecodableObject>) throws {
        let now = clock.elapsed
        switch result {
        case .success(let event):
            let (action, snapshot) = state.withLock { state in
                let action = state.machine.received(WatchMachine.Received(event), now: now)
                return (action, state.follow(action, event))
            }
            switch action {
            case .apply(let version): store.apply(event, resourceVersion: version, scope: scope)
            case .advance(let version): store.advance(to: version, scope: scope)
            case .swap: if let snapshot { deliver(snapshot) }
            case .stop(let failure): throw failure
            case .collect, .ignore: break
            }
        case .failure(let bad):
            undecodable(bad.key, bad.message)
            if bad.isDeletion, let key = bad.key { store.remove(key) }
            let action = state.withLock { $0.received(bad, now: now) }
            if case .apply(let version?) = action { store.advance(to: version, scope: scope) }
        }
    }

    private func deliver(_ snapshot: FollowerState<T>.Snapshot) {
        store.replace(
            with: snapshot.objects, resourceVersion: snapshot.version, scope: scope, keeping: snapshot.unreadable)
    }

    private func log(_ failure: WatchFailure, _ error: any Error) {
        let level: Logger.Level =
            switch failure {
            case .expired, .interrupted, .silent: .debug
            case .throttled, .connect: .info
            case .forbidden, .server, .invalid, .other: .warning
            }
        var metadata: Logger.Metadata = ["error": "\(error)"]
        if let scope { metadata["namespace"] = "\(scope)" }
        logger.log(level: level, "list or watch failed", metadata: metadata)
    }

    private static func failure(_ error: any Error) -> WatchFailure {
        switch error {
        case let failure as WatchFailure: return failure
        case let error as APIError: return WatchFailure(error.status, code: error.code)
        case let error as TransportError:
            return error.code == .interrupted || error.code == .timeout ? .interrupted : .connect
        default: return .other
        }
    }
}
