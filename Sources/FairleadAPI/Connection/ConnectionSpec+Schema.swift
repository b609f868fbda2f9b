import KubernetesCore

extension ConnectionSpec: Schematic {
    static let schema = SchemaNode.object(
        "How what lies under some URIs is reached.",
        [
            .required(
                "uris",
                .list("Beginnings of URIs, such as s3://raw/.", of: .string(""), maximum: Limits.published.values)),
            .required("type", .choice(ConnectionType.self, "What is there, as rclone spells it.")),
            SchemaField("endpoint", .string("The server's address.")),
            SchemaField("secret", .string("A Secret of the pod's namespace.")),
            SchemaField("variables", .map("Variables of rclone's type.", of: .string(""))),
            SchemaField("artifacts", .string("Where runs keep their artifacts.")),
        ])
}

extension StandingStatus: Schematic {
    static let schema = SchemaNode.object(
        "How it stands.",
        [
            SchemaField("observedGeneration", .integer("The generation that was judged.")),
            SchemaField("conditions", .list("For programs.", of: Condition.schema, key: "type")),
        ])
}
