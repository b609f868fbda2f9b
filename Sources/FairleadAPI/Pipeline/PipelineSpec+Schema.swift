extension PipelineSpec: Schematic {
    static let schema = SchemaNode.object(
        "What the pipeline does.",
        [
            SchemaField("params", .list("Parameters.", of: ParamSpec.schema, key: "name")),
            SchemaField(
                "defaults",
                ContainerSpec.schema.undescribed().described("What tasks inherit; the fields of a container.")),
            SchemaField("maxParallelTasks", .integer("How many tasks run at the same time.", minimum: 1)),
            .required(
                "tasks",
                .list("The tasks.", of: PipelineTask.schema, key: "name", maximum: Limits.published.tasks)),
            SchemaField(
                "finally",
                .list(
                    "Tasks that always run, after all others; the fields are those of tasks.",
                    of: PipelineTask.schema.undescribed(), key: "name", maximum: Limits.published.tasks)),
            SchemaField("results", .list("The run's results.", of: PipelineResult.schema, key: "name")),
            SchemaField("concurrency", ConcurrencySpec.schema),
            SchemaField(
                "notifications",
                .list("Who is told what.", of: NotificationSpec.schema, maximum: Limits.published.notifications)),
        ])
}

extension PipelineResult: Schematic {
    static let schema = SchemaNode.object(
        "A result of the run.",
        [
            .required("name", .string("The name.")),
            .required("value", .string("A reference such as tasks.fit.results.auc.")),
        ])
}

extension ParamSpec: Schematic {
    static let schema = SchemaNode.object(
        "A parameter.",
        [
            .required("name", .string("The name.")),
            SchemaField("type", .choice(ValueType.self, "The type; that of the default, else string.")),
            SchemaField("description", .string("For people.")),
            SchemaField("default", .any("The value where a run gives none.")),
            SchemaField("enum", .list("The allowed values.", of: .any(""))),
            SchemaField("pattern", .string("A regular expression that a string matches.")),
            SchemaField("minimum", .number("The smallest number.")),
            SchemaField("maximum", .number("The largest number.")),
            SchemaField("items", .choice(ValueType.self, "The type of an array's elements.")),
        ])
}

extension ConcurrencySpec: Schematic {
    static let schema = SchemaNode.object(
        "How many runs go on together.",
        [
            SchemaField("group", .string("The group's name.")),
            SchemaField("max", .integer("How many runs of it go on at the same time.", minimum: 1)),
            SchemaField("policy", .choice(ConcurrencyPolicy.self, "What a run does that finds it full.")),
        ])
}

extension NotificationSpec: Schematic {
    static let schema = SchemaNode.object(
        "Who is told what.",
        [
            .required("events", .list("What is told.", of: .choice(NotificationEvent.self, ""))),
            .required("webhook", SecretKey.schema),
            SchemaField("format", .choice(NotificationFormat.self, "The form of the message.")),
        ])
}

extension SecretKey: Schematic {
    static let schema = SchemaNode.object(
        "A key of a Secret.",
        [.required("secret", .string("The Secret.")), .required("key", .string("The key."))])
}
