import FairleadAPI
public import KubernetesCore

/// The objects that a service has once, whatever its revisions.
struct ServiceObjects {
    let service: InferenceService
    let routes: ServiceRoutes

    private var owner: PodOwner {
        PodOwner(
            .inferenceService, service.metadata,
            labels: [
                FairleadLabel.managedBy: FairleadLabel.managedByValue,
                FairleadLabel.inferenceService: service.metadata.name,
            ])
    }

    /// The Service whose name leads to the routers.
    var address: JSONValue {
        [
            "apiVersion": "v1", "kind": "Service", "metadata": owner.metadata(service.metadata.name),
            "spec": [
                "type": "ExternalName", "externalName": .string(routes.routerHost),
                "ports": [["name": "http", "port": 80, "protocol": "TCP"]],
            ],
        ]
    }

    /// What leads a Service of ours to the routers, which went elsewhere.
    var readdressing: JSONValue {
        var change: JSONValue = ["spec": ["externalName": .string(routes.routerHost)]]
        change[path: ["metadata", "annotations"]] = AppliedRecord.stamped(address)[path: ["metadata", "annotations"]]
        return change
    }

    /// At most one server is taken down at a time.
    var disruptionBudget: JSONValue {
        [
            "apiVersion": "policy/v1", "kind": "PodDisruptionBudget", "metadata": owner.metadata(service.metadata.name),
            "spec": [
                "maxUnavailable": 1,
                // A server that crashes serves nobody: it must not keep its node from being drained.
                "unhealthyPodEvictionPolicy": "AlwaysAllow",
                "selector": [
                    "matchLabels": [
                        FairleadLabel.inferenceService: .string(service.metadata.name),
                        FairleadLabel.component: .string(ServiceComponent.predictor.rawValue),
                    ]
                ],
            ],
        ]
    }

    /// The HTTPRoute by which the service's Gateway sends requests to the routers, nil where none is asked for.
    func route(_ gateway: GatewaySpec) -> JSONValue? {
        guard let router = routes.routerService else { return nil }
        var parent: JSONValue = [
            "group": .string(ResourceType.httpRoute.gvk.group), "kind": "Gateway", "name": .string(gateway.name),
        ]
        if let namespace = gateway.namespace { parent["namespace"] = .string(namespace) }
        var spec: JSONValue = [
            "parentRefs": [parent],
            "rules": [
                [
                    "backendRefs": [
                        [
                            "group": "", "kind": "Service", "name": .string(router.name),
                            "namespace": .string(router.namespace), "port": 80,
                        ]
                    ]
                ]
            ],
        ]
        if !gateway.hostnames.isEmpty { spec["hostnames"] = .array(gateway.hostnames.map { .string($0) }) }
        let type = ResourceType.httpRoute
        return [
            "apiVersion": .string(type.gvk.apiVersion), "kind": .string(type.gvk.kind),
            "metadata": owner.metadata(service.metadata.name), "spec": spec,
        ]
    }
}

extension ResourceType {
    /// The Gateway API's routes, where the cluster has them.
    public static let httpRoute = ResourceType(
        group: "gateway.networking.k8s.io", version: "v1", kind: "HTTPRoute", plural: "httproutes")
}
