import AsyncHTTPClient
import ControllerRuntime
import FairleadAPI
import Foundation
import KubernetesClient
import KubernetesCore
import Logging
import NIOCore
import NIOHTTP1
import Synchronization

/// What pods measure themselves: the CPU that they use, or one of their runtime's metrics.
///
/// Guarantees: nothing is asked but the pods of the services' own EndpointSlices, and the metrics server; a pod's answer
/// may take 2 seconds and be 4 MiB long, and all of them together take no longer than 10 seconds. What did not come in
/// that time counts as it was read last, for a minute.
final class PodLoads: Sendable {
    /// Fetches a pod's metrics.
    typealias Fetch = @Sendable (_ url: String) async throws -> [UInt8]

    /// A pod's CPU as the metrics server tells it.
    private struct PodUsage: Resource {
        struct Container: Decodable, Sendable { var usage: [String: JSONValue] }

        static let type = ResourceType(group: "metrics.k8s.io", version: "v1beta1", kind: "PodMetrics", plural: "pods")
        var metadata: ObjectMeta
        var containers: [Container]

        var cores: Double { containers.reduce(0) { $0 + ($1.usage["cpu"]?.cores ?? 0) } }
    }

    /// What the pods of a revision measured.
    private struct Reading {
        var value: Double
        var metric: String
        var at: Duration
    }

    private struct State {
        var readings: [ReportSum.Key: Reading] = [:]
        /// The revisions of which no pod answered last.
        var silent: Set<ReportSum.Key> = []
        var askedAt: Duration?
    }

    /// How often they are asked: metrics servers look themselves every 15 seconds.
    private static let period = Duration.seconds(10)
    /// How long it is waited for all answers.
    private static let limit = Duration.seconds(10)
    /// For how long a reading counts where no newer one comes.
    private static let memory = Duration.seconds(60)
    /// How many pods are asked at a time.
    private static let width = 16

    private let client: Client
    private let slices: Store<EndpointSlice>
    private let fetch: Fetch
    private let logger: Logger
    private let clock: any RuntimeClock
    private let state = Mutex(State())

    /// - Parameters:
    ///   - client: The API server.
    ///   - slices: Where pods are.
    ///   - fetch: Fetches a pod's metrics.
    ///   - logger: For what went wrong.
    ///   - clock: For when to ask again.
    init(
        client: Client, slices: Store<EndpointSlice>, fetch: @escaping Fetch = PodLoads.fetch, logger: Logger,
        clock: any RuntimeClock
    ) {
        self.client = client
        self.slices = slices
        self.fetch = fetch
        self.logger = logger
        self.clock = clock
    }

    /// What the pods of a revision measure, all together; nil where that is not known.
    func load(service: ObjectKey, revision: String) -> Double? {
        let now = clock.elapsed
        let reading = state.withLock { $0.readings[.init(service: service.description, revision: revision)] }
        return reading.flatMap { now - $0.at < Self.memory ? $0.value : nil }
    }

    /// Asks the pods of all services that are scaled by what they measure, where it is time; takes as long as the
    /// slowest of them, and no longer than the limit.
    func refresh(_ services: [InferenceService], _ deployments: [ScaledDeployment]) async {
        let now = clock.elapsed
        let measured = services.filter { service in
            guard let spec = service.spec.value, !spec.isSuspended, spec.effectiveReplicas.most > 1 else {
                return false
            }
            return ![ScaleSpec.concurrency, ScaleSpec.requestRate].contains(spec.effectiveScale.effectiveMetric)
        }
        let isDue = state.withLock { state in
            guard state.askedAt.map({ now - $0 >= Self.period }) ?? true else { return false }
            state.askedAt = now
            if measured.isEmpty { state.readings = [:] }
            return !measured.isEmpty
        }
        guard isDue else { return }
        let loads = await inTime { await self.loads(measured, deployments) }
        let metrics = Dictionary(measured.map { ($0.key.description, $0.metric) }, uniquingKeysWith: { $1 })
        let readAt = clock.elapsed
        state.withLock { state in
            state.readings = state.readings.filter { metrics[$0.key.service] == $0.value.metric }
            for (key, value) in loads {
                guard let metric = metrics[key.service] else { continue }
                state.readings[key] = Reading(value: value, metric: metric, at: readAt)
            }
        }
    }

