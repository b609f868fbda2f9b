import KubernetesCore

extension ModelStatus: Schematic {
    static let schema = SchemaNode.object(
        "How the model stands.",
        [
            SchemaField("observedGeneration", .integer("The generation that was judged.")),
            SchemaField("phase", .choice(Phase.self, "Where it stands.")),
            SchemaField("reason", .choice(Reason.self, "Why.")),
            SchemaField("message", .string("For people.")),
            SchemaField("latest", .string("The newest version.")),
            SchemaField("versions", .integer("Number of versions.")),
            SchemaField("lastNumber", .integer("The highest number that was ever given.")),
            SchemaField("aliases", .map("The aliases.", of: AliasStatus.schema)),
            SchemaField("pending", .list("What waits for a decision.", of: PendingPromotion.schema)),
            SchemaField("conditions", .list("For programs.", of: Condition.schema, key: "type")),
        ])
}

extension AliasStatus: Schematic {
    static let schema = SchemaNode.object(
        "Where an alias points.",
        [
            SchemaField("version", .string("The version in effect.")),
            SchemaField("target", .string("The version that services are rolling out.")),
            SchemaField("since", .time("Since when the version is in effect.")),
            SchemaField("by", .string("What moved it.")),
            SchemaField("previous", .string("The version before.")),
        ])
}

extension PendingPromotion: Schematic {
    static let schema = SchemaNode.object(
        "A promotion that waits for a decision.",
        [
            .required("from", .string("The alias that the version has.")),
            .required("to", .string("The alias that it would get.")),
            .required("version", .string("The version.")),
            SchemaField("since", .time("Since when it waits.")),
        ])
}
