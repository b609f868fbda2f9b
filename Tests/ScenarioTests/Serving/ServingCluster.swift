import ControllerRuntime
import FairleadAPI
import FairleadPlanning
import KubernetesClient
import KubernetesCore
import KubernetesTesting
import LocalControllers
import Logging
import Synchronization
import Testing

/// A cluster in which services are served: Deployments make pods, and pods become ready as they are told.
final class ServingCluster: Sendable {
    let cluster: TestCluster

    static let runtime = """
        apiVersion: fairlead.dev/v1alpha1
        kind: ClusterServingRuntime
        metadata: {name: mlserver}
        spec:
          supportedModelFormats: [{name: sklearn}]
          containers: [{name: kserve-container, image: "mlserver:1"}]
        """

    init() async throws {
        let settings = PlanningSettings(artifactStore: "file:///store", image: "fairlead:1")
        cluster = try await TestCluster(settings: settings) { pod in
            var ending = SimulatedKubelet.Ending(duration: nil)
            let isLate = pod.metadata.labels["test/never"] == "true"
            ending.readyAfter = isLate ? .seconds(86_400) : .seconds(2)
            return ending
        }
    }

    /// Runs everything but our own controller around a body.
    func run(_ body: @Sendable @escaping () async throws -> Void) async throws {
        let controllers = LocalControllers(
            client: cluster.client, logger: Logger(label: "local") { _ in SwiftLogNoOpLogHandler() },
            clock: cluster.clock)
        try await cluster.run {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await controllers.run() }
                defer { group.cancelAll() }
                try await body()
            }
        }
    }

    /// Makes objects.
    func create(_ yaml: String) async throws {
        for object in try ManifestReader.read(yaml) {
            let kind = object["kind"]?.stringValue ?? ""
            let type: ResourceType? =
                switch kind {
                case "InferenceService": .inferenceService
                case "ClusterServingRuntime": .clusterServingRuntime
                case "Model": .model
                case "ModelVersion": .modelVersion
                case "PipelineRun": .pipelineRun
                case "Service": .service
                default: nil
                }
            let known = try #require(type)
            try await cluster.client.create(known, namespace: known.isNamespaced ? "default" : nil, object)
        }
    }

    static func key(_ name: String) -> ObjectKey { ObjectKey(namespace: "default", name: name) }

    func service(_ name: String = "churn") async throws -> InferenceService {
        try await cluster.client.get(InferenceService.self, Self.key(name))
    }

    func edit(_ spec: JSONValue, of name: String = "churn") async throws {
        try await cluster.client.patch(.inferenceService, Self.key(name), ["spec": spec])
    }

    func deployments() async throws -> [String] {
        try await cluster.client.list(DeploymentView.self, namespace: "default").items.map(\.metadata.name).sorted()
    }

    /// Waits until a service's status is as it should be.
    @discardableResult
    func status(
        _ what: String, of name: String = "churn", location: SourceLocation = #_sourceLocation,
        _ condition: @Sendable @escaping (InferenceServiceStatus) -> Bool
    ) async throws -> InferenceServiceStatus {
        let last = Mutex(InferenceServiceStatus())
        try await cluster.eventually("\(name): \(what)", location: location) {
            let status = try await self.service(name).status
            last.withLock { $0 = status }
            return condition(status)
        }
        let status = last.withLock(\.self)
        if !condition(status) { Issue.record("\(status)", sourceLocation: location) }
        return status
    }

    /// Registers a version of the model `churn`.
    func register(_ version: Int, digest: String? = nil) async throws {
        try await create(
            """
            apiVersion: fairlead.dev/v1alpha1
            kind: ModelVersion
            metadata: {name: churn-\(version)}
            spec: {model: churn, version: "\(version)", uri: "s3://models/churn/\(version)", format: sklearn\
            \(digest.map { ", digest: \"\($0)\"" } ?? "")}
            """)
    }

    func pin(_ version: Int) async throws {
        try await cluster.client.patch(
            .model, Self.key("churn"), ["spec": ["aliases": ["production": .string(String(version))]]])
    }

    func model() async throws -> Model { try await cluster.client.get(Model.self, Self.key("churn")) }

    /// The names of everything that services make.
    func leftovers() async throws -> [String] {
        var names: [String] = []
        let types = [
            ResourceType.deployment, .service, .podDisruptionBudget, .pod, .configMap,
            ResourceType(group: "apps", version: "v1", kind: "ReplicaSet", plural: "replicasets"),
            ResourceType(group: "discovery.k8s.io", version: "v1", kind: "EndpointSlice", plural: "endpointslices"),
        ]
        for type in types {
            for object in try await cluster.client.list(type, namespace: "default").items {
                let labels = object[path: ["metadata", "labels"]]
                guard labels?[FairleadLabel.inferenceService] != nil else { continue }
                names.append("\(type.plural)/\(object[path: ["metadata", "name"]]?.stringValue ?? "")")
            }
        }
        return names
    }
}
