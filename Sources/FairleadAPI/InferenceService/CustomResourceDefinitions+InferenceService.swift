extension CustomResourceDefinitions {
    /// InferenceService.
    public static let inferenceService = CustomResourceDefinition(
        type: .inferenceService,
        shortName: "fls",
        description: "A model behind a URL.",
        spec: InferenceServiceSpec.schema,
        status: InferenceServiceStatus.schema,
        columns: [
            PrinterColumn("URL", ".status.url"),
            .ready,
            PrinterColumn("Reason", ".status.reason"),
            PrinterColumn("Replicas", ".status.replicas"),
            PrinterColumn("Traffic", ".status.traffic"),
            PrinterColumn("Model", ".status.model"),
            .age,
            PrinterColumn("Runtime", ".status.runtime", isWide: true),
            PrinterColumn("Format", ".status.format", isWide: true),
            PrinterColumn("Scale", ".status.scale", isWide: true),
        ],
        nameLimit: Limits.published.serviceName)
}
