import KubernetesCore

/// What an object of a kind holds before anybody writes to it.
///
/// Built-in kinds are typed in the real server: members that their types cannot leave out are there from the
/// beginning, so that nobody comes to own them by creating an object.
enum EmptyObject {
    /// The empty object of the kind that `object` says it is.
    static func before(_ object: JSONValue) -> JSONValue {
        guard let apiVersion = object["apiVersion"]?.stringValue, let kind = object["kind"]?.stringValue else {
            return .object(["metadata": .object([:])])
        }
        return table["\(apiVersion) \(kind)"] ?? .object(["metadata": .object([:])])
    }

    private static let podSpec: JSONValue = ["containers": .null]
    private static let podTemplate: JSONValue = ["metadata": [:], "spec": podSpec]
    private static let specAndStatus: JSONValue = ["metadata": [:], "spec": [:], "status": [:]]

    private static func workload(_ spec: JSONValue, status: JSONValue = [:]) -> JSONValue {
        ["metadata": [:], "spec": spec, "status": status]
    }

    private static let names: JSONValue = ["kind": "", "plural": ""]

    private static let table: [String: JSONValue] = [
        "v1 Pod": workload(podSpec),
        "v1 PodTemplate": ["metadata": [:], "template": podTemplate],
        "v1 Service": workload([:], status: ["loadBalancer": [:]]),
        "v1 Namespace": specAndStatus,
        "v1 PersistentVolume": specAndStatus,
        "v1 PersistentVolumeClaim": workload(["resources": [:]]),
        "v1 ResourceQuota": specAndStatus,
        "v1 LimitRange": ["metadata": [:], "spec": ["limits": .null]],
        "v1 Node": workload(
            [:],
            status: [
                "daemonEndpoints": ["kubeletEndpoint": ["Port": 0]],
                "nodeInfo": [
                    "architecture": "", "bootID": "", "containerRuntimeVersion": "", "kernelVersion": "",
                    "kubeProxyVersion": "", "kubeletVersion": "", "machineID": "", "operatingSystem": "",
                    "osImage": "", "systemUUID": "",
                ],
            ]),
        "v1 ReplicationController": workload([:], status: ["replicas": 0]),
        "v1 Event": [
            "metadata": [:], "involvedObject": [:], "source": [:], "firstTimestamp": .null, "lastTimestamp": .null,
            "eventTime": .null, "reportingComponent": "", "reportingInstance": "",
        ],
        "events.k8s.io/v1 Event": [
            "metadata": [:], "eventTime": .null, "regarding": [:], "deprecatedSource": [:],
            "deprecatedFirstTimestamp": .null, "deprecatedLastTimestamp": .null,
        ],
        "coordination.k8s.io/v1 Lease": ["metadata": [:], "spec": [:]],
        "apps/v1 Deployment": workload(["selector": .null, "template": podTemplate, "strategy": [:]]),
        "apps/v1 ReplicaSet": workload(["selector": .null, "template": podTemplate], status: ["replicas": 0]),
        "apps/v1 StatefulSet": workload(
            ["selector": .null, "template": podTemplate, "serviceName": "", "updateStrategy": [:]],
            status: ["replicas": 0]),
        "apps/v1 DaemonSet": workload(
            ["selector": .null, "template": podTemplate, "updateStrategy": [:]],
            status: [
                "currentNumberScheduled": 0, "numberMisscheduled": 0, "desiredNumberScheduled": 0, "numberReady": 0,
            ]),
        "apps/v1 ControllerRevision": ["metadata": [:], "revision": 0],
        "batch/v1 Job": workload(["template": podTemplate]),
        "batch/v1 CronJob": workload(
            ["schedule": "", "jobTemplate": ["metadata": [:], "spec": ["template": podTemplate]]]),
        "policy/v1 PodDisruptionBudget": workload(
            [:],
            status: [
                "disruptionsAllowed": 0, "currentHealthy": 0, "desiredHealthy": 0, "expectedPods": 0,
            ]),
        "authentication.k8s.io/v1 TokenRequest": ["metadata": [:], "spec": ["boundObjectRef": [:]]],
        "authentication.k8s.io/v1 TokenReview": ["metadata": [:], "spec": [:]],
        "authorization.k8s.io/v1 LocalSubjectAccessReview": ["metadata": [:], "spec": [:]],
        "authorization.k8s.io/v1 SelfSubjectAccessReview": ["metadata": [:], "spec": [:]],
        "authorization.k8s.io/v1 SubjectAccessReview": ["metadata": [:], "spec": [:]],
        "rbac.authorization.k8s.io/v1 Role": ["metadata": [:], "rules": .null],
        "rbac.authorization.k8s.io/v1 ClusterRole": ["metadata": [:], "rules": .null],
        "rbac.authorization.k8s.io/v1 RoleBinding": [
            "metadata": [:], "roleRef": ["apiGroup": "", "kind": "", "name": ""],
        ],
        "rbac.authorization.k8s.io/v1 ClusterRoleBinding": [
            "metadata": [:], "roleRef": ["apiGroup": "", "kind": "", "name": ""],
        ],
        "networking.k8s.io/v1 Ingress": workload([:], status: ["loadBalancer": [:]]),
        "networking.k8s.io/v1 NetworkPolicy": ["metadata": [:], "spec": ["podSelector": [:]]],
        "networking.k8s.io/v1 IngressClass": ["metadata": [:], "spec": [:]],
        "autoscaling/v2 HorizontalPodAutoscaler": workload(
            ["scaleTargetRef": ["kind": "", "name": ""], "maxReplicas": 0],
            status: ["desiredReplicas": 0, "currentMetrics": .null]),
        "discovery.k8s.io/v1 EndpointSlice": ["metadata": [:], "addressType": "", "endpoints": .null, "ports": .null],
        "scheduling.k8s.io/v1 PriorityClass": ["metadata": [:], "value": 0],
        "storage.k8s.io/v1 StorageClass": ["metadata": [:], "provisioner": ""],
        "apiextensions.k8s.io/v1 CustomResourceDefinition": workload(
            ["group": "", "names": names, "scope": "", "versions": .null],
            status: ["conditions": .null, "acceptedNames": names, "storedVersions": .null]),
    ]
}
