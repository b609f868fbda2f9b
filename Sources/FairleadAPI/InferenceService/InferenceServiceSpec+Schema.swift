extension InferenceServiceSpec: Schematic {
    static let schema = SchemaNode.object(
        "What is served, and how.",
        [
            SchemaField("model", ServedModel.schema),
            SchemaField("runtime", .string("The runtime; else by the model's format.")),
            SchemaField("port", .port("The port on which the server listens.")),
            SchemaField("protocol", .choice(InferenceProtocol.self, "What the server speaks; else v2.")),
            SchemaField("replicas", ReplicaRange.schema),
            SchemaField("scale", ScaleSpec.schema),
            SchemaField("timeouts", ServiceTimeouts.schema),
            SchemaField("suspend", .boolean("Whether there are no pods.")),
            SchemaField("transformer", ComponentSpec.schema.described("What turns requests into the model's.")),
            SchemaField("explainer", ComponentSpec.schema.described("What explains the model's answers.")),
            SchemaField("rollout", RolloutSpec.schema),
            SchemaField(
                "variants",
                .list(
                    "The models between which requests are divided.", of: VariantSpec.schema,
                    maximum: Limits.published.variants)),
            SchemaField("sticky", StickySpec.schema),
            SchemaField("mirror", MirrorSpec.schema),
            SchemaField("logPayloads", PayloadLogSpec.schema),
            SchemaField("gateway", GatewaySpec.schema),
        ] + ServedContainer.fields)
}

extension SchemaNode {
    static func port(_ description: String) -> SchemaNode { .integer(description, minimum: 1, maximum: 65_535) }

    fileprivate static var registeredModel: SchemaNode {
        var node = SchemaNode(.string, "A registered model.")
        node.format = .model
        return node
    }

    fileprivate static func percent(_ description: String) -> SchemaNode {
        var node = SchemaNode(.scalarText, description)
        node.format = .percent
        return node
    }

    fileprivate static func replicas(_ description: String) -> SchemaNode {
        .integer(description, minimum: 0, maximum: Int64(Limits.published.replicas))
    }
}

extension ServedModel: Schematic {
    static let schema = SchemaNode.any(
        "churn@production, churn:7, or {uri, format}.",
        [
            .registeredModel,
            .object(
                "Files.",
                [
                    .required("uri", .string("Where they are.")),
                    SchemaField("format", .string("Their format, such as sklearn.")),
                    SchemaField("version", SchemaNode(.scalarText, "The format's version.")),
                ]),
        ])
}

extension ComponentSpec: Schematic {
    static let schema = SchemaNode.object(
        "A component.", [SchemaField("port", .port(""))] + ServedContainer.undescribedFields)
}

extension ReplicaRange: Schematic {
    static let schema = SchemaNode.object(
        "Between which numbers of pods is scaled.",
        [
            SchemaField("min", .replicas("The fewest; else 1.")),
            SchemaField("max", .replicas("The most; else min.")),
            SchemaField("initial", .replicas("With how many a revision starts.")),
        ]
    ).ruled("!has(self.min) || !has(self.max) || self.min <= self.max", message: "min must be at most max")
}

extension ScaleSpec: Schematic {
    static let schema = SchemaNode.object(
        "By what is scaled.",
        [
            SchemaField("metric", .string("concurrency, rps, cpu, or a metric of the runtime.")),
            SchemaField("target", .number("How much of it a pod takes.")),
            SchemaField("window", .duration("Over which time; else 1m.")),
            SchemaField("idle", .duration("How long nothing comes before the last pod goes; else 30s.")),
            SchemaField("maxConcurrency", .integer("The most requests at a pod.", minimum: 1)),
            SchemaField("queue", .integer("The most requests that wait.", minimum: 0)),
        ])
}

extension ServiceTimeouts: Schematic {
    static let schema = SchemaNode.object(
        "How long things may take.",
        [
            SchemaField("ready", .duration("Until the model is loaded; else 20m.")),
            SchemaField("request", .duration("A request; else 5m.")),
            SchemaField("wake", .duration("How long a request waits for a sleeping service; else 2m.")),
        ])
}

extension RolloutSpec: Schematic {
    static let schema = SchemaNode.object(
        "How a new revision takes over.",
        [
            SchemaField(
                "steps", .list("Its percent, step by step.", of: .percent(""), maximum: Limits.published.rolloutSteps)),
            SchemaField("every", .duration("How long a step takes; else 10m.")),
            SchemaField(
                "checks",
                .list("What must hold.", of: RolloutCheck.schema, maximum: Limits.published.rolloutChecks)),
            SchemaField("minRequests", .integer("How many requests checks need.", minimum: 0)),
            SchemaField("onFail", .choice(FailureAction.self, "What a failed check does; else Rollback.")),
        ])
}

extension RolloutCheck: Schematic {
    static let schema = SchemaNode.object(
        "What must hold.",
        [
            .required("metric", .choice(Metric.self, "What is measured.")),
            SchemaField("max", .number("The largest value, or with against the largest multiple.")),
            SchemaField("maxLatency", .duration("The largest latency.")),
            SchemaField("against", .choice(Baseline.self, "What it is compared with.")),
        ])
}

extension VariantSpec: Schematic {
    static let schema = SchemaNode.object(
        "A variant.",
        [
            .required("name", .string("Its name.")),
            SchemaField("model", ServedModel.schema),
            SchemaField("weight", .percent("Its percent of the requests.")),
            SchemaField("runtime", .string("The runtime.")),
        ] + ServedContainer.undescribedFields)
}

extension StickySpec: Schematic {
    static let schema = SchemaNode.object(
        "What keeps a user with a revision.",
        [
            SchemaField("header", .string("A header that names the user.")),
            SchemaField("cookie", .string("A cookie that the router sets.")),
        ], exactlyOneOf: ["header", "cookie"])
}

extension MirrorSpec: Schematic {
    static let schema = SchemaNode.object(
        "A model that gets copies of requests.",
        [
            .required("model", ServedModel.schema),
            SchemaField("percent", .percent("How many requests are copied; else all.")),
            SchemaField("runtime", .string("The runtime.")),
        ])
}

extension PayloadLogSpec: Schematic {
    static let schema = SchemaNode.object(
        "Where requests and answers are sent to, as CloudEvents.",
        [
            SchemaField("url", .string("What takes them.")),
            SchemaField("uri", .string("The folder of a store for them.")),
            SchemaField("mode", .choice(Mode.self, "What is sent; else All.")),
            SchemaField("sample", .number("The share of the requests, from 0 to 1.", minimum: 0, maximum: 1)),
        ], exactlyOneOf: ["url", "uri"])
}

extension GatewaySpec: Schematic {
    static let schema = SchemaNode.object(
        "The Gateway by which it is reached from outside.",
        [
            .required("name", .string("The Gateway's name.")),
            SchemaField("namespace", .string("Its namespace.")),
            SchemaField("hostnames", .list("The service's host names.", of: .string(""))),
        ])
}
