extension PipelineRunSpec: Schematic {
    static let schema = SchemaNode.object(
        "What runs, and how.",
        [
            SchemaField("pipeline", .string("The Pipeline; this or pipelineSpec.")),
            SchemaField("pipelineSpec", PipelineSpec.schema.schemaless("A pipeline of the run's own.")),
            SchemaField("params", .map("Values of parameters.", of: .any(""))),
            SchemaField("suspend", .boolean("Whether no new pod is made.")),
            SchemaField("shutdown", .choice(Shutdown.self, "Stop runs finally, Terminate does not.")),
            SchemaField(
                "approvals", .map("Decisions by people, by task.", of: .choice(ApprovalDecision.self, ""))),
            SchemaField(
                "cache", .choiceWithOff(CacheMode.self, "How earlier outcomes are used: Use, Refresh or Off.")),
            SchemaField("resumeFrom", ResumeFrom.schema),
            SchemaField("activeDeadlineSeconds", .integer("How long the run may take.", minimum: 1)),
            SchemaField("ttlSecondsAfterFinished", .integer("How long a finished run stays.", minimum: 0)),
            SchemaField("queue", .string("The queue that admits the run.")),
            SchemaField("profile", .string("The ClusterProfile, for containers that name none.")),
            SchemaField("podRetention", .choice(PodRetention.self, "Which pods stay.")),
        ], exactlyOneOf: ["pipeline", "pipelineSpec"])
}

extension ResumeFrom: Schematic {
    static let schema = SchemaNode.object(
        "A run whose outcomes are taken over.",
        [
            .required("run", .string("The run.")),
            SchemaField("rerun", .list("Tasks that run again.", of: .string(""))),
        ])
}
