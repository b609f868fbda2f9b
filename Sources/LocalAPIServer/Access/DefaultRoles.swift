import KubernetesCore

/// The roles that every cluster with RBAC has, and who has them.
enum DefaultRoles {
    private static let prefix = "rbac.authorization.k8s.io/aggregate-to-"
    private static let read = ["get", "list", "watch"]
    private static let write = ["create", "delete", "deletecollection", "patch", "update"]

    /// What everybody may see, without any credentials too.
    static let publicInfo = PolicyRule(
        verbs: ["get"], nonResourceURLs: ["/healthz", "/livez", "/readyz", "/version", "/version/"])

    /// What the cluster's owner may do.
    static let everything = [
        PolicyRule(verbs: ["*"], apiGroups: ["*"], resources: ["*"]), PolicyRule(verbs: ["*"], nonResourceURLs: ["*"]),
    ]

    /// The roles, as `ClusterRole`.
    static let clusterRoles: [JSONValue] = [
        role("cluster-admin", everything),
        aggregated("admin"), aggregated("edit", to: "admin"), aggregated("view", to: "edit"),
        role("system:aggregate-to-admin", administration, to: "admin"),
        role("system:aggregate-to-edit", edition, to: "edit"),
        role("system:aggregate-to-view", view, to: "view"),
        role(
            "system:auth-delegator",
            [
                rule(["create"], "authentication.k8s.io", "tokenreviews"),
                rule(["create"], "authorization.k8s.io", "subjectaccessreviews"),
            ]),
        role(
            "system:basic-user",
            [
                rule(["create"], "authorization.k8s.io", "selfsubjectaccessreviews selfsubjectrulesreviews"),
                rule(["create"], "authentication.k8s.io", "selfsubjectreviews"),
            ]),
        role(
            "system:discovery",
            [
                PolicyRule(
                    verbs: ["get"],
                    nonResourceURLs: [
                        "/api", "/api/*", "/apis", "/apis/*", "/healthz", "/livez", "/openapi", "/openapi/*", "/readyz",
                        "/version", "/version/",
                    ])
            ]),
        role(
            "system:monitoring",
            [
                PolicyRule(
                    verbs: ["get"],
                    nonResourceURLs: [
                        "/healthz", "/healthz/*", "/livez", "/livez/*", "/metrics", "/metrics/slis", "/readyz",
                        "/readyz/*",
                    ])
            ]),
        role("system:public-info-viewer", [publicInfo]),
        // What metrics-server brings: who may view pods may see what they use.
        role("system:aggregated-metrics-reader", [rule(read, MetricsGroup.name, "nodes pods")], to: "view"),
    ]

    /// Who has them, as `ClusterRoleBinding`.
    static let clusterRoleBindings: [JSONValue] = [
        binding("cluster-admin", [ServerUser.masters]),
        binding("system:public-info-viewer", [ServerUser.authenticated, ServerUser.unauthenticated]),
        binding("system:basic-user", [ServerUser.authenticated]),
        binding("system:discovery", [ServerUser.authenticated]),
        binding("system:monitoring", ["system:monitoring"]),
    ]

    private static let view: [PolicyRule] = [
        rule(
            read, "",
            """
            configmaps endpoints persistentvolumeclaims persistentvolumeclaims/status pods replicationcontrollers \
            replicationcontrollers/scale serviceaccounts services services/status
            """),
        rule(
            read, "",
            """
            bindings events limitranges namespaces/status pods/log pods/status replicationcontrollers/status \
            resourcequotas resourcequotas/status
            """),
        rule(read, "", "namespaces"),
        rule(read, "discovery.k8s.io", "endpointslices"),
        rule(
            read, "apps",
            """
            controllerrevisions daemonsets daemonsets/status deployments deployments/scale deployments/status \
            replicasets replicasets/scale replicasets/status statefulsets statefulsets/scale statefulsets/status
            """),
        rule(read, "autoscaling", "horizontalpodautoscalers horizontalpodautoscalers/status"),
        rule(read, "batch", "cronjobs cronjobs/status jobs jobs/status"),
        rule(read, "policy", "poddisruptionbudgets poddisruptionbudgets/status"),
        rule(read, "networking.k8s.io", "ingresses ingresses/status networkpolicies"),
    ]

    private static let edition: [PolicyRule] = [
        rule(read, "", "pods/attach pods/exec pods/portforward pods/proxy secrets services/proxy"),
        rule(["impersonate"], "", "serviceaccounts"),
        rule(write, "", "pods pods/attach pods/exec pods/portforward pods/proxy"),
        rule(["create"], "", "pods/eviction"),
        rule(
            write, "",
            """
            configmaps events persistentvolumeclaims replicationcontrollers replicationcontrollers/scale secrets \
            serviceaccounts services services/proxy
            """),
        rule(["create"], "", "serviceaccounts/token"),
        rule(
            write, "apps",
            """
            daemonsets deployments deployments/rollback deployments/scale replicasets replicasets/scale statefulsets \
            statefulsets/scale
            """),
        rule(write, "autoscaling", "horizontalpodautoscalers"),
        rule(write, "batch", "cronjobs jobs"),
        rule(write, "policy", "poddisruptionbudgets"),
        rule(write, "networking.k8s.io", "ingresses networkpolicies"),
        rule(write + read, "coordination.k8s.io", "leases"),
    ]

    private static let administration: [PolicyRule] = [
        rule(["create"], "authorization.k8s.io", "localsubjectaccessreviews"),
        rule(write + read, "rbac.authorization.k8s.io", "rolebindings roles"),
    ]

    private static func rule(_ verbs: [String], _ group: String, _ resources: String) -> PolicyRule {
        PolicyRule(
            verbs: verbs, apiGroups: [group],
            resources: resources.split(whereSeparator: \.isWhitespace).map(String.init))
    }

    private static func metadata(_ name: String, to aggregate: String? = nil) -> JSONValue {
        var labels: JSONValue = ["kubernetes.io/bootstrapping": "rbac-defaults"]
        if let aggregate { labels[prefix + aggregate] = "true" }
        return [
            "name": .string(name), "labels": labels,
            "annotations": ["rbac.authorization.kubernetes.io/autoupdate": "true"],
        ]
    }

    private static func role(_ name: String, _ rules: [PolicyRule], to aggregate: String? = nil) -> JSONValue {
        [
            "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole",
            "metadata": metadata(name, to: aggregate), "rules": .array(rules.map(\.document)),
        ]
    }

    /// A role whose rules are those of others.
    private static func aggregated(_ name: String, to aggregate: String? = nil) -> JSONValue {
        var role = role(name, [], to: aggregate)
        let selector: JSONValue = ["matchLabels": [prefix + name: "true"]]
        role["aggregationRule"] = ["clusterRoleSelectors": [selector]]
        return role
    }

    private static func binding(_ name: String, _ groups: [String]) -> JSONValue {
        [
            "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRoleBinding", "metadata": metadata(name),
            "roleRef": ["apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": .string(name)],
            "subjects": .array(
                groups.map {
                    ["apiGroup": "rbac.authorization.k8s.io", "kind": "Group", "name": .string($0)]
                }),
        ]
    }
}
