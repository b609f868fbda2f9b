extension PipelineTask: Schematic {
    static let schema: SchemaNode = {
        var node = SchemaNode.object("A task.", ownFields + workFields + ContainerSpec.fields)
        node.alternatives = SchemaNode.Alternatives(
            names: workFields.map(\.name), companions: ownFields.map(\.name),
            elsewhere: "stands only in a task that runs a container")
        return node
    }()

    private static let ownFields: [SchemaField] = [
        .required("name", .string("The name, a DNS label.", maximum: Limits.published.taskName)),
        SchemaField("dependsOn", .list("Tasks that come before.", of: .string(""))),
        SchemaField("when", .string("A condition in CEL; where it is false, the task is skipped.")),
        SchemaField("runWhen", .choice(RunWhen.self, "What must hold of the tasks before.")),
        SchemaField("map", MapSpec.schema),
        SchemaField("cache", CacheSpec.schema),
    ]

    private static let workFields: [SchemaField] = [
        SchemaField("check", CheckSpec.schema),
        SchemaField("trainingJob", TrainingJobTask.schema),
        SchemaField("tuningJob", .later("A nested TuningJob.")),
        SchemaField("pipeline", NestedPipeline.schema),
        SchemaField("approval", ApprovalSpec.schema),
        SchemaField("model", ModelTask.schema),
        // Open in the CRD, which must stay small; the controller judges it.
        SchemaField("inferenceService", InferenceServiceTask.schema.schemaless("An InferenceService: {name, spec}.")),
    ]
}

extension MapSpec: Schematic {
    static let schema = SchemaNode.object(
        "One run of the task for each item.",
        [
            SchemaField("over", MapOver.schema),
            SchemaField(
                "count",
                .any(
                    "How many items: a number, or a reference to one.",
                    [.integer("", minimum: 0, maximum: Int64(Limits.published.mapItems)), .string("")])),
            SchemaField("parallelism", .integer("How many items run at the same time.", minimum: 1)),
            SchemaField("maxFailed", MaxFailed.schema),
        ], exactlyOneOf: ["over", "count"])
}

extension MapOver: Schematic {
    static let schema = SchemaNode.any(
        "A list, a reference to one, or an object of them, of which the items are the product.",
        [
            .string(""), .list("", of: .any(""), maximum: Limits.published.mapItems),
            .map("", of: .any("", [.string(""), .list("", of: .any(""), maximum: Limits.published.mapItems)])),
            .object("", [SchemaField("count", .any("", [.integer("", minimum: 0), .string("")]))]),
        ])
}

extension MaxFailed: Schematic {
    static let schema: SchemaNode = {
        var share = SchemaNode.string("")
        share.format = .share
        return .any("How many items may fail: a number, or a share such as 1%.", [.integer("", minimum: 0), share])
    }()
}

extension CacheSpec: Schematic {
    static let schema = SchemaNode.object(
        "Whether an earlier outcome is taken.", [SchemaField("maxAge", .duration("How old it may be."))])
}

extension CheckSpec: Schematic {
    static let schema = SchemaNode.object(
        "A condition that fails the run.",
        [
            .required("that", .string("The condition, in CEL.")),
            SchemaField("message", .string("What the run says where it is false.")),
        ])
}

extension NestedPipeline: Schematic {
    static let schema = SchemaNode.object(
        "A run of another pipeline.",
        [
            .required("name", .string("The Pipeline.")),
            SchemaField("params", .map("Values of its parameters.", of: .any(""))),
        ])
}

extension TrainingJobTask: Schematic {
    static let schema = SchemaNode.object(
        "A TrainingJob.",
        [
            SchemaField("name", .string("The job's name.")),
            .required("spec", TrainingJobTemplate.schema.schemaless("The job's spec.")),
        ])
}

extension InferenceServiceTask: Schematic {
    static let schema = SchemaNode.object(
        "An InferenceService.",
        [
            .required("name", .string("The service's name.")),
            .required("spec", .map("The service's spec.", of: .any(""))),
        ])
}

extension ApprovalSpec: Schematic {
    static let schema = SchemaNode.object(
        "A decision by people.",
        [
            SchemaField("message", .string("What they are asked.")),
            SchemaField("timeout", .duration("How long the run waits for them.")),
            SchemaField("onTimeout", .choice(OnTimeout.self, "What happens then.")),
        ])
}

extension ModelTask: Schematic {
    static let schema = SchemaNode.object(
        "A new version of a model.",
        [
            .required("name", .string("The Model.")),
            .required("from", .string("A reference to an artifact, or a URI.")),
            SchemaField("format", .string("The files' format, such as sklearn.")),
            SchemaField(
                "metrics",
                .map("Numbers, or references to numbers.", of: .any("", [.number(""), .string("")]))),
            SchemaField("alias", .string("An alias that the version gets.")),
            SchemaField("params", .map("What the model was made with.", of: .any(""))),
            SchemaField("signature", .any("The model's inputs and outputs.")),
        ])
}
