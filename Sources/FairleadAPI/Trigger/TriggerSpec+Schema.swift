extension TriggerSpec: Schematic {
    static let schema = SchemaNode.object(
        "When something is started, what, and how much at a time.",
        [
            SchemaField("schedule", ScheduleSource.schema),
            SchemaField("run", RunSource.schema),
            SchemaField("modelVersion", .later("New versions of a model.")),
            SchemaField("drift", .later("A monitor's alarms.")),
            SchemaField("metric", .later("A metric's value.")),
            SchemaField("data", .later("New files.")),
            SchemaField(
                "concurrencyPolicy",
                .choice(ConcurrencyPolicy.self, "What happens while an earlier run goes on; else Allow.")),
            SchemaField(
                "startingDeadlineSeconds", .integer("How late a run may start.", minimum: 0)),
            SchemaField("cooldown", .duration("The shortest time between two starts.")),
            SchemaField("maxPerDay", .integer("The most starts of a day in the schedule's time zone.", minimum: 1)),
            SchemaField("suspend", .boolean("Whether nothing is started.")),
            SchemaField(
                "successfulRunsHistoryLimit",
                .integer("How many succeeded runs stay; else 3.", minimum: 0, maximum: 100)),
            SchemaField(
                "failedRunsHistoryLimit",
                .integer("How many failed or stopped runs stay; else 3.", minimum: 0, maximum: 100)),
            SchemaField("lateAfter", .duration("When a run that is not finished is late, counted from its slot.")),
            .required("template", TriggerTemplate.schema),
        ], exactlyOneOf: sources)

    static let sources = ["schedule", "run", "modelVersion", "drift", "metric", "data"]
}

extension ScheduleSource: Schematic {
    static let schema = SchemaNode.object(
        "Times.",
        [
            .required("cron", .string("Five fields as a CronJob takes them, or a word such as @daily.")),
            SchemaField("timeZone", .string("The IANA time zone, such as Europe/Amsterdam; else UTC.")),
            SchemaField("catchUp", .choice(CatchUp.self, "What happens to missed slots; else None.")),
            SchemaField(
                "maxCatchUp",
                .integer(
                    "How many missed slots All runs; else 10.", minimum: 1,
                    maximum: Int64(Limits.published.triggerSlots))),
        ])
}

extension RunSource: Schematic {
    static let schema = SchemaNode.object(
        "The ends of a pipeline's runs.",
        [
            .required("pipeline", .string("The Pipeline.")),
            SchemaField("phase", .choice(Phase.self, "How they ended; else Succeeded.")),
        ])
}

extension TriggerTemplate: Schematic {
    static let schema = SchemaNode.object(
        "What is started.",
        [
            SchemaField("pipelineRun", RunTemplate.schema),
            SchemaField("trainingJob", RunTemplate.schema.undescribed().described("A training job.")),
            SchemaField("tuningJob", .later("A tuning job.")),
        ], exactlyOneOf: ["pipelineRun", "trainingJob", "tuningJob"])
}

extension RunTemplate: Schematic {
    static let schema = SchemaNode.object(
        "A run.",
        [
            SchemaField("metadata", Metadata.schema),
            .required("spec", .any("The run's spec; strings in its params may hold $(trigger.date) and the like.")),
        ])
}

extension RunTemplate.Metadata: Schematic {
    static let schema = SchemaNode.object(
        "Labels and annotations of the run.",
        [
            SchemaField("labels", .map("Labels.", of: .string(""))),
            SchemaField("annotations", .map("Annotations.", of: .string(""))),
        ])
}
