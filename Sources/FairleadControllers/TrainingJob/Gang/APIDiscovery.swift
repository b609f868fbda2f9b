import ControllerRuntime
import FairleadPlanning
import KubernetesClient
import KubernetesCore
import Logging
import ServiceLifecycle
import Synchronization

/// Knows which of the collections that Fairlead uses where they are there the API server serves.
///
/// Guarantees: what was read last stays while the server does not answer.
final class APIDiscovery: Service {
    /// Takes what is served when it changes; must not block.
    typealias Handler = @Sendable (ServedAPIs) -> Void

    private struct State: Sendable {
        var served = ServedAPIs()
        var readAt: Duration?
        var handlers: [Handler] = []
    }

    private let client: Client
    private let logger: Logger
    private let clock: any RuntimeClock
    private let state = Mutex(State())

    /// Opens when the server was asked once.
    let ready = Readiness()

    /// How often the server is asked although nothing hints at a change.
    private static let interval = Duration.seconds(300)
    /// The least time between two questions.
    private static let pause = Duration.seconds(10)
    /// How long a server that did not answer is left alone.
    private static let retry = Duration.seconds(2)

    init(client: Client, logger: Logger, clock: any RuntimeClock) {
        self.client = client
        self.logger = logger
        self.clock = clock
    }

    /// What is served.
    var served: ServedAPIs { state.withLock { $0.served } }

    /// Calls a handler with what is served at every change from now on.
    func subscribe(_ handler: @escaping Handler) { state.withLock { $0.handlers.append(handler) } }

    /// Asks now and then until the task is cancelled.
    func run() async throws {
        do {
            try await cancelWhenGracefulShutdown { try await self.follow() }
        } catch is CancellationError {
            // Both ends are regular.
        }
    }

    private func follow() async throws {
        while true {
            do {
                try await read()
                try await clock.sleep(for: Self.interval)
            } catch let error as CancellationError {
                throw error
            } catch {
                try Task.checkCancellation()
                logger.info("the API server's discovery can't be read", metadata: ["error": "\(error)"])
                try await clock.sleep(for: Self.retry)
            }
        }
    }

    /// Asks at once, since a collection was not where it should be; a question of a moment ago counts.
    ///
    /// - Throws: `APIError`, `TransportError` or `CancellationError`.
    func refresh() async throws {
        let now = clock.elapsed
        if let readAt = state.withLock({ $0.readAt }), now - readAt < Self.pause { return }
        try await read()
    }

    private func read() async throws {
        let groupVersions = Set(try await client.servedVersions())
        var types: Set<ResourceType> = []
        for (apiVersion, known) in Dictionary(grouping: ServedAPIs.known, by: \.gvk.apiVersion)
        where groupVersions.contains(apiVersion) {
            let resources = try await client.servedResources(apiVersion)
            types.formUnion(known.filter { type in resources.contains { $0.name == type.plural } })
        }
        let (served, now) = (ServedAPIs(types), clock.elapsed)
        let handlers = state.withLock { state in
            defer { (state.served, state.readAt) = (served, now) }
            return state.served == served ? [] : state.handlers
        }
        for handler in handlers { handler(served) }
        ready.open()
    }
}
