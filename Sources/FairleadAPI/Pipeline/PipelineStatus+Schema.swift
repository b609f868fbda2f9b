import KubernetesCore

extension PipelineStatus: Schematic {
    static let schema = SchemaNode.object(
        "How the pipeline stands.",
        [
            SchemaField("observedGeneration", .integer("The generation that was judged.")),
            SchemaField("phase", .choice(Phase.self, "Where it stands.")),
            SchemaField("reason", .choice(Reason.self, "Why.")),
            SchemaField("message", .string("For people.")),
            SchemaField("tasks", .integer("Number of tasks.")),
            SchemaField("lastRun", .string("The newest run.")),
            SchemaField("conditions", .list("For programs.", of: Condition.schema, key: "type")),
        ])
}

extension Condition: Schematic {
    static let schema = SchemaNode.object(
        "A condition.",
        [
            .required("type", .string("Its name.")),
            .required("status", conditionStatus),
            SchemaField("observedGeneration", .integer("The generation that was judged.")),
            .required("lastTransitionTime", .time("When the status last changed.")),
            .required("reason", .string("For programs.")),
            .required("message", .string("For people.")),
        ])

    private static let conditionStatus: SchemaNode = {
        var node = SchemaNode.string("Whether it holds.")
        node.allowed = ["True", "False", "Unknown"]
        return node
    }()
}
