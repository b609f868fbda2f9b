public import KubernetesCore

/// A directed acyclic graph of tasks that PipelineRuns run.
public typealias Pipeline = CustomResource<PipelineKind>

/// What makes a ``Pipeline``.
public enum PipelineKind: CustomKind {
    public typealias Spec = PipelineSpec
    public typealias Status = PipelineStatus
    public static let type = ResourceType.pipeline
}
