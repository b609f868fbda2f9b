extension ModelSpec: Schematic {
    static let schema = SchemaNode.object(
        "What the user wants of the model.",
        [
            SchemaField("owner", .string("Who answers for it.")),
            SchemaField(
                "aliases", .map("Pins: the version of an alias, or None; they win.", of: ScalarText.versionSchema)),
            SchemaField(
                "promote",
                .list("When a version gets an alias by itself.", of: PromotionRule.schema, maximum: 20)),
            SchemaField(
                "approvals",
                .map(
                    "What people decided, by alias and version.",
                    of: .map("By version.", of: .choice(ApprovalDecision.self, "The decision.")))),
        ])
}

extension PromotionRule: Schematic {
    static let schema = SchemaNode.object(
        "A rule by which the version of one alias gets another one too.",
        [
            .required("from", .string("The alias whose version is promoted.")),
            .required("to", .string("The alias that it gets.")),
            SchemaField("when", .string("A condition in CEL over the aliases' versions.")),
            SchemaField("approve", .choice(Approval.self, "Who has the last word; Auto where it is left out.")),
        ])
}

extension ScalarText {
    /// The shape of a version's number, which may come without quotes.
    static let versionSchema = SchemaNode(.scalarText, "A version's number.")
}
