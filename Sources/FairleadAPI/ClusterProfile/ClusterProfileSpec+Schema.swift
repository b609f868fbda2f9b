extension ClusterProfileSpec: Schematic {
    static let schema = SchemaNode.object(
        "The platform's defaults and bounds.",
        [
            SchemaField("default", .boolean("Whether it holds where no profile is named.")),
            SchemaField("resources", ResourceNeeds.schema.described("What containers need that say nothing.")),
            SchemaField("max", ResourceNeeds.schema.described("The most that a pod may ask for.")),
            SchemaField("pod", patch("A strategic merge patch on every pod.")),
            SchemaField("spot", patch("A strategic merge patch on pods with spot: true.")),
            SchemaField(
                "gpuTypes", .map("Patches on pods that ask for a model of GPU, by its name.", of: patch("The patch."))),
            SchemaField("images", Images.schema),
            SchemaField("packages", PackageSource.schema),
            SchemaField("artifacts", .string("Where runs keep their artifacts.")),
        ])

    private static func patch(_ description: String) -> SchemaNode {
        SchemaNode.map("The patch.", of: .any("")).schemaless(description)
    }
}

extension ClusterProfileSpec.Images: Schematic {
    static let schema = SchemaNode.object(
        "Where images come from.", [SchemaField("registry", .string("The registry of images whose names have none."))])
}

extension ClusterProfileSpec.PackageSource: Schematic {
    static let schema = SchemaNode.object(
        "Where packages come from.", [SchemaField("index", .string("The index of packages that name none."))])
}
