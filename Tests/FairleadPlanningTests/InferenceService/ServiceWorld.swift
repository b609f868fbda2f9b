import FairleadAPI
import Foundation
import KubernetesCore
import Testing

@testable import FairleadPlanning

/// A service and everything that is made for it, in memory: what a cluster would do is done by hand.
struct ServiceWorld {
    var service: InferenceService
    var runtimes: [RuntimeCandidate]
    var models: [String: ModelVersionSpec] = [:]
    var deployments: [String: DeploymentView] = [:]
    var services: [String: ServiceView] = [:]
    var budgets: [String: DisruptionBudgetView] = [:]
    /// What was made, as it was asked for.
    var objects: [String: JSONValue] = [:]
    var pods: [PodView] = []
    var windows: [String: ServiceObservation.Windows] = [:]
    var underWay: [String: Int] = [:]
    var areRuntimesComing = false
    var routes: [String: RouteView]? = [:]
    var memory = ServiceMemory()
    var settings = PlanningSettings(image: "fairlead:1")
    var now = Date(timeIntervalSince1970: 1_767_225_600)
    var events: [PlannedEvent] = []
    var followers: [ServiceFollower] = []
    /// Names that are another's.
    var taken: Set<String> = []

    static let sklearn = """
        {supportedModelFormats: [{name: sklearn, version: "1", priority: 1}], protocolVersions: [v2],
         containers: [{name: kserve-container, image: "mlserver:1", args: ["--name={{ .Name }}"],
                       env: [{name: MLSERVER_MODEL_NAME, value: "{{.Name}}"}],
                       resources: {requests: {cpu: 1, memory: 2Gi}, limits: {cpu: 1, memory: 2Gi}}}],
         port: 8080, grpcPort: 9000, metrics: {port: 8082}}
        """

    init(_ yaml: String, runtimes: [String: String] = ["mlserver": Self.sklearn]) throws {
        let spec = try Self.spec(yaml)
        var metadata = ObjectMeta(name: "churn", namespace: "risk", uid: "5e11")
        metadata.generation = 1
        service = InferenceService(metadata: metadata, spec: spec)
        self.runtimes = try runtimes.sorted { $0.key < $1.key }.map { name, yaml in
            RuntimeCandidate(
                name: name, isOfCluster: true,
                spec: try KubernetesJSON.decode(ServingRuntimeSpec.self, from: try PodFixture.document(yaml)))
        }
    }

    static func spec(_ yaml: String) throws -> InferenceServiceSpec {
        try KubernetesJSON.decode(InferenceServiceSpec.self, from: try PodFixture.document(yaml))
    }

    /// Changes the spec.
    mutating func edit(_ yaml: String) throws {
        service.spec = Decoded(try PodFixture.document(yaml), at: FieldPath("spec"))
        service.metadata.generation = (service.metadata.generation ?? 0) + 1
    }

    mutating func register(
        _ version: Int64, digest: String? = nil, alias: String = "production", uri: String? = nil,
        signature: ModelSignature? = nil
    ) {
        let spec = ModelVersionSpec(
            model: "churn", version: version, uri: uri ?? "s3://models/churn/\(version)", digest: digest,
            format: "sklearn", signature: signature)
        models["churn:\(version)"] = spec
        models["churn@\(alias)"] = spec
    }

    private var observation: ServiceObservation {
        let models = models
        var observation = ServiceObservation(
            service: service, runtimes: runtimes,
            resolve: { reference in
                guard let spec = models[reference.description] else { return .missing("there is no \(reference)") }
                return .found(ModelVersion(metadata: ObjectMeta(name: "churn-\(spec.version.text)"), spec: spec))
            }, deployments: Array(deployments.values), services: Array(services.values),
            budgets: Array(budgets.values), pods: pods, windows: windows, underWay: underWay)
        observation.areRuntimesComing = areRuntimesComing
        observation.scripts = objects.keys.sorted().filter { $0.hasPrefix("ConfigMap/") }.map { key in
            ScriptView(metadata: owned(String(key.dropFirst("ConfigMap/".count))))
        }
        observation.routes = routes.map { Array($0.values) }
        return observation
    }

    mutating func plan() -> Plan<InferenceServiceAction> {
        let result = InferenceServicePlanner.plan(observation, memory: &memory, settings: settings, now: now)
        followers = result.followers
        return result.plan
    }

    /// Plans and acts until nothing is left to do; a plan is cut off after so many actions.
    mutating func settle(cut: Int = .max, _ location: SourceLocation = #_sourceLocation) throws {
        for _ in 0..<60 {
            let actions = plan().actions
            if actions.isEmpty { return }
            for action in actions.prefix(cut) { if try !perform(action) { break } }
        }
        Issue.record("no end: \(plan().actions)", sourceLocation: location)
    }

    /// The metadata of an object of the service's.
    func owned(_ name: String) -> ObjectMeta {
        ObjectMeta(
            name: name, namespace: "risk", uid: "uid-\(name)",
            ownerReferences: [OwnerReference(controller: .inferenceService, metadata: service.metadata)])
    }

