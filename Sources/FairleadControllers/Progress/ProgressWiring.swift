import ControllerRuntime
import FairleadAPI
import FairleadPlanning
import KubernetesClient
import KubernetesCore
import Logging
import PrometheusMetrics
import ServiceLifecycle

/// What brings jobs' metrics into their statuses: from their leaders' logs, and as their pods push them.
struct ProgressWiring: Sendable {
    let writer: ProgressWriter
    let reader: LeaderLogReader
    private let authority: ProgressAuthority?
    private let server: ProgressServer?
    private let clock: any RuntimeClock

    /// How many statuses are written, and how many logs are read, at a time.
    private static let concurrency = 8

    /// - Parameters:
    ///   - serving: Where jobs push; nil for nowhere.
    ///   - client: Not bound to the lease, since pods push to every replica.
    ///   - leaderClient: Reads logs.
    ///   - jobs: The jobs.
    ///   - pods: The pods of all jobs.
    ///   - logger: For failures.
    ///   - clock: For times and delays.
    ///   - wake: Told of a job whose leader's log was read to its end.
    init(
        serving: ProgressServing?, client: Client, leaderClient: Client, jobs: Store<TrainingJob>,
        pods: Store<PodView>, logger: Logger, clock: any RuntimeClock, wake: @escaping @Sendable (ObjectKey) -> Void
    ) {
        self.clock = clock
        writer = ProgressWriter(client: client, jobs: jobs, clock: clock)
        reader = LeaderLogReader(
            client: leaderClient, jobs: jobs, pods: pods, writer: writer, logger: logger, clock: clock, wake: wake)
        authority = serving.map {
            ProgressAuthority(client: client, secret: $0.secret, names: $0.names, logger: logger, clock: clock)
        }
        let (writer, authority) = (writer, authority)
        server = serving.flatMap { serving in
            authority.map { authority in
                ProgressServer(
                    serving: serving, authority: authority,
                    authenticator: ProgressAuthenticator(client: client, clock: clock), client: client, jobs: jobs,
                    pods: pods, writer: writer, logger: logger)
            }
        }
    }

    /// Which change brings which key.
    func subscribe() {
        writer.subscribe()
        reader.subscribe()
    }

    /// Where the pods of new jobs push; nil where, or as long as, they can't.
    var endpoint: ProgressEndpoint? { server?.endpoint }

    /// Whether the log of a leader that has ended was read a last time, and what it told is written.
    func hasReadLog(_ pod: String) -> Bool { reader.hasReadLog(pod) }

    /// What every replica runs, whoever leads; behind the reflectors, so that it knows jobs and pods.
    ///
    /// Without certificates nothing can be pushed, but everything else goes on.
    func members(
        _ controller: (String, Int, WorkQueue<ObjectKey>, @escaping @Sendable (ObjectKey) async throws -> Requeue) ->
            Controller
    ) -> [RuntimeGroup.Member] {
        let writing = controller("progress", Self.concurrency, writer.queue, writer.reconcile)
        var members = [RuntimeGroup.Member("progress", Writing(controller: writing, writer: writer))]
        if let authority, let server {
            let clock = clock
            members.append(
                .together(
                    "progress server",
                    [
                        RuntimeGroup.Member("certificates", authority),
                        RuntimeGroup.Member("https", server) { try await Self.wait(for: server, clock) },
                    ]))
        }
        return members
    }

    /// The pods of jobs that are begun before it listens push nothing, so that it is waited for, but not for long.
    private static func wait(for server: ProgressServer, _ clock: any RuntimeClock) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await server.ready.wait() }
            group.addTask { try await clock.sleep(for: .seconds(10)) }
            defer { group.cancelAll() }
            try await group.next()
        }
    }

    /// What only the leader runs.
    func controllers(
        _ controller: (String, Int, WorkQueue<ObjectKey>, @escaping @Sendable (ObjectKey) async throws -> Requeue) ->
            Controller
    ) -> [Controller] {
        [controller("progresslog", Self.concurrency, reader.queue, reader.reconcile)]
    }

    /// Writes metrics, also what still waits at the end.
    private struct Writing: Service {
        let controller: Controller
        let writer: ProgressWriter

        func run() async throws {
            await controller.run()
            if !Task.isCancelled { await writer.flush() }
        }
    }
}
