import ClusterTesting
import ControllerRuntime
import FairleadAPI
import Foundation
import KubernetesClient
import KubernetesCore
import KubernetesTesting
import Logging
import Synchronization

@testable import FairleadRouter

/// Services with Deployments whose pods get ready some time after they are asked for, and routers that scale them: all
/// but the pods and the requests is real.
final class ScaledServices: Sendable {
    /// What a router counts, as its requests would make it.
    final class Counts: Sendable {
        private let reports = Mutex<[ObjectKey: [String: RevisionReport]]>([:])

        var value: [ObjectKey: [String: RevisionReport]] { reports.withLock(\.self) }

        func set(_ service: String, _ change: @Sendable (inout RevisionReport) -> Void) {
            let key = ObjectKey(namespace: "risk", name: service)
            reports.withLock { change(&$0[key, default: [:]]["\(service)-r", default: RevisionReport()]) }
        }
    }

    /// A write to a scale that was asked for.
    struct Write: Sendable, Hashable {
        var router: String
        var deployment: String
        var replicas: Int64
    }

    let cluster: TestCluster
    /// How long a pod takes until it is ready.
    let startTime: Duration
    private let log = Mutex<[Write]>([])
    private let awakened = Mutex<Set<String>>([])

    init(startTime: Duration = .seconds(8)) async throws {
        cluster = try await TestCluster()
        self.startTime = startTime
        let namespace: JSONValue = ["apiVersion": "v1", "kind": "Namespace", "metadata": ["name": "risk"]]
        try await cluster.client.create(.namespace, namespace: nil, namespace)
    }

    var writes: [Write] { log.withLock(\.self) }

    /// The Deployments that had pods at any time.
    var awake: Set<String> { awakened.withLock(\.self) }

    /// Makes a service with one revision, and its Deployment.
    func make(_ name: String, replicas: Int, spec: JSONValue, components: [String] = ["predictor"]) async throws {
        let client = cluster.client
        let service = try await client.create(
            .inferenceService, namespace: "risk",
            [
                "apiVersion": "fairlead.dev/v1alpha1", "kind": "InferenceService",
                "metadata": ["name": .string(name)], "spec": spec,
            ])
        let uid = service[path: ["metadata", "uid"]] ?? ""
        var revision = RevisionStatus(name: "\(name)-r", weight: 100, state: replicas == 0 ? .sleeping : .ready)
        revision.components = components
        var status = InferenceServiceStatus()
        status.revisions = [revision]
        let key = ObjectKey(namespace: "risk", name: name)
        try await client.patch(
            .inferenceService, key, ["status": try KubernetesJSON.value(of: status)], subresource: "status")
        for component in components.compactMap(ServiceComponent.init) {
            let labels: JSONValue = [
                FairleadLabel.inferenceService: .string(name), FairleadLabel.revision: .string("\(name)-r"),
                FairleadLabel.component: .string(component.rawValue),
            ]
            try await client.create(
                .deployment, namespace: "risk",
                [
                    "apiVersion": "apps/v1", "kind": "Deployment",
                    "metadata": [
                        "name": .string(component.objectName(of: "\(name)-r")), "labels": labels,
                        "ownerReferences": [
                            [
                                "apiVersion": "fairlead.dev/v1alpha1", "kind": "InferenceService",
                                "name": .string(name), "uid": uid, "controller": true,
                            ]
                        ],
                    ],
                    "spec": [
                        "replicas": .integer(Int64(replicas)), "selector": ["matchLabels": labels],
                        "template": [
                            "metadata": ["labels": labels],
                            "spec": ["containers": [["name": "server", "image": "server:1"]]],
                        ],
                    ],
                ])
        }
    }

    /// How many pods a Deployment is to have, and how many are ready.
    func pods(_ deployment: String) async throws -> (wanted: Int64, ready: Int64) {
        let object = try await cluster.client.get(.deployment, ObjectKey(namespace: "risk", name: deployment))
        return (
            object[path: ["spec", "replicas"]]?.integerValue ?? 1,
            object[path: ["status", "readyReplicas"]]?.integerValue ?? 0
        )
    }

    /// How many pods Deployments are to have.
    func wanted(_ deployments: [String]) async throws -> [Int64] {
        var wanted: [Int64] = []
        for deployment in deployments { wanted.append(try await pods(deployment).wanted) }
        return wanted
    }

    /// Gets pods ready, until it is cancelled.
    func runPods() async throws {
        var since: [String: (wanted: Int64, at: Duration)] = [:]
        while true {
            for object in try await cluster.client.list(.deployment, namespace: "risk").items {
                let name = object[path: ["metadata", "name"]]?.stringValue ?? ""
                let wanted = object[path: ["spec", "replicas"]]?.integerValue ?? 1
                let ready = object[path: ["status", "readyReplicas"]]?.integerValue ?? 0
                guard wanted != ready else {
                    since[name] = nil
                    continue
                }
                if since[name]?.wanted != wanted { since[name] = (wanted, cluster.clock.elapsed) }
                guard let began = since[name]?.at, wanted < ready || cluster.clock.elapsed - began >= startTime else {
                    continue
                }
                try await cluster.client.patch(
                    .deployment, ObjectKey(namespace: "risk", name: name),
                    ["status": ["replicas": .integer(wanted), "readyReplicas": .integer(wanted)]],
                    subresource: "status")
                if wanted > 0 { awakened.withLock { _ = $0.insert(name) } }
            }
            try await cluster.clock.sleep(for: .milliseconds(500))
        }
    }

    /// Runs a router's part in scaling around a body; when the body returns, it is killed without any farewell.
    func withRouter(
        _ name: String, _ counts: Counts, _ body: @Sendable @escaping (Waker) async throws -> Void
    ) async throws {
        let logger = Logger(label: "router") { _ in SwiftLogNoOpLogHandler() }
        let transport = FaultyTransport(cluster.faults) { [weak self] request in
            self?.note(request, router: name)
            return nil
        }
        let client = Client(transport: transport)
        let waker = Waker(client: client, logger: logger, clock: cluster.clock)
        let feed = RouteFeed(Dispatcher())
        var configuration = RouterConfiguration()
        configuration.identity = name
        configuration.homeNamespace = "risk"
        let scaling = Scaling(
            client: client, configuration: configuration, waker: waker, feed: feed, counts: { counts.value },
            logger: logger, clock: cluster.clock)
        let members = [feed.member(client: client, namespaces: [], logger: logger)] + scaling.members
        let group = RuntimeGroup(members, logger: logger, clock: cluster.clock)
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            defer { tasks.cancelAll() }
            try await group.started.wait()
            try await body(waker)
        }
    }

    private func note(_ request: APIRequest, router: String) {
        let path = request.path.split(separator: "/")
        guard request.method == .patch, path.last == "scale",
            let body = request.body.flatMap({ try? JSONParser.parse($0) }),
            let replicas = body[path: ["spec", "replicas"]]?.integerValue
        else { return }
        let name = path.dropLast().last.map(String.init) ?? ""
        log.withLock { $0.append(Write(router: router, deployment: name, replicas: replicas)) }
    }
}
