extension CustomResourceDefinitions {
    /// TrainingJob.
    public static let trainingJob = CustomResourceDefinition(
        type: .trainingJob,
        shortName: "fltj",
        description: "A gang of pods that train together.",
        spec: TrainingJobSpec.schema,
        status: TrainingJobStatus.schema,
        columns: [
            PrinterColumn("Phase", ".status.phase"),
            PrinterColumn("Framework", ".status.framework"),
            PrinterColumn("Nodes", ".status.nodes", type: "integer"),
            PrinterColumn("Restarts", ".status.restarts", type: "integer"),
            PrinterColumn("Progress", ".status.progress"),
            .age,
            PrinterColumn("Queue", ".spec.queue", isWide: true),
            PrinterColumn("Reason", ".status.reason", isWide: true),
            PrinterColumn("Duration", ".status.duration", isWide: true),
            PrinterColumn("Metrics", ".status.metrics", isWide: true),
        ],
        nameLimit: Limits.published.runName)
}
