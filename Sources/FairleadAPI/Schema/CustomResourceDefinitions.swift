/// The definitions of all of Fairlead's kinds.
public enum CustomResourceDefinitions {
    /// All of them, in alphabetical order of their names.
    public static let all: [CustomResourceDefinition] = [pipelineRun, pipeline]

    /// All of them as one YAML stream.
    public static func yaml() -> String { all.map(\.yaml).joined(separator: "---\n") }

    /// Pipeline.
    public static let pipeline = CustomResourceDefinition(
        type: .pipeline,
        shortName: "flp",
        description: "A graph of tasks that PipelineRuns run.",
        spec: PipelineSpec.schema,
        status: PipelineStatus.schema,
        columns: [
            PrinterColumn("Tasks", ".status.tasks", type: "integer"),
            PrinterColumn("LastRun", ".status.lastRun"),
            PrinterColumn("Phase", ".status.phase"),
            .age,
        ])

    /// PipelineRun.
    public static let pipelineRun = CustomResourceDefinition(
        type: .pipelineRun,
        shortName: "flr",
        description: "One run of a pipeline.",
        spec: PipelineRunSpec.schema,
        status: PipelineRunStatus.schema,
        columns: [
            PrinterColumn("Phase", ".status.phase"),
            PrinterColumn("Reason", ".status.reason"),
            PrinterColumn("Progress", ".status.progress"),
            PrinterColumn("Pipeline", ".spec.pipeline"),
            .age,
            PrinterColumn("Duration", ".status.duration"),
            PrinterColumn("Message", ".status.message", isWide: true),
            PrinterColumn("Queue", ".spec.queue", isWide: true),
        ])
}
