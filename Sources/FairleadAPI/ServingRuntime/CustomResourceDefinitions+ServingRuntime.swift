extension CustomResourceDefinitions {
    private static let runtimeColumns = [
        PrinterColumn("Formats", ".spec.supportedModelFormats[*].name"),
        PrinterColumn("Protocols", ".spec.protocolVersions"),
        PrinterColumn("Disabled", ".spec.disabled", type: "boolean"),
        .ready, .age,
        PrinterColumn("Images", ".spec.containers[*].image", isWide: true),
    ]

    /// ServingRuntime.
    public static let servingRuntime = CustomResourceDefinition(
        type: .servingRuntime, shortName: "flsr",
        description: "How models of some formats are served in a namespace.",
        spec: ServingRuntimeSpec.schema, status: StandingStatus.schema, columns: runtimeColumns)

    /// ClusterServingRuntime.
    public static let clusterServingRuntime = CustomResourceDefinition(
        type: .clusterServingRuntime, shortName: "flcsr",
        description: "How models of some formats are served in every namespace.",
        spec: ServingRuntimeSpec.schema, status: StandingStatus.schema, columns: runtimeColumns)
}
