import ControllerRuntime
import FairleadAPI
import KubernetesClient
import KubernetesCore
import Logging
import ServiceLifecycle
import Synchronization

/// Writes how many pods every revision has, while its router is the elected one; the only one who writes anything but
/// 0 to 1.
///
/// Guarantees: a number is written only onto the version of the Deployment for which it was decided, and only while
/// this router leads.
final class ScaleWriter: Service {
    private static let period = Duration.seconds(2)
    private static let byService = "service"
    /// How many writes are under way at a time.
    private static let width = 16

    let deployments: Store<ScaledDeployment>
    private let client: Client
    private let isLeading: @Sendable () -> Bool
    private let services: Store<InferenceService>
    private let reports: ReportReader
    private let loads: PodLoads
    private let logger: Logger
    private let clock: any RuntimeClock

    /// A writer.
    ///
    /// - Parameters:
    ///   - client: The API server.
    ///   - isLeading: Whether this router is the elected one.
    ///   - services: The services.
    ///   - reports: What the routers tell.
    ///   - loads: What the pods measure themselves.
    ///   - logger: For what is written, and what went wrong.
    ///   - clock: For times and delays.
    init(
        client: Client, isLeading: @escaping @Sendable () -> Bool, services: Store<InferenceService>,
        reports: ReportReader, loads: PodLoads, logger: Logger, clock: any RuntimeClock
    ) {
        self.client = Client(
            transport: LeaderGate(client.transport, isLeading: isLeading), fieldManager: client.fieldManager)
        self.isLeading = isLeading
        self.services = services
        self.reports = reports
        self.loads = loads
        self.logger = logger
        self.clock = clock
        deployments = Store(clock: clock)
        deployments.addIndex(Self.byService) { $0.service.map { [$0.description] } ?? [] }
    }

    func run() async throws {
        do {
            try await cancelWhenGracefulShutdown { try await self.work() }
        } catch is CancellationError {
            // Both ends are regular.
        }
    }

    private func work() async throws {
        try await services.waitUntilSynced()
        try await deployments.waitUntilSynced()
        try await reports.records.waitUntilSynced()
        try await withThrowingTaskGroup(of: Void.self) { group in
            // Pods may be slow to tell what they measure: no service waits for those of another.
            group.addTask { try await self.measure() }
            group.addTask { try await self.scale() }
            try await group.waitForAll()
        }
    }

    private func measure() async throws {
        while true {
            if isLeading() { await loads.refresh(services.all, deployments.all) }
            try await clock.sleep(for: Self.period)
        }
    }

    private func scale() async throws {
        var scalers: [ObjectKey: ServiceScaler] = [:]
        while true {
            if isLeading() {
                let all = services.all
                await perform(plan(all, &scalers))
                await clean(all)
            } else {
                // Who leads later has not seen what came between.
                scalers = [:]
            }
            try await clock.sleep(for: Self.period)
        }
    }

    private func plan(
        _ all: [InferenceService], _ scalers: inout [ObjectKey: ServiceScaler]
    ) -> [ScaleWrite] {
        let now = clock.elapsed
        var next: [ObjectKey: ServiceScaler] = [:]
        var writes: [ScaleWrite] = []
        for service in all {
            let key = service.key
            var scaler = scalers[key] ?? ServiceScaler()
            let own = deployments.values(index: Self.byService, term: key.description)
                .filter { $0.metadata.controller?.uid == service.metadata.uid }
            writes += scaler.plan(service, own, now: now) { revision in
                var load = reports.load(service: key, revision: revision)
                load.measured = loads.load(service: key, revision: revision)
                return load
            }
            next[key] = scaler
        }
        scalers = next
        return writes
    }

    private func perform(_ writes: [ScaleWrite]) async {
        await withTaskGroup(of: Void.self) { group in
            for (index, write) in writes.enumerated() {
                if index >= Self.width { await group.next() }
                group.addTask { await self.perform(write) }
            }
        }
    }

    private func perform(_ write: ScaleWrite) async {
        var metadata: JSONValue = [:]
        if let version = write.resourceVersion { metadata["resourceVersion"] = .string(version.rawValue) }
        do {
            try await client.patch(
                .deployment, write.deployment,
                ["metadata": metadata, "spec": ["replicas": .integer(Int64(write.replicas))]], subresource: "scale")
            logger.info(
                "scaled",
                metadata: [
                    "deployment": "\(write.deployment)", "from": "\(write.previous)", "to": "\(write.replicas)",
                ])
        } catch let error as APIError where error.isConflict || error.isNotFound {
            // It has changed meanwhile: the next look decides anew.
        } catch {
            logger.warning(
                "could not scale", metadata: ["deployment": "\(write.deployment)", "error": "\(error)"])
        }
    }

    /// Removes the reports of routers that are gone, and forgets revisions that are.
    private func clean(_ all: [InferenceService]) async {
        for record in reports.stale() {
            let unchanged = DeleteOptions.Preconditions(uid: record.uid, resourceVersion: record.resourceVersion)
            let key = ObjectKey(namespace: record.namespace, name: record.name)
            _ = try? await client.delete(.configMap, key, DeleteOptions(preconditions: unchanged))
        }
        let known = all.map { ($0.key.description, Set($0.status.revisions.map(\.name))) }
        reports.retain(Dictionary(known) { first, _ in first })
    }
}
