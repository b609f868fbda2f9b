import KubernetesCore
public import Logging
public import ServiceLifecycle

/// Starts services one after the other, each when those before it are ready, and stops them in reverse.
///
/// The usual order is status servers, event recorder, reflectors, elector, controllers: a controller then never sees an
/// empty cache, the caches of one that stands by are warm when it leads, the lease is given back when no controller works
/// any more, and probes are answered to the end.
///
/// Guarantees: a service that throws, or ends without being told to, ends all of them at once.
public struct RuntimeGroup: Service {
    /// A service of the group.
    public struct Member: Sendable {
        /// Its name in logs.
        public var name: String
        /// The service.
        public var service: any Service
        /// Returns when those behind may start; nil where they need not wait.
        public var ready: (@Sendable () async throws -> Void)?
        /// For how long readiness is waited for; nil for as long as it takes.
        public var limit: Duration?

        /// Describes a service.
        public init(
            _ name: String, _ service: any Service, limit: Duration? = nil,
            ready: (@Sendable () async throws -> Void)? = nil
        ) {
            self.name = name
            self.service = service
            self.limit = limit
            self.ready = ready
        }

        /// A reflector, which is ready when its store is synced; it has two minutes for that.
        public static func reflector<T>(
            _ reflector: Reflector<T>, _ store: Store<T>, limit: Duration? = .seconds(120)
        ) -> Member {
            Member("reflector \(T.type)", reflector, limit: limit) { try await store.waitUntilSynced() }
        }

        /// An elector, which is ready when it leads.
        public static func elector(_ elector: LeaderElector) -> Member {
            Member("elector", elector) { try await elector.acquired.wait() }
        }

        /// A status server, which is ready when it listens.
        public static func status(_ server: StatusServer) -> Member {
            Member("status", server) { try await server.ready.wait() }
        }

        /// Several services that start and stop at the same time; they are ready when all are.
        public static func together(_ name: String, _ members: [Member]) -> Member {
            let limits = members.compactMap(\.limit)
            return Member(name, Together(members: members), limit: limits.max()) {
                for member in members { try await member.ready?() }
            }
        }
    }

    /// Services of which none waits for another.
    private struct Together: Service {
        let members: [Member]

        func run() async throws {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for member in members { group.addTask { try await member.service.run() } }
                while try await group.next() != nil {
                    // One that ends without being told to ends the others.
                    if !Task.isShuttingDownGracefully { group.cancelAll() }
                }
            }
        }
    }

    /// A service that was not ready in time.
    public struct NotReady: Error, Sendable, Hashable, CustomStringConvertible {
        /// The service.
        public var name: String

        public var description: String { "\(name) was not ready in time" }
    }

    /// A service that waits for its turn.
    private struct Gated: Service {
        let member: Member
        let turn: Readiness
        let next: Readiness
        let clock: any RuntimeClock

        func run() async throws {
            do {
                let turn = turn
                try await cancelWhenGracefulShutdown { try await turn.wait() }
            } catch is CancellationError {
                return
            }
            try await withThrowingTaskGroup(of: Bool.self) { group in
                group.addTask {
                    try await member.service.run()
                    return true
                }
                group.addTask {
                    try await waitUntilReady()
                    next.open()
                    return false
                }
                while let isServiceEnd = try await group.next() {
                    guard isServiceEnd else { continue }
                    group.cancelAll()
                    return
                }
            }
        }

        private func waitUntilReady() async throws {
            guard let ready = member.ready else { return }
            guard let limit = member.limit else { return try await ready() }
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await ready() }
                group.addTask {
                    try await clock.sleep(for: limit)
                    throw NotReady(name: member.name)
                }
                defer { group.cancelAll() }
                try await group.next()
            }
        }
    }

    private let members: [Member]
    private let logger: Logger
    private let clock: any RuntimeClock

    /// Opens when the last service may start and is ready.
    public let started = Readiness()

    /// A group.
    public init(_ members: [Member], logger: Logger, clock: any RuntimeClock = SystemClock()) {
        self.members = members
        self.logger = logger
        self.clock = clock
    }

    /// Runs the services until the task is cancelled, a graceful shutdown is over, or one of them ends.
    ///
    /// - Throws: What a service threw; `ServiceGroupError` where one ended without being told to.
    public func run() async throws {
        var services: [any Service] = []
        var turn = Readiness()
        turn.open()
        for (index, member) in members.enumerated() {
            let next = index == members.count - 1 ? started : Readiness()
            services.append(Gated(member: member, turn: turn, next: next, clock: clock))
            turn = next
        }
        let configuration = ServiceGroupConfiguration(services: services, logger: logger)
        try await ServiceGroup(configuration: configuration).run()
    }
}
