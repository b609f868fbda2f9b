extension CustomResourceDefinitions {
    /// Model.
    public static let model = CustomResourceDefinition(
        type: .model,
        shortName: "flm",
        description: "A registered model: its versions and the aliases that point at them.",
        spec: ModelSpec.schema,
        status: ModelStatus.schema,
        columns: [
            PrinterColumn("Latest", ".status.latest"),
            PrinterColumn("Production", ".status.aliases.production.version"),
            PrinterColumn("Versions", ".status.versions", type: "integer"),
            PrinterColumn("Owner", ".spec.owner"),
            .age,
            PrinterColumn("Message", ".status.message", isWide: true),
        ])

    /// ModelVersion.
    public static let modelVersion = CustomResourceDefinition(
        type: .modelVersion,
        shortName: "flmv",
        description: "One version of a model and what it was made from; it never changes.",
        spec: ModelVersionSpec.schema,
        status: ModelVersionStatus.schema,
        columns: [
            PrinterColumn("Model", ".spec.model"),
            PrinterColumn("Version", ".spec.version"),
            PrinterColumn("Format", ".spec.format"),
            PrinterColumn("Aliases", ".status.aliases"),
            PrinterColumn("Metrics", ".status.metrics"),
            .age,
            PrinterColumn("Phase", ".status.phase", isWide: true),
            PrinterColumn("URI", ".spec.uri", isWide: true),
            PrinterColumn("Run", ".spec.lineage.run", isWide: true),
        ])
}
