extension PipelineSpec: Schematic {
    static let schema = SchemaNode.object(
        "What the pipeline does.",
        [
            SchemaField("params", .list("Parameters.", of: ParamSpec.schema, key: "name")),
            SchemaField("defaults", ContainerSpec.schema.described("What tasks inherit.")),
            SchemaField("maxParallelTasks", .integer("How many tasks run at the same time.", minimum: 1)),
            .required(
                "tasks",
                .list("The tasks.", of: PipelineTask.schema, key: "name", maximum: Limits.published.tasks)),
            SchemaField(
                "finally",
                .list(
                    "Tasks that always run, after all others.", of: PipelineTask.schema, key: "name",
                    maximum: Limits.published.tasks)),
            SchemaField("results", .list("The run's results.", of: PipelineResult.schema, key: "name")),
            SchemaField("concurrency", .later("How many runs go on together.")),
            SchemaField("notifications", .later("Who is told.")),
        ])
}

extension PipelineTask: Schematic {
    static let schema = SchemaNode.object(
        "A task.",
        [
            .required("name", .string("The name, a DNS label.")),
            SchemaField("dependsOn", .list("Tasks that come before.", of: .string(""))),
            SchemaField("when", .later("A condition in CEL.")),
            SchemaField("runWhen", .later("What must hold of the tasks before.")),
            SchemaField("map", .later("One pod for each item.")),
            SchemaField("cache", .later("Whether an earlier outcome is taken.")),
            SchemaField("check", .later("A condition that fails the run.")),
            SchemaField("trainingJob", .later("A nested TrainingJob.")),
            SchemaField("tuningJob", .later("A nested TuningJob.")),
            SchemaField("pipeline", .later("A nested run.")),
            SchemaField("approval", .later("A decision by people.")),
            SchemaField("model", .later("A ModelVersion.")),
            SchemaField("inferenceService", .later("An InferenceService.")),
        ] + ContainerSpec.fields)
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