    /// An object without what it tells of itself.
    private static func unstamped(_ object: JSONValue) -> JSONValue {
        var annotations = object[path: ["metadata", "annotations"]]
        annotations?[AppliedRecord.annotation] = nil
        var object = object
        object[path: ["metadata", "annotations"]] = annotations?.objectValue?.isEmpty == true ? nil : annotations
        return object
    }

    mutating func perform(_ action: InferenceServiceAction) throws -> Bool {
        switch action {
        case .create(let type, let name, let object):
            if taken.contains(name) {
                let problem = TaskProblem(.nameTaken, "\(type.gvk.kind) \"\(name)\" exists and is not of this service")
                memory.didRefuse(type, name, problem, now: now)
                return false
            }
            var object = object
            objects["\(type.gvk.kind)/\(name)"] = Self.unstamped(object)
            object[path: ["metadata", "uid"]] = .string("uid-\(name)")
            object[path: ["metadata", "creationTimestamp"]] = .string(Time(now).description)
            switch type {
            case .deployment: deployments[name] = try KubernetesJSON.decode(DeploymentView.self, from: object)
            case .service: services[name] = try KubernetesJSON.decode(ServiceView.self, from: object)
            case .podDisruptionBudget:
                budgets[name] = try KubernetesJSON.decode(DisruptionBudgetView.self, from: object)
            default: break
            }
        case .patch(let type, let name, let change):
            if let host = change[path: ["spec", "externalName"]]?.stringValue {
                services[name]?.spec.externalName = host
            }
            deployments[name]?.repair = nil
            memory.didRepair(type, name, now: now)
        case .route(let name, let route):
            if taken.contains("HTTPRoute/\(name)") {
                memory.didRefuse(.httpRoute, name, TaskProblem(.invalidSpec, "gateway: there is none"), now: now)
                return false
            }
            objects["HTTPRoute/\(name)"] = Self.unstamped(route)
            let seen = RouteView(metadata: owned(name))
            routes?[name] = seen
            memory.didRoute(route)
        case .patchStatus(let status):
            service.status = try KubernetesJSON.decode(
                InferenceServiceStatus.self, from: try KubernetesJSON.value(of: status))
        case .delete(let type, let name, _):
            switch type {
            case .deployment:
                deployments[name] = nil
                pods.removeAll { $0.metadata.labels["deployment"] == name }
            case .service: services[name] = nil
            case .httpRoute:
                memory.didUnroute(nil)
                routes?[name] = nil
            default: break
            }
            objects["\(type.gvk.kind)/\(name)"] = nil
        case .note(let event): events.append(event)
        }
        return true
    }

    // MARK: - What a cluster does

    mutating func wait(_ seconds: Double) { now = now.addingTimeInterval(seconds) }

    /// The pods of a revision are ready, or are not any more.
    mutating func ready(_ revision: String, _ isReady: Bool = true) {
        for name in deployments.keys where deployments[name]?.revision == revision {
            let wanted = deployments[name]?.wanted
            deployments[name]?.status.readyReplicas = isReady ? wanted : 0
            deployments[name]?.status.conditions = [
                PodCondition(type: "Available", status: isReady ? "True" : "False", lastTransitionTime: Time(now))
            ]
            if isReady { pods.removeAll { $0.metadata.labels["deployment"] == name } }
        }
    }

    mutating func scale(_ revision: String, to replicas: Int) {
        deployments[revision]?.spec.replicas = replicas
        if replicas == 0 { deployments[revision]?.status.readyReplicas = 0 }
        deployments[revision]?.status.conditions = [
            PodCondition(
                type: "Available", status: replicas == 0 ? "True" : "False", lastTransitionTime: Time(now))
        ]
    }

    /// A pod of a revision whose containers stand so.
    mutating func pod(_ revision: String, fetch: ContainerState? = nil, main: ContainerStatus? = nil) {
        let labels = [
            FairleadLabel.revision: revision, FairleadLabel.inferenceService: "churn", "deployment": revision,
        ]
        pods.removeAll { $0.metadata.labels["deployment"] == revision }
        pods.append(
            PodView(
                metadata: ObjectMeta(name: "\(revision)-x", namespace: "risk", labels: labels),
                status: PodView.Status(
                    phase: "Pending",
                    initContainerStatuses: fetch.map { [ContainerStatus(name: "fetch", state: $0)] },
                    containerStatuses: main.map { [$0] })))
    }

    // MARK: - What is asked

    var status: InferenceServiceStatus { service.status }

    func revision(_ variant: String = "") throws -> String {
        let rollout = try #require(status.rollouts.first { $0.variant == variant })
        return try #require(rollout.candidate ?? rollout.stable)
    }

    func weights() -> [Int] { status.revisions.map(\.weight) }

    func condition(_ type: String) -> Condition? { status.conditions[type: type] }
}
