import ControllerRuntime
import FairleadAPI
import KubernetesClient
import KubernetesCore
import Logging
import ServiceLifecycle

/// Writes what this router counts into a ConfigMap of its own: once a second where it has changed, and now and then as
/// a sign of life.
struct ReportWriter: Service {
    /// What the router counts at a moment.
    typealias Counts = @Sendable () -> [ObjectKey: [String: RevisionReport]]

    private static let period = Duration.seconds(1)
    /// How often a sign of life is due; a quarter of ``ReportReader/patience``.
    private static let heartbeat = Duration.seconds(15)

    private let client: Client
    private let key: ObjectKey
    private let router: String
    private let counts: Counts
    private let logger: Logger
    private let clock: any RuntimeClock

    /// A writer.
    ///
    /// - Parameters:
    ///   - client: The API server.
    ///   - namespace: Where the ConfigMap is.
    ///   - router: The router's name, unique among all.
    ///   - counts: What it counts; asked once a second.
    ///   - logger: For what went wrong.
    ///   - clock: For times and delays.
    init(
        client: Client, namespace: String, router: String, counts: @escaping Counts, logger: Logger,
        clock: any RuntimeClock
    ) {
        self.client = client
        self.router = router
        key = ObjectKey(namespace: namespace, name: RouterReportRecord.name(router: router))
        self.counts = counts
        self.logger = logger
        self.clock = clock
    }

    func run() async throws {
        do {
            try await cancelWhenGracefulShutdown { try await report() }
        } catch is CancellationError {
            // Both ends are regular. Who reads the report need not wait until it is stale, and need it not work.
            _ = try? await client.delete(.configMap, key)
        }
    }

    private func report() async throws {
        let started = MicroTime(clock.now)
        var draft = ReportDraft()
        var report = RouterReport(router: router, started: started, at: started)
        var heartbeat = clock.elapsed
        while true {
            let now = clock.elapsed
            draft.take(counts(), now: now)
            let services = draft.services(now: now)
            if services != report.services || now >= heartbeat {
                var next = report
                next.services = services
                // A clock that was set back must not make it look late.
                next.at = max(MicroTime(clock.now), report.at)
                do {
                    try await write(next)
                    report = next
                    heartbeat = now + Self.heartbeat
                } catch {
                    try Task.checkCancellation()
                    logger.debug("the report could not be written", metadata: ["error": "\(error)"])
                }
            }
            try await clock.sleep(for: Self.period)
        }
    }

    private func write(_ report: RouterReport) async throws {
        let text = String(decoding: try KubernetesJSON.encode(report), as: UTF8.self)
        let content: JSONValue = [
            "metadata": [
                "name": .string(key.name),
                "labels": [
                    FairleadLabel.routerReport: "true", FairleadLabel.managedBy: .string(FairleadLabel.managedByValue),
                ],
            ],
            "data": [RouterReportRecord.dataKey: .string(text)],
        ]
        do {
            try await client.patch(.configMap, key, content)
        } catch let error as APIError where error.isNotFound {
            var object = content
            object["apiVersion"] = "v1"
            object["kind"] = "ConfigMap"
            try await client.create(.configMap, namespace: key.namespace, object)
        }
    }
}