    private func loads(
        _ services: [InferenceService], _ deployments: [ScaledDeployment]
    ) async -> [ReportSum.Key: Double] {
        async let cpu = cpuLoads(services.filter { $0.metric == ScaleSpec.cpu }, deployments)
        async let named = runtimeLoads(services.filter { $0.metric != ScaleSpec.cpu }, deployments)
        return await cpu.merging(await named) { $1 }
    }

    /// What is read within the limit; what is not there by then is no longer waited for.
    private func inTime(
        _ read: @escaping @Sendable () async -> [ReportSum.Key: Double]
    ) async -> [ReportSum.Key: Double] {
        await withTaskGroup(of: [ReportSum.Key: Double]?.self) { group in
            group.addTask { await read() }
            group.addTask { [clock] in
                try? await clock.sleep(for: Self.limit)
                return nil
            }
            var loads: [ReportSum.Key: Double] = [:]
            for await answer in group {
                loads = answer ?? loads
                group.cancelAll()
            }
            return loads
        }
    }

    // MARK: - CPU

    /// The percents of what pods ask for, added up over the pods of each revision.
    private func cpuLoads(
        _ services: [InferenceService], _ deployments: [ScaledDeployment]
    ) async -> [ReportSum.Key: Double] {
        let requested = Dictionary(
            deployments.filter { $0.component == .predictor }.compactMap { deployment in
                Self.key(deployment.service, deployment.revision).map { ($0, deployment.requestedCores ?? 1) }
            }, uniquingKeysWith: { first, _ in first })
        var loads: [ReportSum.Key: Double] = [:]
        func take(_ pods: [PodUsage]?) {
            for pod in pods ?? [] {
                let labels = pod.metadata.labels
                let service = labels[FairleadLabel.inferenceService].map {
                    ObjectKey(namespace: pod.metadata.namespace, name: $0)
                }
                guard let key = Self.key(service, labels[FairleadLabel.revision]) else { continue }
                loads[key, default: 0] += pod.cores / max(0.001, requested[key] ?? 1) * 100
            }
        }
        return await withTaskGroup(of: [PodUsage].self) { group in
            for (index, namespace) in Set(services.map(\.metadata.namespace)).enumerated() {
                if index >= Self.width { take(await group.next()) }
                group.addTask { await self.usage(in: namespace) }
            }
            for await pods in group { take(pods) }
            return loads
        }
    }

    private func usage(in namespace: String?) async -> [PodUsage] {
        let query = ListQuery(labelSelector: "\(FairleadLabel.inferenceService),\(FairleadLabel.component)=predictor")
        do {
            return try await client.list(PodUsage.self, namespace: namespace, query).items
        } catch {
            logger.warning("no CPU metrics", metadata: ["namespace": "\(namespace ?? "")", "error": "\(error)"])
            return []
        }
    }

    private static func key(_ service: ObjectKey?, _ revision: String?) -> ReportSum.Key? {
        guard let service, let revision else { return nil }
        return ReportSum.Key(service: service.description, revision: revision)
    }

    // MARK: - A runtime's metrics

