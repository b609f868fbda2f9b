import ClusterTesting
import FairleadAPI
import FairleadPlanning
import Foundation
import KubernetesClient
import KubernetesCore
import KubernetesTesting
import PropertyTesting
import Synchronization

/// A service under the real controller: its pods get ready as the test says, and requests go through routers that report
/// as real ones do.
final class ServedTraffic: Sendable {
    /// What a second of requests came to.
    struct Second: Sendable {
        var at: Duration
        var weights: [String: Int]
        /// Requests that were given to a revision that could not answer.
        var lost: Int
        var failed: Int
        var requests: Int
    }

    private struct State {
        var generator = SeededGenerator(seed: 7)
        var behaviour: [String: Double] = [:]
        var spared: String?
        var reports: [RouterReport] = []
        var seconds: [Second] = []
    }

    static let home = "fairlead-system"
    let cluster: TestCluster
    let key = ObjectKey(namespace: "risk", name: "churn")
    private let state: Mutex<State>
    private let requestsPerSecond: Int

    init(requestsPerSecond: Int = 200) async throws {
        cluster = try await TestCluster(settings: PlanningSettings(artifactStore: "file:///store", image: "fairlead:1"))
        self.requestsPerSecond = requestsPerSecond
        state = Mutex(State())
        for name in ["risk", Self.home] {
            try await cluster.client.create(
                .namespace, namespace: nil,
                ["apiVersion": "v1", "kind": "Namespace", "metadata": ["name": .string(name)]])
        }
        for router in 0..<2 { try await startRouter("r\(router)") }
    }

    var seconds: [Second] { state.withLock(\.seconds) }

    func service() async throws -> InferenceService { try await cluster.client.get(InferenceService.self, key) }

    /// Makes the service, or merges into its spec.
    func apply(_ spec: JSONValue, isNew: Bool = false) async throws {
        if isNew {
            try await cluster.client.create(
                .inferenceService, namespace: key.namespace,
                [
                    "apiVersion": "fairlead.dev/v1alpha1", "kind": "InferenceService",
                    "metadata": ["name": .string(key.name)], "spec": spec,
                ])
        } else {
            try await cluster.client.patch(.inferenceService, key, ["spec": spec])
        }
    }

    /// From now on, that share of the revision's requests fails.
    func fail(_ revision: String, _ share: Double) { state.withLock { $0.behaviour[revision] = share } }

    /// From now on, no other revision ever gets ready.
    func spare(_ revision: String) { state.withLock { $0.spared = revision } }

    /// A router begins anew under its name, and counts from 0.
    func startRouter(_ name: String) async throws {
        let now = MicroTime(cluster.clock.now)
        state.withLock { state in
            state.reports.removeAll { $0.router == name }
            state.reports.append(RouterReport(router: name, started: now, at: now))
        }
    }

    /// Gets pods ready and sends requests, once a second, until it is cancelled.
    func run() async throws {
        while true {
            let ready = try await readyRevisions()
            // A router that has not heard of a revision does not know it.
            if let service = try? await service() { try await send(service, ready: ready) }
            try await cluster.clock.sleep(for: .seconds(1))
        }
    }

    private func readyRevisions() async throws -> Set<String> {
        var ready: Set<String> = []
        for object in try await cluster.client.list(.deployment, namespace: key.namespace).items {
            let name = object[path: ["metadata", "name"]]?.stringValue ?? ""
            let wanted = object[path: ["spec", "replicas"]]?.integerValue ?? 1
            let spared = state.withLock(\.spared)
            let living = spared == nil || spared == name ? wanted : 0
            if living > 0 { ready.insert(name) }
            guard object[path: ["status", "readyReplicas"]]?.integerValue ?? 0 != living else { continue }
            let available: JSONValue = [
                "type": "Available", "status": living > 0 ? "True" : "False", "reason": "Test",
                "lastTransitionTime": .string(Time(cluster.clock.now).description),
            ]
            _ = try? await cluster.client.patch(
                .deployment, ObjectKey(namespace: key.namespace, name: name),
                [
                    "status": [
                        "replicas": .integer(wanted), "readyReplicas": .integer(living), "conditions": [available],
                    ]
                ], subresource: "status")
        }
        return ready
    }

    private func send(_ service: InferenceService, ready: Set<String>) async throws {
        let weights = Dictionary(
            service.status.revisions.filter { $0.weight > 0 }.map { ($0.name, $0.weight) }, uniquingKeysWith: +)
        let (at, now) = (cluster.clock.elapsed, MicroTime(cluster.clock.now))
        let reports = state.withLock { state in
            var second = Second(at: at, weights: weights, lost: 0, failed: 0, requests: 0)
            for _ in 0..<(weights.isEmpty ? 0 : requestsPerSecond) {
                var place = Int(state.generator.next() % 100)
                let choice = weights.sorted { $0.key < $1.key }.first { entry in
                    defer { place -= entry.value }
                    return place < entry.value
                }
                guard let revision = choice?.key else { continue }
                let isLost = !ready.contains(revision)
                let isError = isLost || state.generator.chance(state.behaviour[revision] ?? 0)
                second.requests += 1
                if isLost { second.lost += 1 }
                if isError { second.failed += 1 }
                let router = Int(state.generator.next() % UInt64(state.reports.count))
                var counters =
                    state.reports[router].services[key.description]?.revisions[revision] ?? RevisionReport()
                counters.requests += 1
                if isError { counters.errors += 1 }
                counters.buckets.add(.milliseconds(20))
                state.reports[router].services[key.description, default: ServiceReport()].revisions[revision] =
                    counters
            }
            for router in state.reports.indices { state.reports[router].at = max(now, state.reports[router].at) }
            state.seconds.append(second)
            return state.reports
        }
        for report in reports { try await write(report) }
    }

    private func write(_ report: RouterReport) async throws {
        let name = RouterReportRecord.name(router: report.router)
        let text = String(decoding: try KubernetesJSON.encode(report), as: UTF8.self)
        let object: JSONValue = [
            "apiVersion": "v1", "kind": "ConfigMap",
            "metadata": ["name": .string(name), "labels": [FairleadLabel.routerReport: "true"]],
            "data": [RouterReportRecord.dataKey: .string(text)],
        ]
        let record = ObjectKey(namespace: Self.home, name: name)
        do {
            try await cluster.client.patch(.configMap, record, object)
        } catch let error as APIError where error.isNotFound {
            try await cluster.client.create(.configMap, namespace: Self.home, object)
        }
    }
}
