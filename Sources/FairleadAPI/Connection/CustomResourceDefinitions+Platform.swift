import KubernetesCore

extension PrinterColumn {
    static let ready = PrinterColumn("Ready", #".status.conditions[?(@.type=="Ready")].status"#)
}

extension CustomResourceDefinitions {
    private static let connectionColumns = [
        PrinterColumn("Type", ".spec.type"), .ready, .age,
        PrinterColumn("URIs", ".spec.uris", isWide: true),
        PrinterColumn("Secret", ".spec.secret", isWide: true),
    ]

    /// Connection.
    public static let connection = CustomResourceDefinition(
        type: .connection, shortName: "flc", description: "How URIs are reached by the pods of a namespace.",
        spec: ConnectionSpec.schema, status: StandingStatus.schema, columns: connectionColumns)

    /// ClusterConnection.
    public static let clusterConnection = CustomResourceDefinition(
        type: .clusterConnection, shortName: "flcc",
        description: "How URIs are reached by the pods of every namespace.",
        spec: ConnectionSpec.schema, status: StandingStatus.schema, columns: connectionColumns)

    /// ClusterProfile.
    public static let clusterProfile = CustomResourceDefinition(
        type: .clusterProfile, shortName: "flcp", description: "The platform's defaults and bounds for pods.",
        spec: ClusterProfileSpec.schema, status: StandingStatus.schema,
        columns: [
            PrinterColumn("Default", ".spec.default", type: "boolean"), .ready, .age,
            PrinterColumn("Artifacts", ".spec.artifacts", isWide: true),
        ])
}
