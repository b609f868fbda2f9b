extension RetrySpec: Schematic {
    static let schema = SchemaNode.object(
        "What happens after a failure.",
        [
            SchemaField(
                "max",
                .integer(
                    "How often a failed attempt is followed by another.", minimum: 0,
                    maximum: Int64(Limits.published.retries))),
            SchemaField("backoff", Backoff.schema),
            SchemaField("rules", .list("Exceptions; the first that matches counts.", of: RetryRule.schema)),
            SchemaField("scope", .choice(RetryScope.self, "What of a TrainingJob starts again; else Gang.")),
        ])
}

extension RetrySpec.Backoff: Schematic {
    static let schema = SchemaNode.object(
        "How long to wait.",
        [
            SchemaField("duration", .duration("The first wait.")),
            SchemaField("factor", .number("The growth with each failure.")),
            SchemaField("cap", .duration("The longest wait.")),
        ])
}

extension RetryRule: Schematic {
    static let schema = SchemaNode.object(
        "",
        [
            .required("action", .choice(Action.self, "What happens.")),
            SchemaField("onExitCodes", ExitCodes.schema),
            SchemaField("onReasons", .list("Reasons of failure.", of: .choice(Reason.self, ""))),
        ])
}

extension RetryRule.ExitCodes: Schematic {
    static let schema = SchemaNode.object(
        "Exit codes.",
        [
            .required("operator", .choice(Operator.self, "Among the values or not.")),
            .required("values", .list("The codes.", of: .integer("", minimum: 0, maximum: 255))),
        ])
}
