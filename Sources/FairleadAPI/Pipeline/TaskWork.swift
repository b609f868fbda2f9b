public import KubernetesCore

/// What a task does.
public enum TaskWork: Sendable, Hashable {
    /// It runs a program in a pod.
    case container(ContainerSpec)
    /// It judges a condition.
    case check(CheckSpec)
    /// It runs another pipeline.
    case pipeline(NestedPipeline)
    /// It waits for a decision by people.
    case approval(ApprovalSpec)
    /// It registers a version of a model.
    case model(ModelTask)
    /// It runs a TrainingJob.
    case trainingJob(TrainingJobTask)
    /// It runs a TuningJob: not supported yet.
    case tuningJob(JSONValue)
    /// It applies an InferenceService and waits for it.
    case inferenceService(InferenceServiceTask)
}
