extension ModelVersionSpec: Schematic {
    // All is bounded, since the API server reckons what the comparison costs before it takes the rule.
    static let schema = SchemaNode.object(
        "What the version is; it never changes.",
        [
            .required("model", .string("The Model's name.", maximum: ModelName.longest)),
            .required("version", ScalarText.versionSchema),
            .required("uri", .string("Where the files are.", maximum: LineageBounds.text)),
            SchemaField("digest", .string("The SHA-256 of the files, as sha256:….", maximum: LineageBounds.word)),
            SchemaField("size", .integer("Their size in bytes.", minimum: 0)),
            SchemaField("format", .string("Their format, such as sklearn.", maximum: LineageBounds.word)),
            SchemaField("signature", ModelSignature.schema),
            SchemaField("metrics", .map("How good it is.", of: .number(""), maximum: LineageBounds.elements)),
            SchemaField("params", .map("What it was made with.", of: .any(""), maximum: LineageBounds.elements)),
            SchemaField("lineage", ModelLineage.schema),
        ]
    ).ruled("self == oldSelf", message: "a version never changes: make a new one")
}

/// The bounds of what a version says.
private enum LineageBounds {
    static let word = 253
    static let text = 2048
    static let elements = 200
    static let packages = 1000
}

extension ModelSignature: Schematic {
    static let schema = SchemaNode.object(
        "What the model takes and gives.",
        [
            SchemaField("inputs", .list("What it takes.", of: .any(""), maximum: LineageBounds.elements)),
            SchemaField("outputs", .list("What it gives.", of: .any(""), maximum: LineageBounds.elements)),
        ])
}

extension ModelLineage: Schematic {
    static let schema = SchemaNode.object(
        "What it was made from.",
        [
            SchemaField("run", .string("The run's name.", maximum: LineageBounds.word)),
            SchemaField("runUID", .string("The run's identity.", maximum: LineageBounds.word)),
            SchemaField("task", .string("The task that made the files.", maximum: LineageBounds.word)),
            SchemaField("itemIndex", .integer("The item's index in a mapped task.")),
            SchemaField("trainingJob", .string("The training job that made the files.", maximum: LineageBounds.word)),
            SchemaField("trainingJobUID", .string("The training job's identity.", maximum: LineageBounds.word)),
            SchemaField("pipelineDigest", .string("The SHA-256 of what the run ran.", maximum: LineageBounds.word)),
            SchemaField("image", .string("The image as written.", maximum: LineageBounds.text)),
            SchemaField("imageID", .string("The image that ran.", maximum: LineageBounds.text)),
            SchemaField("code", LineageCode.schema),
            SchemaField(
                "packages",
                .list(
                    "The packages that were asked for.", of: .string("", maximum: LineageBounds.text),
                    maximum: LineageBounds.packages)),
            SchemaField("seed", .integer("The seed of what was random.")),
            SchemaField("inputs", .list("What was read.", of: LineageInput.schema, maximum: LineageBounds.elements)),
            SchemaField(
                "parents",
                .list(
                    "The models that were read, as churn:7.", of: .string("", maximum: LineageBounds.word),
                    maximum: LineageBounds.elements)),
        ])
}

extension LineageCode: Schematic {
    static let schema = SchemaNode.object(
        "The program's code.",
        [
            SchemaField("git", .string("The repository.", maximum: LineageBounds.text)),
            SchemaField("commit", .string("The commit.", maximum: LineageBounds.word)),
            SchemaField("uri", .string("Where it came from, if not from a repository.", maximum: LineageBounds.text)),
        ])
}

extension LineageInput: Schematic {
    static let schema = SchemaNode.object(
        "Something that was read.",
        [
            .required("name", .string("The input's name.", maximum: LineageBounds.word)),
            .required("uri", .string("Where it was.", maximum: LineageBounds.text)),
            SchemaField("digest", .string("The SHA-256 of its content.", maximum: LineageBounds.word)),
        ])
}
