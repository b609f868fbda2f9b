public import FairleadAPI
public import KubernetesCore

/// The pod that sends one notification: it has the webhook's URL from a Secret, which the controller never reads.
public struct NotificationPod: Sendable, Hashable {
    /// The pod's name, the same for the same notification.
    public var name: String
    /// The namespace.
    public var namespace: String
    /// The object of which it tells, with which it goes.
    public var owner: OwnerReference
    /// Labels of that object.
    public var labels: [String: String]
    /// The key that holds the webhook's URL.
    public var webhook: SecretKey
    /// The form of what is sent.
    public var format: NotificationFormat
    /// The CloudEvent.
    public var event: JSONValue
    /// What a chat shows.
    public var text: String
    /// What it tells, as the pod's label says it.
    public var kind: String

    /// The label on every such pod; its value is the event.
    public static let label = "fairlead.dev/notification"
    /// How long all attempts may take, in seconds.
    public static let deadline: Int64 = 600
    /// How long the pod may take, which may have to wait for a node first, in seconds.
    static let podDeadline: Int64 = 900

    /// Describes a notification.
    public init(
        name: String, namespace: String, owner: OwnerReference, labels: [String: String], webhook: SecretKey,
        format: NotificationFormat, event: JSONValue, text: String, kind: String
    ) {
        self.name = name
        self.namespace = namespace
        self.owner = owner
        self.labels = labels
        self.webhook = webhook
        self.format = format
        self.event = event
        self.text = text
        self.kind = kind
    }

    /// The pod.
    ///
    /// - Parameter image: Fairlead's own image.
    public func pod(image: String) -> JSONValue {
        var plan: JSONValue = [
            "format": .string(format.rawValue), "deadlineSeconds": .integer(Self.deadline), "text": .string(text),
        ]
        plan["event"] = event
        var labels = labels
        labels[FairleadLabel.managedBy] = FairleadLabel.managedByValue
        labels[Self.label] = kind
        return [
            "apiVersion": "v1", "kind": "Pod",
            "metadata": [
                "name": .string(name), "namespace": .string(namespace),
                "labels": .object(labels.mapValues { .string($0) }), "ownerReferences": [owner.json],
            ],
            "spec": [
                "restartPolicy": "OnFailure", "automountServiceAccountToken": false, "enableServiceLinks": false,
                "activeDeadlineSeconds": .integer(Self.podDeadline),
                "securityContext": [
                    "runAsNonRoot": true, "runAsUser": 1000, "runAsGroup": 1000,
                    "seccompProfile": ["type": "RuntimeDefault"],
                ],
                "containers": [
                    [
                        "name": "main", "image": .string(image), "args": ["notify"],
                        "env": [
                            [
                                "name": "FAIRLEAD_WEBHOOK_URL",
                                "valueFrom": [
                                    "secretKeyRef": ["name": .string(webhook.secret), "key": .string(webhook.key)]
                                ],
                            ],
                            ["name": "FAIRLEAD_PLAN", "value": .string(JSONWriter.string(plan).doublingDollars)],
                        ],
                        "resources": [
                            "requests": ["cpu": "10m", "memory": "32Mi"], "limits": ["memory": "128Mi"],
                        ],
                        "terminationMessagePolicy": "FallbackToLogsOnError",
                        "securityContext": [
                            "allowPrivilegeEscalation": false, "readOnlyRootFilesystem": true,
                            "capabilities": ["drop": ["ALL"]],
                        ],
                    ]
                ],
            ],
        ]
    }
}
