import KubernetesCore

extension InferenceServiceStatus: Schematic {
    static let schema = SchemaNode.object(
        "How the service stands.",
        [
            SchemaField("observedGeneration", .integer("The generation that was judged.")),
            SchemaField("phase", .choice(Phase.self, "Where it stands.")),
            SchemaField("reason", .choice(Reason.self, "Why.")),
            SchemaField("message", .string("For people.")),
            SchemaField("url", .string("Where the service is reached.")),
            SchemaField(
                "address", .object("Where it is reached in the cluster.", [SchemaField("url", .string("The URL."))])),
            SchemaField("replicas", .string("Ready pods and wanted ones.")),
            SchemaField("traffic", .string("The weights of the revisions that serve.")),
            SchemaField("model", .string("The models that serve.")),
            SchemaField("runtime", .string("The runtime.")),
            SchemaField("format", .string("The model's format.")),
            SchemaField("scale", .string("How it is scaled.")),
            SchemaField("revisions", .list("What serves.", of: RevisionStatus.schema, key: "name")),
            SchemaField(
                "rollouts", .list("The newest rollout of each variant.", of: RolloutStatus.schema, key: "variant")),
            SchemaField("modelStatus", ServiceModelStatus.schema),
            SchemaField("conditions", .list("For programs.", of: Condition.schema, key: "type")),
        ])
}

extension RevisionStatus: Schematic {
    static let schema = SchemaNode.object(
        "A revision.",
        [
            .required("name", .string("Its name.")),
            SchemaField("variant", .string("The variant.")),
            SchemaField("model", .string("What it serves.")),
            SchemaField("version", .string("The model's version.")),
            SchemaField("digest", .string("The SHA-256 of the model's files.")),
            SchemaField("uri", .string("Where the model's files are.")),
            SchemaField("format", .string("The model's format.")),
            SchemaField("signature", ModelSignature.schema),
            SchemaField("runtime", .string("The runtime.")),
            SchemaField("protocol", .choice(InferenceProtocol.self, "The protocol that its server speaks.")),
            .required("traffic", .integer("The percent of the requests that it gets.")),
            SchemaField("mirror", .integer("The percent of the requests of which it gets a copy.")),
            .required("replicas", .integer("How many pods it is to have.")),
            .required("ready", .integer("How many are ready.")),
            .required("state", .choice(State.self, "Where it stands.")),
            SchemaField("reason", .choice(Reason.self, "Why.")),
            SchemaField("message", .string("For people.")),
            SchemaField("components", .list("Its components.", of: .string(""))),
        ])
}

extension RolloutStatus: Schematic {
    static let schema = SchemaNode.object(
        "A rollout.",
        [
            .required("variant", .string("The variant.")),
            SchemaField("stable", .string("The revision that served before.")),
            SchemaField("candidate", .string("The revision that is to take over.")),
            .required("step", .integer("The index of the step that runs.")),
            .required("weight", .integer("The candidate's percent.")),
            .required("phase", .choice(Phase.self, "Where it stands.")),
            SchemaField("startedAt", .time("When it started.")),
            SchemaField("stepStartedAt", .time("When its step did.")),
            SchemaField("requests", .integer("The candidate's requests in this step.")),
            SchemaField("losses", .integer("How often the candidate could answer no more.")),
            SchemaField("lostAt", .time("When that happened first.")),
            SchemaField("message", .string("For people.")),
            SchemaField("failed", .string("The revision that was rolled back.")),
        ])
}

extension ServiceModelStatus: Schematic {
    static let schema = SchemaNode.object(
        "How the model stands.",
        [
            SchemaField("transitionStatus", .choice(Transition.self, "Whether the wanted model serves.")),
            SchemaField(
                "states",
                .object(
                    "The models' states.",
                    [
                        SchemaField("activeModelState", .choice(State.self, "Of the one that serves.")),
                        SchemaField("targetModelState", .choice(State.self, "Of the one that is wanted.")),
                    ])),
            SchemaField(
                "lastFailureInfo",
                .object(
                    "Why a model could not be loaded.",
                    [
                        SchemaField("location", .string("The pod.")),
                        SchemaField("reason", .choice(Reason.self, "Why.")),
                        SchemaField("message", .string("For people.")),
                        SchemaField("exitCode", .integer("How its container ended.")),
                        SchemaField("time", .time("When.")),
                    ])),
        ])
}
