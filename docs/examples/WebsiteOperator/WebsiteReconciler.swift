import ControllerRuntime
import KubernetesClient
import KubernetesCore

/// Brings a website to where it should be: a ConfigMap with its page, and a Deployment that serves it.
struct WebsiteReconciler: Sendable {
    /// The label of everything that the operator makes.
    static let managed = "app.kubernetes.io/managed-by=website-operator"

    let client: Client
    let websites: Store<Website>
    let deployments: Store<DeploymentView>
    let clock: any RuntimeClock

    /// Reconciles one website; the same state of the cluster always leads to the same calls.
    func reconcile(_ key: ObjectKey) async throws -> Requeue {
        // What a website made goes with it: Kubernetes collects what an owner leaves behind.
        guard let website = websites[key], !website.metadata.isBeingDeleted else { return .onChange }
        let child = ObjectKey(namespace: key.namespace, name: "website-\(key.name)")
        try await client.apply(.configMap, child, Self.configMap(child, website), force: true)
        try await client.apply(DeploymentView.type, child, Self.deployment(child, website), force: true)
        try await report(website, deployments[child])
        // The Deployment's own events bring the website back when its pods are there.
        return .onChange
    }

    private func report(_ website: Website, _ deployment: DeploymentView?) async throws {
        let available = deployment?.status?.availableReplicas ?? 0
        let isReady = available >= website.spec.replicas
        var status = website.status ?? Website.Status()
        status.observedGeneration = website.metadata.generation
        var conditions = status.conditions ?? []
        conditions.set(
            Condition(
                type: "Ready", status: isReady ? .isTrue : .isFalse, reason: isReady ? "Serving" : "Starting",
                message: "\(available) of \(website.spec.replicas) pods serve the page",
                observedGeneration: website.metadata.generation, lastTransitionTime: Time(clock.now)))
        status.conditions = conditions
        guard status != website.status else { return }
        // Guarded by the version that was read: a 409 brings the key back with the newest state.
        try await client.patchStatus(Website.type, website.metadata, KubernetesJSON.value(of: status))
    }

    private static func metadata(_ child: ObjectKey, _ website: Website) throws -> JSONValue {
        let owner = OwnerReference(controller: Website.type, metadata: website.metadata)
        return [
            "name": .string(child.name), "labels": ["app.kubernetes.io/managed-by": "website-operator"],
            "ownerReferences": [try KubernetesJSON.value(of: owner)],
        ]
    }

    private static func configMap(_ child: ObjectKey, _ website: Website) throws -> JSONValue {
        [
            "apiVersion": "v1", "kind": "ConfigMap", "metadata": try metadata(child, website),
            "data": ["index.html": .string(website.spec.html)],
        ]
    }

    private static func deployment(_ child: ObjectKey, _ website: Website) throws -> JSONValue {
        let labels: JSONValue = ["example.dev/website": .string(website.metadata.name)]
        return [
            "apiVersion": "apps/v1", "kind": "Deployment", "metadata": try metadata(child, website),
            "spec": [
                "replicas": .integer(Int64(website.spec.replicas)), "selector": ["matchLabels": labels],
                "template": [
                    "metadata": ["labels": labels],
                    "spec": [
                        "containers": [
                            [
                                "name": "web", "image": "nginxinc/nginx-unprivileged:1.29-alpine",
                                "volumeMounts": [["name": "page", "mountPath": "/usr/share/nginx/html"]],
                            ]
                        ],
                        "volumes": [["name": "page", "configMap": ["name": .string(child.name)]]],
                    ],
                ],
            ],
        ]
    }
}
