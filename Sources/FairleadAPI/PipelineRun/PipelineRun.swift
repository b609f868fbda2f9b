public import KubernetesCore

/// One run of a pipeline.
public typealias PipelineRun = CustomResource<PipelineRunKind>

/// What makes a ``PipelineRun``.
public enum PipelineRunKind: CustomKind {
    public typealias Spec = PipelineRunSpec
    public typealias Status = PipelineRunStatus
    public static let type = ResourceType.pipelineRun
}
