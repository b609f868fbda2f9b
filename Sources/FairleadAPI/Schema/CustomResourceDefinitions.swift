/// The definitions of all of Fairlead's kinds.
public enum CustomResourceDefinitions {
    /// All of them, in alphabetical order of their names.
    public static let all: [CustomResourceDefinition] = [
        clusterConnection, clusterProfile, clusterServingRuntime, connection, inferenceService, model, modelVersion,
        pipelineRun, pipeline, servingRuntime, trainingJob, trigger,
    ]

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
        ],
        nameLimit: Limits.published.pipelineName)

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
        ],
        nameLimit: Limits.published.runName)

    /// Trigger.
    public static let trigger = CustomResourceDefinition(
        type: .trigger,
        shortName: "flt",
        description: "Starts runs by itself, at times or when others end.",
        spec: TriggerSpec.schema,
        status: TriggerStatus.schema,
        columns: [
            PrinterColumn("Source", ".status.source"),
            PrinterColumn("Schedule", ".spec.schedule.cron"),
            PrinterColumn("TimeZone", ".spec.schedule.timeZone"),
            PrinterColumn("Suspend", ".spec.suspend", type: "boolean"),
            PrinterColumn("Active", ".status.active", type: "integer"),
            PrinterColumn("Last", ".status.lastScheduleTime", type: "date"),
            // As text: kubectl shows a date as an age, and this one lies ahead.
            PrinterColumn("Next", ".status.nextScheduleTime"),
            .age,
        ],
        nameLimit: Limits.published.triggerName)
}
