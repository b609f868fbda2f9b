public import FairleadAPI
public import KubernetesCore

/// A job's demand for its place in a queue of Kueue's.
public struct KueueRequest: Sendable, Hashable {
    /// A class that gives the demand its rank, and the value that the class has.
    public struct Priority: Sendable, Hashable {
        /// The class.
        public var className: String
        /// Whether the class is Kueue's and not one of pods.
        public var isKueues: Bool
        /// The rank.
        public var value: Int64

        /// Names a class.
        public init(className: String, isKueues: Bool, value: Int64) {
            self.className = className
            self.isKueues = isKueues
            self.value = value
        }
    }

    /// The Workload's name, which is made of the job's name and identity.
    public static func name(job: ObjectMeta) -> String {
        PodNaming.name(run: "trainingjob", task: job.name, unique: job.uid)
    }

    /// The class that a job names for its rank; nil where it names none.
    ///
    /// - Returns: The class, and whether it is Kueue's and not one of pods.
    public static func priorityClass(of job: TrainingJob) -> (name: String, isKueues: Bool)? {
        if let name = job.metadata.labels[KueueName.priorityClass] { return (name, true) }
        return job.spec.value?.priority.map { ($0, false) }
    }

    /// The Workload that makes the demand.
    ///
    /// It has no finalizer: that would outlive a Fairlead that was taken away, and a job without a Workload loses its
    /// pods anyway.
    ///
    /// - Parameters:
    ///   - job: The job, which owns the Workload.
    ///   - type: The served version.
    ///   - queue: The LocalQueue.
    ///   - podSets: Its pods.
    ///   - priority: Its rank.
    public static func workload(
        job: TrainingJob, type: ResourceType, queue: String, podSets: [KueuePodSet], priority: Priority?
    ) -> JSONValue {
        var spec: JSONValue = ["queueName": .string(queue), "podSets": .array(podSets.map(\.json))]
        if let priority {
            spec["priority"] = .integer(priority.value)
            add(priority, type, to: &spec)
        }
        return [
            "apiVersion": .string(type.gvk.apiVersion), "kind": .string(type.gvk.kind),
            "metadata": [
                "name": .string(name(job: job.metadata)), "namespace": .string(job.metadata.namespace ?? "default"),
                "labels": [
                    FairleadLabel.managedBy: .string(FairleadLabel.managedByValue),
                    FairleadLabel.trainingJob: .string(job.metadata.name),
                    KueueName.jobUID: .string(job.metadata.uid),
                ],
                "ownerReferences": [OwnerReference(controller: .trainingJob, metadata: job.metadata).json],
            ],
            "spec": spec,
        ]
    }

    private static func add(_ priority: Priority, _ type: ResourceType, to spec: inout JSONValue) {
        let group = priority.isKueues ? "kueue.x-k8s.io" : "scheduling.k8s.io"
        let kind = priority.isKueues ? "WorkloadPriorityClass" : "PriorityClass"
        if type.gvk.version == "v1beta1" {
            spec["priorityClassName"] = .string(priority.className)
            spec["priorityClassSource"] = .string("\(group)/\(kind.lowercased())")
        } else {
            spec["priorityClassRef"] = [
                "group": .string(group), "kind": .string(kind), "name": .string(priority.className),
            ]
        }
    }
}
