import KubernetesCore

extension PipelineRunStatus: Schematic {
    static let schema = SchemaNode.object(
        "How the run stands.",
        [
            SchemaField("observedGeneration", .integer("The generation that was judged.")),
            SchemaField("phase", .choice(Phase.self, "Where it stands.")),
            SchemaField("reason", .choice(Reason.self, "Why.")),
            SchemaField("message", .string("For people.")),
            SchemaField("progress", .string("Finished tasks, of how many.")),
            SchemaField("startTime", .time("When it started.")),
            SchemaField("completionTime", .time("When it finished.")),
            SchemaField("duration", .string("How long it took.")),
            SchemaField("specRef", .string("The ConfigMap that holds what runs.")),
            SchemaField("concurrencyGroup", .string("The group in which it holds or awaits a slot.")),
            SchemaField("commits", .map("The commits of its code, by repository and ref.", of: .string(""))),
            SchemaField("tasks", .list("How each task stands.", of: TaskStatus.schema, key: "name")),
            SchemaField("results", .map("The run's results.", of: .any(""))),
            SchemaField("notifications", .list("What was told of it.", of: NotificationRecord.schema, key: "pod")),
            SchemaField("graph", .string("The graph as text.")),
            SchemaField("conditions", .list("For programs.", of: Condition.schema, key: "type")),
        ])
}

extension TaskStatus: Schematic {
    static let schema = SchemaNode.object(
        "How a task stands.",
        [
            .required("name", .string("The task.")),
            .required("phase", .choice(Phase.self, "Where it stands.")),
            SchemaField("reason", .choice(Reason.self, "Why.")),
            SchemaField("message", .string("For people.")),
            SchemaField("attempts", .integer("How many pods were started.")),
            SchemaField("waitingSince", .time("Since when its pods are refused.")),
            SchemaField("startTime", .time("When it started.")),
            SchemaField("completionTime", .time("When it finished.")),
            SchemaField("results", .map("What it wrote.", of: .any(""))),
            SchemaField("artifacts", .map("The files that it wrote.", of: ArtifactReference.schema)),
            SchemaField("map", MapStatus.schema),
            SchemaField("child", .string("The nested run.")),
            SchemaField("imageID", .string("The image that ran, by digest.")),
            SchemaField("logs", .string("Where its log is kept.")),
        ])
}

extension ArtifactReference: Schematic {
    static let schema = SchemaNode.object(
        "Files in the artifact store.",
        [
            .required("uri", .string("Where they are.")),
            SchemaField("digest", .string("SHA-256 of the content.")),
            SchemaField("size", .integer("Bytes.")),
        ])
}

extension MapStatus: Schematic {
    static let schema = SchemaNode.object(
        "How its items stand.",
        [
            .required("total", .integer("How many items there are.")),
            .required("active", .integer("How many run.")),
            SchemaField("completedIndexes", .string("The items that succeeded, as ranges.")),
            SchemaField("failedIndexes", .string("The items that failed, as ranges.")),
        ])
}
