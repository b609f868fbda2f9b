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
/// Guarantees: nothing is asked but the pods of the services' own EndpointSlices, and the metrics server; an answer may
/// take 2 seconds and be 4 MiB long.
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

    /// How often they are asked: metrics servers look themselves every 15 seconds.
    private static let period = Duration.seconds(10)
    /// How many pods are asked at a time.
    private static let width = 16

    private let client: Client
    private let slices: Store<EndpointSlice>
    private let fetch: Fetch
    private let logger: Logger
    private let clock: any RuntimeClock
    private let state = Mutex((loads: [ReportSum.Key: Double](), askedAt: Duration?.none))

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
        state.withLock { $0.loads[.init(service: service.description, revision: revision)] }
    }

    /// Asks the pods of all services that are scaled by what they measure, where it is time.
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
            if measured.isEmpty { state.loads = [:] }
            return !measured.isEmpty
        }
        guard isDue else { return }
        var loads = await cpuLoads(measured.filter { $0.metric == ScaleSpec.cpu }, deployments)
        let named = measured.filter { $0.metric != ScaleSpec.cpu }
        loads.merge(await runtimeLoads(named, deployments)) { $1 }
        state.withLock { $0.loads = loads }
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
        for namespace in Set(services.map(\.metadata.namespace)) {
            let query = ListQuery(
                labelSelector: "\(FairleadLabel.inferenceService),\(FairleadLabel.component)=predictor")
            do {
                for pod in try await client.list(PodUsage.self, namespace: namespace, query).items {
                    let labels = pod.metadata.labels
                    let service = labels[FairleadLabel.inferenceService].map {
                        ObjectKey(namespace: namespace, name: $0)
                    }
                    guard let key = Self.key(service, labels[FairleadLabel.revision]) else { continue }
                    let cores = max(0.001, requested[key] ?? 1)
                    loads[key, default: 0] += pod.cores / cores * 100
                }
            } catch {
                logger.warning("no CPU metrics", metadata: ["namespace": "\(namespace ?? "")", "error": "\(error)"])
            }
        }
        return loads
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
        return await withTaskGroup(of: (ReportSum.Key, Double?).self) { group in
            var answers: [ReportSum.Key: (sum: Double, count: Double)] = [:]
            func take(_ answer: (ReportSum.Key, Double?)?) {
                guard let (key, value) = answer, let value else { return }
                let former = answers[key] ?? (0, 0)
                answers[key] = (former.sum + value, former.count + 1)
            }
            for (index, target) in targets.enumerated() {
                if index >= Self.width { take(await group.next()) }
                group.addTask { [fetch] in
                    let text = try? await fetch(target.url)
                    return (target.key, text.flatMap { PrometheusReading.sum(of: target.metric, in: $0) })
                }
            }
            for await answer in group { take(answer) }
            let asked = Dictionary(grouping: targets, by: \.key).mapValues { Double($0.count) }
            // Who did not answer counts as the mean of those who did.
            return Dictionary(
                uniqueKeysWithValues: answers.map { ($0.key, $0.value.sum * (asked[$0.key] ?? 0) / $0.value.count) })
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
