import KubernetesCore

/// The columns of built-in kinds.
enum BuiltinColumns {
    /// The columns of a kind.
    static func columns(for gvk: GroupVersionKind) -> [TableColumn] {
        byKind["\(gvk.group)/\(gvk.kind)"] ?? TableColumn.builtinDefaults
    }

    private static let byKind: [String: [TableColumn]] = [
        "/Pod": PodRow.columns,
        "metrics.k8s.io/PodMetrics": MetricsGroup.columns,
        "metrics.k8s.io/NodeMetrics": MetricsGroup.columns,
        "/Namespace": [.name, .text("Status", "The phase of the namespace.") { $0.text("status", "phase") }, .age],
        "/Node": CoreColumns.node,
        "/ConfigMap": [
            .name,
            .count("Data", "How many keys there are.", type: "string") { map in
                Int64((map["data"]?.objectValue?.count ?? 0) + (map["binaryData"]?.objectValue?.count ?? 0))
            }, .age,
        ],
        "/Secret": [
            .name, .text("Type", "What the keys mean.") { $0.text("type", none: "") },
            .count("Data", "How many keys there are.", type: "string") { Int64($0["data"]?.objectValue?.count ?? 0) },
            .age,
        ],
        "/Service": CoreColumns.service,
        "/ServiceAccount": [
            .name,
            .count("Secrets", "How many Secrets pods of this account may use.", type: "string") {
                Int64($0["secrets"]?.arrayValue?.count ?? 0)
            }, .age,
        ],
        "/Event": EventColumns.core,
        "events.k8s.io/Event": EventColumns.core,
        "/PersistentVolumeClaim": CoreColumns.claim,
        "/PersistentVolume": CoreColumns.volume,
        "/Endpoints": [.name, .text("Endpoints", "The addresses.", CoreColumns.endpoints), .age],
        "/ReplicationController": WorkloadColumns.replicas,
        "apps/ReplicaSet": WorkloadColumns.replicas,
        "apps/Deployment": WorkloadColumns.deployment,
        "apps/StatefulSet": WorkloadColumns.statefulSet,
        "apps/DaemonSet": WorkloadColumns.daemonSet,
        "batch/Job": WorkloadColumns.job,
        "batch/CronJob": WorkloadColumns.cronJob,
        "coordination.k8s.io/Lease": [
            .name, .text("Holder", "Who has it.") { $0.text("spec", "holderIdentity", none: "") }, .age,
        ],
        "policy/PodDisruptionBudget": [
            .name,
            .text("Min Available", "How many pods must stay.") { CoreColumns.amount($0["spec"]?["minAvailable"]) },
            .text("Max Unavailable", "How many pods may be away.") {
                CoreColumns.amount($0["spec"]?["maxUnavailable"])
            },
            .count("Allowed Disruptions", "How many pods may go now.") { $0.number("status", "disruptionsAllowed") },
            .age,
        ],
        "scheduling.k8s.io/PriorityClass": [
            .name, .count("Value", "How important pods are.") { $0.number("value") },
            TableColumn(name: "Global-Default", type: "boolean", description: "Whether it is every pod's.") {
                object, _ in object["globalDefault"] ?? false
            }, .age,
            .text("PreemptionPolicy", "Whether others may be displaced.", priority: 1) {
                $0.text("preemptionPolicy", none: "")
            },
        ],
        "storage.k8s.io/StorageClass": CoreColumns.storageClass,
        "networking.k8s.io/Ingress": CoreColumns.ingress,
        "networking.k8s.io/NetworkPolicy": [
            .name,
            .text("Pod-Selector", "Which pods it is about.") { CoreColumns.selector($0["spec"]?["podSelector"]) },
            .age,
        ],
        "discovery.k8s.io/EndpointSlice": CoreColumns.slice,
        "rbac.authorization.k8s.io/RoleBinding": CoreColumns.binding,
        "rbac.authorization.k8s.io/ClusterRoleBinding": CoreColumns.binding,
    ]
}
