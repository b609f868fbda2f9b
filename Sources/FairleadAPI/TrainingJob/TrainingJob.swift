public import KubernetesCore

/// A gang of pods that train together.
public typealias TrainingJob = CustomResource<TrainingJobKind>

/// What makes a ``TrainingJob``.
public enum TrainingJobKind: CustomKind {
    public typealias Spec = TrainingJobSpec
    public typealias Status = TrainingJobStatus
    public static let type = ResourceType.trainingJob
}
