import ControllerRuntime
import KubernetesClient
import KubernetesCore
import Logging
import ServiceLifecycle
import Synchronization

/// Which of several routers scales: the one that holds the lease.
///
/// A router that loses the lease goes on serving, and stands for election again.
final class RouterElection: Service {
    private let make: @Sendable (_ term: Int) -> LeaderElector
    private let current: Mutex<LeaderElector?>
    private let clock: any RuntimeClock
    private let logger: Logger

    /// The lease's name.
    static let lease = "fairlead-router"

    /// A candidate.
    ///
    /// - Parameters:
    ///   - client: Where the lease is.
    ///   - namespace: The lease's namespace.
    ///   - identity: Unique among all routers.
    ///   - logger: For who leads.
    ///   - clock: For times and delays.
    init(client: Client, namespace: String, identity: String, logger: Logger, clock: any RuntimeClock) {
        let lease = ObjectKey(namespace: namespace, name: Self.lease)
        // Of another process by that name, or of an earlier term, nothing is known.
        let process = UInt32.random(in: .min ... .max)
        make = { term in
            LeaderElector(
                client: client, lease: lease, identity: "\(identity)_\(process)_\(term)", logger: logger, clock: clock)
        }
        current = Mutex(nil)
        self.clock = clock
        self.logger = logger
    }

    /// Whether this router is the one at this moment.
    var isLeading: Bool { current.withLock { $0 }?.isLeading ?? false }

    func run() async throws {
        var term = 0
        while !Task.isCancelled, !Task.isShuttingDownGracefully {
            let elector = make(term)
            term += 1
            current.withLock { $0 = elector }
            do {
                return try await elector.run()
            } catch is LeadershipLost {
                logger.info("another router scales")
                try await clock.sleep(for: .seconds(1))
            }
        }
    }
}
