extension PipelineRunSpec: Schematic {
    static let schema = SchemaNode.object(
        "What runs, and how.",
        [
            SchemaField("pipeline", .string("The Pipeline; this or pipelineSpec.")),
            SchemaField("pipelineSpec", PipelineSpec.schema.schemaless("A pipeline of the run's own.")),
            SchemaField("params", .map("Values of parameters.", of: .any(""))),
            SchemaField("suspend", .boolean("Whether no new pod is made.")),
            SchemaField("shutdown", .choice(Shutdown.self, "Stop runs finally, Terminate does not.")),
            SchemaField("approvals", .later("Decisions by people.")),
            SchemaField("cache", .later("How earlier outcomes are used.")),
            SchemaField("resumeFrom", .later("A run whose outcomes are taken over.")),
            SchemaField("activeDeadlineSeconds", .integer("How long the run may take.", minimum: 1)),
            SchemaField("ttlSecondsAfterFinished", .integer("How long a finished run stays.", minimum: 0)),
            SchemaField("queue", .later("The queue.")),
            SchemaField("profile", .later("The ClusterProfile.")),
            SchemaField("podRetention", .choice(PodRetention.self, "Which pods stay.")),
        ], exactlyOneOf: ["pipeline", "pipelineSpec"])
}
