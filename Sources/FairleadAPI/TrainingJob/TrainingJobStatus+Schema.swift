import KubernetesCore

extension TrainingJobStatus: Schematic {
    static let schema = SchemaNode.object(
        "How the job stands.",
        [
            SchemaField("observedGeneration", .integer("The generation that was judged.")),
            SchemaField("phase", .choice(Phase.self, "Where it stands.")),
            SchemaField("reason", .choice(Reason.self, "Why.")),
            SchemaField("message", .string("For people.")),
            SchemaField("startTime", .time("When it started.")),
            SchemaField("completionTime", .time("When it finished.")),
            SchemaField("duration", .string("How long it took.")),
            SchemaField("specRef", .string("The ConfigMap that holds what runs.")),
            SchemaField("framework", .string("The framework.")),
            SchemaField("nodes", .integer("How many nodes the gang has.")),
            SchemaField("replicas", .map("How the pods of each role stand.", of: ReplicaStatus.schema)),
            SchemaField("attempt", .integer("The gang's newest attempt, from 1.")),
            SchemaField("restarts", .integer("How often something was started again.")),
            SchemaField("failures", .integer("Attempts that ended by the program's fault.")),
            SchemaField("disruptions", .integer("Attempts that ended by the platform's fault.")),
            SchemaField("progress", .string("How much is done.")),
            SchemaField(
                "metrics",
                .map("The newest metrics.", of: .number(""), maximum: Limits.published.jobMetrics)),
            SchemaField("metricsTime", .time("When the metrics were read.")),
            SchemaField("results", .map("What the leader wrote.", of: .any(""))),
            SchemaField("artifacts", .map("The files that the leader wrote.", of: ArtifactReference.schema)),
            SchemaField("models", .list("The versions of models that were made.", of: .string(""))),
            SchemaField("commits", .map("The commits of its code, by repository and ref.", of: .string(""))),
            SchemaField("gang", .string("What places the pods together.")),
            SchemaField("conditions", .list("For programs.", of: Condition.schema, key: "type")),
        ])
}

extension ReplicaStatus: Schematic {
    static let schema = SchemaNode.object(
        "How the pods of a role stand.",
        [
            .required("ready", .integer("How many are ready.")),
            .required("active", .integer("How many are not finished.")),
            .required("succeeded", .integer("How many succeeded.")),
            .required("failed", .integer("How many failed.")),
        ])
}
