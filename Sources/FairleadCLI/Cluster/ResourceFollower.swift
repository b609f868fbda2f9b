import KubernetesClient
import KubernetesCore
import Synchronization

/// Hears of every object of a selection as it changes, over watches that are cut, until it is told to stop.
///
/// Guarantees: the newest state of each object is told, intermediate ones may be left out; an object that vanished
/// while no watch was open is told as gone.
struct ResourceFollower<T: Resource>: Sendable {
    /// What is told.
    enum Event: Sendable {
        /// An object is there, or changed.
        case present(T)
        /// An object is gone.
        case gone(ObjectKey)
    }

    /// What the listener wants.
    enum Step: Sendable, Hashable {
        case goOn
        case stop
    }

    private struct Stopped: Error {}

    private final class Progress: Sendable {
        struct State {
            var known: Set<ObjectKey> = []
            var version: ResourceVersion?
            var failures = 0
        }
        let state = Mutex(State())
    }

    let client: Client
    let namespace: String
    var labelSelector: String?
    var fieldSelector: String?
    /// Told once for each time that the connection is lost.
    var onTrouble: @Sendable (any Error) -> Void = { _ in }

    /// Tells of each object until `receive` asks to stop.
    ///
    /// - Throws: A refusal of the server that time does not mend; whatever `receive` throws.
    func follow(_ receive: @Sendable (Event) async throws -> Step) async throws {
        let progress = Progress()
        do {
            while true {
                do {
                    try await list(progress, receive)
                    while true { try await watch(progress, receive) }
                } catch let error as APIError where error.isExpired {
                    continue
                } catch let error where Self.isPassing(error) {
                    try await waitAfter(error, progress)
                }
            }
        } catch is Stopped {
            return
        }
    }

    private func list(_ progress: Progress, _ receive: @Sendable (Event) async throws -> Step) async throws {
        let query = ListQuery(labelSelector: labelSelector, fieldSelector: fieldSelector)
        let listing = try await client.listAll(T.self, namespace: namespace, query)
        let present = Set(listing.items.map(\.key))
        let vanished = progress.state.withLock { state in
            defer {
                state.known = present
                state.version = listing.resourceVersion
                state.failures = 0
            }
            return state.known.subtracting(present)
        }
        for key in vanished.sorted() { try Self.check(await receive(.gone(key))) }
        for object in listing.items { try Self.check(await receive(.present(object))) }
    }

    private func watch(_ progress: Progress, _ receive: @Sendable (Event) async throws -> Step) async throws {
        let query = WatchQuery(
            labelSelector: labelSelector, fieldSelector: fieldSelector,
            resourceVersion: progress.state.withLock { $0.version }, timeoutSeconds: 300)
        try await client.watch(T.self, namespace: namespace, query) { result in
            // An object that this program cannot read is none that it follows.
            guard case .success(let event) = result else { return }
            switch event {
            case .added(let object), .modified(let object):
                progress.state.withLock { state in
                    state.known.insert(object.key)
                    state.version = object.metadata.resourceVersion ?? state.version
                    state.failures = 0
                }
                try Self.check(await receive(.present(object)))
            case .deleted(let object):
                progress.state.withLock { state in
                    state.known.remove(object.key)
                    state.version = object.metadata.resourceVersion ?? state.version
                }
                try Self.check(await receive(.gone(object.key)))
            case .bookmark(let version, _): progress.state.withLock { $0.version = version }
            case .error(let status): throw APIError(status)
            }
        }
    }

    private func waitAfter(_ error: any Error, _ progress: Progress) async throws {
        let failures = progress.state.withLock { state in
            state.failures += 1
            return state.failures
        }
        if failures == 1 { onTrouble(error) }
        try await Task.sleep(for: .milliseconds(250 << min(failures - 1, 4)))
    }

    private static func isPassing(_ error: any Error) -> Bool {
        if let error = error as? TransportError { return error.code != .tls }
        return (error as? APIError)?.isRetryable ?? false
    }

    private static func check(_ step: Step) throws {
        if step == .stop { throw Stopped() }
    }
}
