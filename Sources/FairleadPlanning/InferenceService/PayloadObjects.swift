import FairleadAPI
import KubernetesCore

/// The objects that collect a service's payloads and store them in a folder: a Deployment and a headless Service, beside
/// those of the revisions.
///
/// Routers hold nobody's keys: the pods of the service's own namespace do.
struct PayloadObjects {
    let service: InferenceService
    let uri: String
    let settings: PlanningSettings

    /// The port at which events come in.
    static let port: Int64 = 8080
    /// How long the pod may go on storing when it is to end, in seconds.
    static let graceSeconds: Int64 = 120
    private static let spool = "/fairlead/spool"
    /// What tells the pods of one Deployment from those of the next.
    private static let instance = "app.kubernetes.io/instance"

    private var name: String { service.metadata.name }

    /// The name of the Service.
    static func serviceName(of service: String) -> String { "\(service)-\(PayloadLogSpec.component)" }

    /// Whether an object is one of these.
    static func isOne(_ metadata: ObjectMeta) -> Bool {
        metadata.labels[FairleadLabel.component] == PayloadLogSpec.component
            && metadata.labels[FairleadLabel.revision] == nil
    }

    private var labels: [String: String] {
        [
            FairleadLabel.managedBy: FairleadLabel.managedByValue, FairleadLabel.inferenceService: name,
            FairleadLabel.component: PayloadLogSpec.component,
        ]
    }

    private func owner(_ labels: [String: String]) -> PodOwner {
        PodOwner(.inferenceService, service.metadata, labels: labels)
    }

    /// The headless Service by which routers find the pods.
    var headless: JSONValue {
        [
            "apiVersion": "v1", "kind": "Service", "metadata": owner(labels).metadata(Self.serviceName(of: name)),
            "spec": [
                "clusterIP": "None",
                "selector": [
                    FairleadLabel.inferenceService: .string(name),
                    FairleadLabel.component: .string(PayloadLogSpec.component),
                ],
                "ports": [["name": "http", "port": 80, "targetPort": .integer(Self.port), "protocol": "TCP"]],
            ],
        ]
    }

    /// The Deployment, whose name follows from what it runs: another folder, Connection or image makes another one, and
    /// the former goes when that collects.
    ///
    /// - Throws: ``TaskProblem`` that names what is wrong.
    func deployment() throws(TaskProblem) -> (name: String, object: JSONValue) {
        var pod: JSONValue
        do throws(TaskProblem) {
            pod = try self.pod()
        } catch {
            throw TaskProblem(error.reason, "spec.logPayloads.uri: \(error.message)")
        }
        let name = "\(Self.serviceName(of: name))-\(PodNaming.hash(JSONWriter.string(pod)))"
        var labels = labels
        labels[Self.instance] = name
        for (label, value) in labels { pod[path: ["metadata", "labels", label]] = .string(value) }
        return (
            name,
            [
                "apiVersion": "apps/v1", "kind": "Deployment", "metadata": owner(labels).metadata(name),
                "spec": [
                    "replicas": 1, "revisionHistoryLimit": 0,
                    "selector": ["matchLabels": [Self.instance: .string(name)]],
                    "template": pod,
                ],
            ]
        )
    }

    /// The pod's template, to which the platform adds what it adds to the service's others.
    private func pod() throws(TaskProblem) -> JSONValue {
        guard let image = settings.image else {
            throw TaskProblem(.invalidSpec, "the controller doesn't know its own image (--image)")
        }
        let served = service.spec.value?.container
        var container = ContainerSpec(image: image)
        container.profile = served?.profile
        container.pullSecrets = served?.pullSecrets ?? []
        let builder = PodBuilder(owner: owner(labels), settings: settings)
        let draft = PodDraft(
            program: PodProgram(
                pod: Self.serviceName(of: name), story: "InferenceService \"\(name)\"", place: PayloadLogSpec.component,
                container: container, identity: [], role: PayloadLogSpec.component),
            attempt: PodAttempt(scope: Scope()), profile: try settings.platform.profile(container.profile))
        var pod: JSONValue = [
            "metadata": [
                "labels": .object(labels.mapValues { .string($0) }),
                "annotations": [
                    "prometheus.io/scrape": "true", "prometheus.io/path": "/metrics",
                    "prometheus.io/port": .string(String(Self.port)),
                ],
            ],
            "spec": try podSpec(image),
        ]
        let secrets = builder.pullSecrets(container)
        if !secrets.isEmpty {
            pod[path: ["spec", "imagePullSecrets"]] = .array(secrets.map { ["name": .string($0)] })
        }
        try builder.patch(&pod, draft)
        return pod
    }

    private func podSpec(_ image: String) throws(TaskProblem) -> JSONValue {
        var root = uri
        while root.hasSuffix("/"), !root.hasSuffix("://") { root.removeLast() }
        let namespace = service.metadata.namespace ?? "default"
        let folder = "\(namespace)/\(name)"
        var errand = PodErrand()
        var volumes = VolumeList()
        errand.plan = [
            "uri": .string("\(root)/\(folder)"), "spool": .string(Self.spool), "port": .integer(Self.port),
            "graceSeconds": .integer(Self.graceSeconds),
        ]
        errand.mount(volumes.add(name: "spool", ["emptyDir": ["sizeLimit": "1Gi"]]), at: Self.spool)
        let place = try StoragePlace(root)
        if let source = place.volume(isWritten: true) {
            let path = "\(PodBuilder.Folder.stores)/payloads"
            errand.mount(volumes.add(name: "store", source), at: path, subPath: place.subPath)
            errand.plan["path"] = .string("\(path)/\(folder)")
        } else {
            try errand.remotes.add("\(root)/\(folder)", settings.platform)
        }
        errand.environment = [
            Self.field("FAIRLEAD_POD", "metadata.name"), Self.field("FAIRLEAD_POD_IP", "status.podIP"),
        ]
        return [
            "automountServiceAccountToken": false, "enableServiceLinks": false,
            "terminationGracePeriodSeconds": .integer(Self.graceSeconds),
            "securityContext": [
                "runAsNonRoot": true, "runAsUser": 1000, "runAsGroup": 1000, "fsGroup": 1000,
                "seccompProfile": ["type": "RuntimeDefault"],
            ],
            "containers": [try container(errand, image)], "volumes": .array(volumes.volumes),
        ]
    }

    private func container(_ errand: PodErrand, _ image: String) throws(TaskProblem) -> JSONValue {
        var container = try errand.container(PayloadLogSpec.component, image: image)
        container["name"] = "main"
        container["ports"] = [["containerPort": .integer(Self.port), "name": "http", "protocol": "TCP"]]
        container[path: ["resources", "limits"]] = ["memory": "512Mi"]
        container[path: ["securityContext", "readOnlyRootFilesystem"]] = true
        container["livenessProbe"] = [
            "httpGet": ["path": "/livez", "port": "http"], "periodSeconds": 10, "timeoutSeconds": 5,
            "failureThreshold": 6,
        ]
        container["readinessProbe"] = [
            "httpGet": ["path": "/readyz", "port": "http"], "periodSeconds": 2, "timeoutSeconds": 5,
            "failureThreshold": 2,
        ]
        return container
    }

    private static func field(_ name: String, _ path: String) -> JSONValue {
        ["name": .string(name), "valueFrom": ["fieldRef": ["fieldPath": .string(path)]]]
    }
}
