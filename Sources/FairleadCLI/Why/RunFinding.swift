import FairleadAPI
import KubernetesCore

/// What was found out about a run: of a nested one each run on the way down has a finding of its own.
struct RunFinding: Sendable {
    var run: PipelineRun
    var cause: RunCause
    /// The pod of the failure, or those that wait, by task or item.
    var pods: [TaskAddress: PodFacts] = [:]
    /// What Kubernetes complains of about the run itself, the newest last.
    var warnings: [String] = []
    /// The runs that hold the slots of the run's concurrency group.
    var ahead: [String] = []
}
