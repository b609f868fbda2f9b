import KubernetesCore

/// The kinds that the server knows without a CustomResourceDefinition.
enum BuiltinKinds {
    /// Every built-in kind.
    static let all: [ServedResource] = core + workloads + policies + infrastructure

    private static func make(
        _ group: String = "", kind: String, _ plural: String, _ shortNames: [String] = [],
        namespaced: Bool = true, categories: [String] = [], status: Bool = false, generation: Bool = false,
        subresources: Set<String> = [], verbs: [String] = ServedKind.allVerbs,
        name: KindStrategy.NameRule = .subdomain, fields: [String] = [], collection: String? = nil
    ) -> ServedResource {
        let type = ResourceType(group: group, version: "v1", kind: kind, plural: plural, isNamespaced: namespaced)
        var all = subresources
        if status { all.insert("status") }
        let served = ServedKind(
            type: type, singular: kind.lowercased(), shortNames: shortNames, categories: categories, verbs: verbs,
            subresources: all, schema: BuiltinSchemas.schema(for: type.gvk))
        var strategy = KindStrategy()
        strategy.nameRule = name
        strategy.hasStatus = status
        strategy.hasGeneration = generation
        for field in fields { strategy.fieldPaths[field] = field.split(separator: ".").map(String.init) }
        return ServedResource(
            kind: served, strategy: strategy, collection: collection ?? type.qualifiedName)
    }

    private static let eventFields = [
        "involvedObject.kind", "involvedObject.namespace", "involvedObject.name", "involvedObject.uid",
        "involvedObject.apiVersion", "involvedObject.resourceVersion", "involvedObject.fieldPath", "reason",
        "reportingComponent", "type",
    ]

    private static let core: [ServedResource] = {
        var event = make(kind: "Event", "events", ["ev"], fields: eventFields)
        event.strategy.fieldPaths["source"] = ["source", "component"]
        var newEvent = make("events.k8s.io", kind: "Event", "events", ["ev"], collection: "events")
        newEvent.strategy.fieldPaths = event.strategy.fieldPaths
        var endpoints = make(kind: "Endpoints", "endpoints", ["ep"])
        endpoints.strategy.warning =
            "v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice"
        return [
            make(kind: "ConfigMap", "configmaps", ["cm"]),
            endpoints,
            event,
            make(kind: "LimitRange", "limitranges", ["limits"]),
            make(
                kind: "Namespace", "namespaces", ["ns"], namespaced: false, status: true, subresources: ["finalize"],
                verbs: ServedKind.allVerbs.filter { $0 != "deletecollection" }, name: .label,
                fields: ["status.phase"]),
            make(
                kind: "Node", "nodes", ["no"], namespaced: false, status: true, fields: ["spec.unschedulable"]),
            make(
                kind: "PersistentVolumeClaim", "persistentvolumeclaims", ["pvc"], status: true),
            make(kind: "PersistentVolume", "persistentvolumes", ["pv"], namespaced: false, status: true),
            make(
                kind: "Pod", "pods", ["po"], categories: ["all"], status: true, generation: true,
                subresources: ["binding", "eviction", "log", "ephemeralcontainers", "resize"],
                fields: [
                    "spec.nodeName", "spec.restartPolicy", "spec.schedulerName", "spec.serviceAccountName",
                    "spec.hostNetwork", "status.phase", "status.podIP", "status.nominatedNodeName",
                ]),
            make(kind: "PodTemplate", "podtemplates", generation: true),
            make(
                kind: "ReplicationController", "replicationcontrollers", ["rc"], categories: ["all"], status: true,
                generation: true, subresources: ["scale"], fields: ["status.replicas"]),
            make(kind: "ResourceQuota", "resourcequotas", ["quota"], status: true),
            make(kind: "Secret", "secrets", fields: ["type"]),
            make(kind: "ServiceAccount", "serviceaccounts", ["sa"], subresources: ["token"]),
            make(
                kind: "Service", "services", ["svc"], categories: ["all"], status: true, name: .label,
                fields: ["spec.clusterIP", "spec.type"]),
            newEvent,
        ]
    }()

    private static let workloads: [ServedResource] = [
        make("apps", kind: "ControllerRevision", "controllerrevisions"),
        make(
            "apps", kind: "DaemonSet", "daemonsets", ["ds"], categories: ["all"], status: true, generation: true),
        make(
            "apps", kind: "Deployment", "deployments", ["deploy"], categories: ["all"], status: true,
            generation: true, subresources: ["scale"]),
        make(
            "apps", kind: "ReplicaSet", "replicasets", ["rs"], categories: ["all"], status: true, generation: true,
            subresources: ["scale"], fields: ["status.replicas"]),
        make(
            "apps", kind: "StatefulSet", "statefulsets", ["sts"], categories: ["all"], status: true,
            generation: true, subresources: ["scale"]),
        make("batch", kind: "CronJob", "cronjobs", ["cj"], categories: ["all"], status: true, generation: true),
        make(
            "batch", kind: "Job", "jobs", categories: ["all"], status: true, generation: true,
            fields: ["status.successful"]),
    ]

    private static let policies: [ServedResource] = [
        make(
            "policy", kind: "PodDisruptionBudget", "poddisruptionbudgets", ["pdb"], status: true, generation: true),
        make(
            "rbac.authorization.k8s.io", kind: "ClusterRoleBinding", "clusterrolebindings", namespaced: false,
            name: .pathSegment),
        make(
            "rbac.authorization.k8s.io", kind: "ClusterRole", "clusterroles", namespaced: false,
            name: .pathSegment),
        make("rbac.authorization.k8s.io", kind: "RoleBinding", "rolebindings", name: .pathSegment),
        make("rbac.authorization.k8s.io", kind: "Role", "roles", name: .pathSegment),
        make(
            "scheduling.k8s.io", kind: "PriorityClass", "priorityclasses", ["pc"], namespaced: false,
            generation: true),
    ]

    private static let infrastructure: [ServedResource] = [
        make("coordination.k8s.io", kind: "Lease", "leases"),
        make("discovery.k8s.io", kind: "EndpointSlice", "endpointslices", generation: true),
        make(
            "networking.k8s.io", kind: "Ingress", "ingresses", ["ing"], status: true, generation: true),
        make("networking.k8s.io", kind: "NetworkPolicy", "networkpolicies", ["netpol"], generation: true),
        make("storage.k8s.io", kind: "StorageClass", "storageclasses", ["sc"], namespaced: false),
        make(
            "apiextensions.k8s.io", kind: "CustomResourceDefinition", "customresourcedefinitions", ["crd", "crds"],
            namespaced: false, categories: ["api-extensions"], status: true, generation: true),
    ]
}
