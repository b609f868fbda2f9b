public import ControllerMachines
public import KubernetesClient
public import KubernetesCore
public import Logging
public import ServiceLifecycle

/// Keeps a ``Store`` equal to a collection, by list and watch.
///
/// Guarantees: it never gives up; an object that cannot be read is reported and stops nothing, the store keeps the
/// last state of it that could be read.
public struct Reflector<T: Resource>: Service {
    /// Takes an object that could not be read.
    public typealias UndecodableHandler = @Sendable (ObjectKey?, String) -> Void

    private let followers: [Follower<T>]

    /// A reflector.
    ///
    /// - Parameters:
    ///   - store: What to keep.
    ///   - client: Where to list and watch.
    ///   - namespaces: Which namespaces, each with a watch of its own; empty for all of them with one watch.
    ///   - configuration: Selectors and the size of pages.
    ///   - logger: For what went wrong.
    ///   - clock: For delays.
    ///   - random: From 0 to 1, for jitter.
    ///   - undecodable: Takes an object that could not be read.
    public init(
        _ store: Store<T>, client: Client, namespaces: [String] = [],
        configuration: WatchMachine.Configuration = WatchMachine.Configuration(), logger: Logger,
        clock: any RuntimeClock = SystemClock(),
        random: @escaping @Sendable () -> Double = { Double.random(in: 0...1) },
        undecodable: @escaping UndecodableHandler = { _, _ in }
    ) {
        var logger = logger
        logger[metadataKey: "resource"] = "\(T.type)"
        let scopes: [String?] = namespaces.isEmpty ? [nil] : Array(Set(namespaces)).sorted()
        store.expect(scopes: scopes)
        followers = scopes.map { scope in
            Follower(
                scope: scope, store: store, client: client, configuration: configuration, logger: logger, clock: clock,
                random: random, undecodable: undecodable)
        }
    }

    /// Follows the collection until the task is cancelled or a graceful shutdown begins.
    public func run() async throws {
        let followers = followers
        do {
            try await cancelWhenGracefulShutdown {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for follower in followers { group.addTask { try await follower.run() } }
                    try await group.waitForAll()
                }
            }
        } catch is CancellationError {
            // Both ends are regular.
        }
    }
}
