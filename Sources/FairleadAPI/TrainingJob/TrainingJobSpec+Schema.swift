extension TrainingJobSpec: Schematic {
    static let schema = SchemaNode.object("What trains, and on what.", ownFields + ContainerSpec.fields)

    /// The shapes of the job's fields that are not the container's, by name.
    static let fieldNodes = Dictionary(
        ownFields.map { ($0.name, $0.node) }, uniquingKeysWith: { first, _ in first })

    static let ownFields: [SchemaField] = [
        SchemaField("framework", .choice(Framework.self, "How the processes find each other; else none.")),
        SchemaField("nodes", .nodes("How many workers there are; else 1.")),
        SchemaField("processesPerNode", ProcessesPerNode.schema),
        SchemaField(
            "roles",
            .map(
                "The framework's roles, by name; each may override fields of the container.", of: RoleSpec.schema,
                maximum: Limits.published.roles)),
        SchemaField("elastic", ElasticSpec.schema),
        SchemaField("nodeLoss", .duration("How long a node may be lost before its pods are; else 2m.")),
        SchemaField("gang", .choice(GangMode.self, "What places the pods together; else Auto.")),
        SchemaField("queue", .string("The queue that admits the job.")),
        SchemaField("priority", .string("The PriorityClass of the pods.")),
        SchemaField("suspend", .boolean("Whether the job has no pods.")),
        SchemaField(
            "shutdown", .choice(PipelineRunSpec.Shutdown.self, "Stop lets the pods end, Terminate does not.")),
        SchemaField("activeDeadlineSeconds", .integer("How long the job may take.", minimum: 1)),
        SchemaField("ttlSecondsAfterFinished", .integer("How long a finished job stays.", minimum: 0)),
        SchemaField("podRetention", .choice(PipelineRunSpec.PodRetention.self, "Which pods stay.")),
        SchemaField("progress", ProgressSpec.schema),
        SchemaField("successPolicy", .choice(SuccessPolicy.self, "Whose success is the job's.")),
        SchemaField("managedBy", .string("Who runs the job; else Fairlead.")),
    ]
}

extension SchemaNode {
    fileprivate static func nodes(_ description: String) -> SchemaNode {
        .integer(description, minimum: 1, maximum: Int64(Limits.published.jobNodes))
    }
}

extension RoleSpec: Schematic {
    static let schema = SchemaNode.object(
        "A role.",
        [SchemaField("nodes", .nodes("How many pods have it; else 1."))]
            + ContainerSpec.fields.map { SchemaField($0.name, $0.node.undescribed().described("")) })
}

extension ElasticSpec: Schematic {
    static let schema = SchemaNode.object(
        "Between which numbers of workers the job may go on.",
        [
            SchemaField("minNodes", .nodes("The fewest workers; else 1.")),
            SchemaField("maxNodes", .nodes("The most workers; else nodes.")),
        ]
    ).ruled(
        "!has(self.minNodes) || !has(self.maxNodes) || self.minNodes <= self.maxNodes",
        message: "minNodes must be at most maxNodes")
}

extension ProcessesPerNode {
    static let schema: SchemaNode = {
        var node = SchemaNode(.scalarText, "How many processes a pod runs: a number, or Auto for one a GPU.")
        node.format = .processes
        return node
    }()
}

extension ProgressSpec: Schematic {
    static let schema = SchemaNode.object(
        "How progress is read from the log.",
        [SchemaField("pattern", .string("A regular expression with a named group for each metric."))])
}
