/// The labels, annotations and words of Kueue's contract.
enum KueueName {
    static let podSetPrefix = "kueue.x-k8s.io/podset-"
    static let requiredTopology = "kueue.x-k8s.io/podset-required-topology"
    static let preferredTopology = "kueue.x-k8s.io/podset-preferred-topology"
    static let unconstrainedTopology = "kueue.x-k8s.io/podset-unconstrained-topology"
    /// Keeps a pod from being placed until Kueue has said on which nodes.
    static let topologyGate = "kueue.x-k8s.io/topology"
    /// On pods: their Workload.
    static let workload = "kueue.x-k8s.io/workload"
    /// On pods: their set in the Workload.
    static let podSet = "kueue.x-k8s.io/podset"
    /// On Workloads: the identity of what they are for.
    static let jobUID = "kueue.x-k8s.io/job-uid"
    /// On jobs: a WorkloadPriorityClass.
    static let priorityClass = "kueue.x-k8s.io/priority-class"
    /// By which pods of a role are told apart.
    static let podIndexLabel = "training.kubeflow.org/replica-index"

    static let admitted = "Admitted"
    static let evicted = "Evicted"
    static let finished = "Finished"
    static let podsReady = "PodsReady"
    static let quotaReserved = "QuotaReserved"
    static let requeued = "Requeued"
}