    private func runtimeLoads(
        _ services: [InferenceService], _ deployments: [ScaledDeployment]
    ) async -> [ReportSum.Key: Double] {
        let annotations = Dictionary(
            deployments.filter { $0.component == .predictor }.compactMap { deployment in
                Self.key(deployment.service, deployment.revision).map { ($0, deployment.podAnnotations) }
            }, uniquingKeysWith: { first, _ in first })
        let metrics = Dictionary(services.map { ($0.key, $0.metric) }, uniquingKeysWith: { first, _ in first })
        var targets: [(key: ReportSum.Key, metric: String, url: String)] = []
        for slice in slices.all {
            let labels = slice.metadata.labels
            guard labels[FairleadLabel.component] == ServiceComponent.predictor.rawValue,
                let service = labels[FairleadLabel.inferenceService].map({
                    ObjectKey(namespace: slice.metadata.namespace, name: $0)
                }),
                let metric = metrics[service], let key = Self.key(service, labels[FairleadLabel.revision])
            else { continue }
            targets += Self.urls(slice, annotations[key] ?? [:]).map { (key, metric, $0) }
        }
        // Whoever kept others waiting is asked last.
        let silent = state.withLock(\.silent)
        targets = targets.filter { !silent.contains($0.key) } + targets.filter { silent.contains($0.key) }
        return await withTaskGroup(of: (ReportSum.Key, Double?).self) { group in
            var answers: [ReportSum.Key: (sum: Double, count: Double)] = [:]
            func take(_ answer: (ReportSum.Key, Double?)?) {
                guard let (key, value) = answer, let value else { return }
                let former = answers[key] ?? (0, 0)
                answers[key] = (former.sum + value, former.count + 1)
            }
            var asked = 0
            for target in targets {
                if asked >= Self.width { take(await group.next()) }
                if Task.isCancelled { break }
                asked += 1
                group.addTask { [fetch] in
                    let text = try? await fetch(target.url)
                    return (target.key, text.flatMap { PrometheusReading.sum(of: target.metric, in: $0) })
                }
            }
            for await answer in group { take(answer) }
            let reached = Set(targets.prefix(asked).map(\.key))
            state.withLock { $0.silent = reached.subtracting(answers.keys) }
            let pods = Dictionary(grouping: targets, by: \.key).mapValues { Double($0.count) }
            // Who did not answer counts as the mean of those who did.
            return Dictionary(
                uniqueKeysWithValues: answers.map { ($0.key, $0.value.sum * (pods[$0.key] ?? 0) / $0.value.count) })
        }
    }

    /// Where the ready pods of a slice show their metrics: as their annotations say, else where they serve.
    private static func urls(_ slice: EndpointSlice, _ annotations: [String: String]) -> [String] {
        let served = slice.ports.first { $0.name == "http" }?.port
        let path = annotations["prometheus.io/path"] ?? "/metrics"
        // What does not begin with a slash would belong to the host.
        guard let port = annotations["prometheus.io/port"].flatMap({ UInt16($0) }).map(Int.init) ?? served,
            path.hasPrefix("/")
        else { return [] }
        return slice.endpoints.filter { $0.conditions?.ready ?? true }.compactMap { target in
            guard target.targetRef?.kind == "Pod", let address = target.addresses.first,
                target.targetRef?.namespace.map({ $0 == slice.metadata.namespace }) ?? true
            else { return nil }
            let host = slice.addressType == "IPv6" ? "[\(address)]" : address
            return "http://\(host):\(port)\(path)"
        }
    }

    /// Follows nobody elsewhere; it lives as long as the process.
    private static let http: HTTPClient = {
        var configuration = HTTPClient.Configuration()
        configuration.redirectConfiguration = .disallow
        return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }()

    /// Fetches by HTTP.
    static let fetch: Fetch = { url in
        let response = try await http.execute(HTTPClientRequest(url: url), timeout: .seconds(2))
        guard response.status == .ok else { throw TransportError(.other, "\(url) answers \(response.status)") }
        return Array(buffer: try await response.body.collect(upTo: 4 << 20))
    }
}

extension InferenceService {
    /// By what it is scaled.
    fileprivate var metric: String { (spec.value?.effectiveScale ?? ScaleSpec()).effectiveMetric }
}
