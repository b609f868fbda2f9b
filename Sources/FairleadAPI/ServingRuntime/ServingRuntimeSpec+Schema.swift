extension ServingRuntimeSpec: Schematic {
    static let schema = SchemaNode.object(
        "How models of some formats are served.",
        [
            SchemaField(
                "supportedModelFormats",
                .list("The formats that it takes.", of: ModelFormat.schema, maximum: Limits.published.values)),
            SchemaField("protocolVersions", .list("What it speaks; else v2.", of: .choice(InferenceProtocol.self, ""))),
            SchemaField("disabled", .boolean("Whether no service gets it.")),
            .required(
                "containers",
                .list(
                    "Containers of Kubernetes; the server is kserve-container, else the first.",
                    of: SchemaNode.map("A container.", of: .any("")).schemaless("A container."))),
            SchemaField("port", .port("The port on which the server listens; else 8080.")),
            SchemaField("grpcPort", .port("The port on which it takes gRPC.")),
            SchemaField("metrics", MetricsEndpoint.schema),
            SchemaField(
                "podTemplate",
                SchemaNode.map("A patch.", of: .any("")).schemaless(
                    "A strategic merge patch on its pods: metadata and spec.")),
        ])
}

extension ServingRuntimeSpec.ModelFormat: Schematic {
    static let schema = SchemaNode.object(
        "A format.",
        [
            .required("name", .string("Its name, such as sklearn.")),
            SchemaField("version", SchemaNode(.scalarText, "Its version; else any.")),
            SchemaField("autoSelect", .boolean("Whether models get this runtime without naming it; else true.")),
            SchemaField("priority", .integer("Which of several runtimes comes first.")),
        ])
}

extension ServingRuntimeSpec.MetricsEndpoint: Schematic {
    static let schema = SchemaNode.object(
        "Where the server's own metrics are.",
        [
            SchemaField("path", .string("The path; else /metrics.")),
            SchemaField("port", .port("The port; else the server's.")),
        ])
}
