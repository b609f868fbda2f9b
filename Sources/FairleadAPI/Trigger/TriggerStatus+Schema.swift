import KubernetesCore

extension TriggerStatus: Schematic {
    static let schema = SchemaNode.object(
        "How the trigger stands.",
        [
            SchemaField("observedGeneration", .integer("The generation that was judged.")),
            SchemaField("source", .string("Which source it has.")),
            SchemaField("observedSource", .string("The source that decidedUntil is about.")),
            SchemaField("active", .integer("How many of its runs are not finished.")),
            SchemaField("lastRun", .string("The run that was started last.")),
            SchemaField("lastScheduleTime", .time("The newest slot for which a run was started.")),
            SchemaField("lastStartTime", .time("When a run was started last.")),
            SchemaField("lastSuccessfulTime", .time("When a run succeeded last.")),
            SchemaField("nextScheduleTime", .time("The next slot.")),
            SchemaField("decidedUntil", .time("Up to when every slot was decided on.")),
            SchemaField("decided", .list("Marks of runs that ended later and were decided on.", of: .string(""))),
            SchemaField("waiting", .list("Slots that wait for their turn.", of: TriggerSlot.schema)),
            SchemaField("missed", .integer("How many slots were left out.")),
            SchemaField("lastMissedTime", .time("The newest slot that was left out.")),
            SchemaField("today", Day.schema),
            SchemaField("conditions", .list("For programs.", of: Condition.schema, key: "type")),
        ])
}

extension TriggerStatus.Day: Schematic {
    static let schema = SchemaNode.object(
        "The starts of the day of the last start.",
        [
            .required("date", .string("The day.")),
            .required("starts", .integer("How many runs were started.")),
        ])
}

extension TriggerSlot: Schematic {
    static let schema = SchemaNode.object(
        "Something that is due.",
        [
            .required("time", .time("Its time.")),
            SchemaField("run", .string("The run that ended.")),
            SchemaField("uid", .string("The identity of that run.")),
        ])
}
