import FairleadAPI
import KubernetesCore

/// The objects of one revision: for each component a Deployment and a headless Service, and what holds a script.
struct RevisionObjects {
    let service: InferenceService
    let revision: WantedRevision
    let settings: PlanningSettings

    /// The port of the headless Services' `http`; whoever asks a pod uses the target's.
    static let httpPort = 80
    /// The port of the headless Services' `grpc`.
    static let grpcPort = 81

    /// The annotation of a Deployment beside which a ConfigMap of the same name holds a script.
    static let scriptAnnotation = "fairlead.dev/script"

    /// A ConfigMap with a component's script, nil where it has none.
    func configMap(_ component: ServiceComponent) -> JSONValue? {
        let container = revision.content.container(of: component)
        guard let script = container.script ?? container.python else { return nil }
        let name = component.objectName(of: revision.name)
        return [
            "apiVersion": "v1", "kind": "ConfigMap", "metadata": owner(component).metadata(name), "immutable": true,
            "data": [ServingPod.scriptKey: .string(script)],
        ]
    }

    /// The Deployment of a component.
    ///
    /// It stays as it was made; who scales it writes its `scale` alone.
    ///
    /// - Throws: ``TaskProblem`` that names what is wrong.
    func deployment(_ component: ServiceComponent) throws(TaskProblem) -> JSONValue {
        let owner = owner(component)
        let spec = service.spec.value
        let pod = ServingPod(
            builder: PodBuilder(owner: owner, settings: settings), service: service.metadata.name, revision: revision,
            component: component)
        let ready = spec?.effectiveTimeouts.effectiveReady.seconds ?? 1200
        var metadata = owner.metadata(component.objectName(of: revision.name))
        if configMap(component) != nil { metadata["annotations"] = [Self.scriptAnnotation: "true"] }
        return [
            "apiVersion": "apps/v1", "kind": "Deployment", "metadata": metadata,
            "spec": [
                "replicas": .integer(Int64(spec?.effectiveReplicas.first ?? 1)), "revisionHistoryLimit": 0,
                "progressDeadlineSeconds": .integer(min(ready + 60, 1 << 30)),
                "selector": ["matchLabels": selector(component)],
                "template": try pod.template(),
            ],
        ]
    }

    /// The headless Service by which routers find a component's pods.
    func headless(_ component: ServiceComponent) -> JSONValue {
        var ports: [JSONValue] = [port("http", Self.httpPort, revision.content.port(of: component))]
        if let grpc = revision.content.grpcPort(of: component) { ports.append(port("grpc", Self.grpcPort, grpc)) }
        return [
            "apiVersion": "v1", "kind": "Service",
            "metadata": owner(component).metadata(component.objectName(of: revision.name)),
            "spec": ["clusterIP": "None", "selector": selector(component), "ports": .array(ports)],
        ]
    }

    private func port(_ name: String, _ port: Int, _ target: Int) -> JSONValue {
        [
            "name": .string(name), "port": .integer(Int64(port)), "targetPort": .integer(Int64(target)),
            "protocol": "TCP",
        ]
    }

    private func selector(_ component: ServiceComponent) -> JSONValue {
        [
            FairleadLabel.inferenceService: .string(service.metadata.name),
            FairleadLabel.revision: .string(revision.name), FairleadLabel.component: .string(component.rawValue),
        ]
    }

    private func owner(_ component: ServiceComponent) -> PodOwner {
        var labels = [
            FairleadLabel.managedBy: FairleadLabel.managedByValue,
            FairleadLabel.inferenceService: service.metadata.name, FairleadLabel.revision: revision.name,
            FairleadLabel.component: component.rawValue,
        ]
        let track = revision.content.track
        if !track.isEmpty { labels[FairleadLabel.variant] = track }
        if let model = revision.content.model?.reference?.split(separator: ":").first {
            labels[FairleadLabel.model] = String(model)
        }
        return PodOwner(.inferenceService, service.metadata, labels: labels)
    }
}
