import FairleadAPI
public import KubernetesCore

/// The object that describes a gang to what places it.
public struct GangObject: Sendable, Hashable {
    /// Its collection.
    public let type: ResourceType
    /// Its name, which is the job's: coscheduling wants it as a label's value, which has 63 characters at most.
    public let name: String
    /// The object.
    public let json: JSONValue
    private let backend: GangBackend

    /// The name of the one group in a Workload of Kubernetes 1.35.
    private static let group = "gang"

    init(job: TrainingJob, spec: TrainingJobSpec, backend: GangBackend, type: ResourceType, served: ServedAPIs) {
        self.backend = backend
        self.type = type
        name = job.metadata.name
        let minimum = JSONValue.integer(Int64(spec.gangMinimum))
        let content: JSONValue =
            switch backend {
            case .native: Self.native(job, spec, type, minimum)
            case .volcano: Self.volcano(spec, minimum, served)
            case .coscheduling: ["minMember": minimum]
            }
        json = [
            "apiVersion": .string(type.gvk.apiVersion), "kind": .string(type.gvk.kind),
            "metadata": [
                "name": .string(name), "namespace": .string(job.metadata.namespace ?? "default"),
                "labels": [
                    FairleadLabel.managedBy: .string(FairleadLabel.managedByValue),
                    FairleadLabel.trainingJob: .string(name),
                ],
                "ownerReferences": [OwnerReference(controller: .trainingJob, metadata: job.metadata).json],
            ],
            "spec": content,
        ]
    }

    private static func native(
        _ job: TrainingJob, _ spec: TrainingJobSpec, _ type: ResourceType, _ minimum: JSONValue
    ) -> JSONValue {
        let policy: JSONValue = ["gang": ["minCount": minimum]]
        switch type.gvk.version {
        case "v1alpha1":
            return [
                "controllerRef": [
                    "apiGroup": .string(ResourceType.trainingJob.gvk.group),
                    "kind": .string(ResourceType.trainingJob.gvk.kind), "name": .string(job.metadata.name),
                ],
                "podGroups": [["name": .string(group), "policy": policy]],
            ]
        case "v1alpha2":
            // Priority and mode of disruption stand behind a gate of their own there, without which they are refused.
            return ["schedulingPolicy": policy]
        default:
            var content: JSONValue = ["schedulingPolicy": policy]
            if let priority = spec.priority { content["priorityClassName"] = .string(priority) }
            // A gang that restarts as a whole loses no more when it is preempted as a whole.
            if spec.retryScope == .gang { content["disruptionMode"] = ["all": [:]] }
            return content
        }
    }

    private static func volcano(_ spec: TrainingJobSpec, _ minimum: JSONValue, _ served: ServedAPIs) -> JSONValue {
        var content: JSONValue = ["minMember": minimum]
        if let priority = spec.priority { content["priorityClassName"] = .string(priority) }
        // Where there is Kueue the queue is one of Kueue's.
        if served.kueueWorkload == nil, let queue = spec.queue { content["queue"] = .string(queue) }
        return content
    }

    func stamp(_ pod: inout JSONValue, role: String) {
        switch backend {
        case .native where type == GangBackend.nativeWorkload:
            pod[path: ["spec", "workloadRef"]] = ["name": .string(name), "podGroup": .string(Self.group)]
        case .native:
            pod[path: ["spec", "schedulingGroup"]] = ["podGroupName": .string(name)]
        case .volcano:
            pod[path: ["metadata", "annotations", "scheduling.k8s.io/group-name"]] = .string(name)
            pod[path: ["metadata", "annotations", "volcano.sh/task-spec"]] = .string(role)
            // Another scheduler that the user or the profile named stays.
            if pod[path: ["spec", "schedulerName"]] == nil { pod[path: ["spec", "schedulerName"]] = "volcano" }
        case .coscheduling:
            pod[path: ["metadata", "labels", "scheduling.x-k8s.io/pod-group"]] = .string(name)
        }
    }
}
