extension ContainerSpec: Schematic {
    static let schema = SchemaNode.object("What runs in a pod.", fields)

    static let fields: [SchemaField] = [
        SchemaField("image", .string("The container image.")),
        SchemaField("command", .list("The program and its first arguments.", of: .string(""))),
        SchemaField("args", .list("Further arguments.", of: .string(""))),
        SchemaField("script", .string("A script, run by its #! line, else by sh -e.")),
        SchemaField("python", .string("Python source.")),
        SchemaField("packages", Packages.schema),
        SchemaField("code", CodeSource.schema),
        SchemaField("env", .map("Environment variables.", of: EnvValue.schema)),
        SchemaField(
            "files",
            .map("Keys of ConfigMaps and Secrets, by path.", of: FileSource.schema, maximum: Limits.published.values)),
        SchemaField(
            "mounts",
            .map(
                "Claims, ConfigMaps and Secrets, by mount path.", of: MountSource.schema,
                maximum: Limits.published.values)),
        SchemaField("resources", ResourceNeeds.schema),
        SchemaField("spot", .boolean("Whether the pod may run where it may be preempted.")),
        SchemaField("serviceAccount", .string("The pod's service account.")),
        SchemaField("pullSecrets", .list("Secrets with registry credentials.", of: .string(""))),
        SchemaField("profile", .string("The ClusterProfile.")),
        SchemaField("inputs", .map("What the program reads, by name.", of: InputSource.schema)),
        SchemaField("results", .list("Small typed values that it writes.", of: ResultSpec.schema, key: "name")),
        SchemaField(
            "artifacts", .list("Files written to $FAIRLEAD_OUTPUTS/NAME.", of: ArtifactSpec.schema, key: "name")),
        SchemaField("checkpoint", CheckpointSpec.schema),
        SchemaField("retry", RetrySpec.schema),
        SchemaField("timeouts", Timeouts.schema),
        SchemaField("logs", .choice(LogKeeping.self, "Whether its log is stored with the artifacts.")),
        SchemaField("overrides", .list("Strategic merge patches on the pod.", of: PodOverride.schema)),
    ]
}

extension CodeSource: Schematic {
    static let schema = SchemaNode.object(
        "Code fetched before the start; the working directory.",
        [
            SchemaField("git", .string("A git repository.")),
            SchemaField("ref", .string("A branch, tag or commit.")),
            SchemaField("path", .string("A folder in it.")),
            SchemaField("uri", .string("A folder.")),
        ], exactlyOneOf: ["git", "uri"])
}

extension CheckpointSpec: Schematic {
    static let schema = SchemaNode.object(
        "Where attempts keep their state.",
        [
            SchemaField("uri", .string("Where it is kept, if not with the artifacts.")),
            SchemaField("every", .duration("How often it is saved while the program runs.")),
            SchemaField("keep", .integer("How many states are kept.", minimum: 1)),
        ])
}

extension Packages: Schematic {
    static let schema = SchemaNode.any(
        "Python packages: a list, or {file, index}.",
        [
            .list("Requirements.", of: .string("")),
            .object(
                "A requirements file and an index.",
                [
                    SchemaField("file", .string("A requirements file.")),
                    SchemaField("index", .string("The package index.")),
                    SchemaField("list", .list("Requirements.", of: .string(""))),
                ]),
        ])
}

extension EnvValue: Schematic {
    static let schema = SchemaNode.any(
        "A string, number or boolean, or {secret, key} or {config, key}.",
        [
            .string("The value."), .number("The value."), .boolean("The value."),
            .object(
                "A key of a Secret or a ConfigMap.",
                [
                    SchemaField("secret", .string("The Secret.")),
                    SchemaField("config", .string("The ConfigMap.")),
                    .required("key", .string("The key.")),
                ], exactlyOneOf: ["secret", "config"]),
        ])
}

extension FileSource: Schematic {
    static let schema = SchemaNode.object(
        "",
        [
            SchemaField("config", .string("The ConfigMap.")),
            SchemaField("secret", .string("The Secret.")),
            .required("key", .string("The key.")),
        ], exactlyOneOf: ["config", "secret"])
}

extension MountSource: Schematic {
    static let schema = SchemaNode.object(
        "",
        [
            SchemaField("claim", .string("The PersistentVolumeClaim.")),
            SchemaField("config", .string("The ConfigMap.")),
            SchemaField("secret", .string("The Secret.")),
            SchemaField("subPath", .string("A folder in the volume.")),
            SchemaField("readOnly", .boolean("Whether nothing may be written.")),
        ], exactlyOneOf: ["claim", "config", "secret"])
}

extension ResourceNeeds: Schematic {
    static let schema = SchemaNode.object(
        "What the container needs.",
        [
            SchemaField("cpu", .quantity("Request for CPU.")),
            SchemaField("memory", .quantity("Request and limit of memory.")),
            SchemaField("gpu", .quantity("Number of GPUs.")),
            SchemaField("gpuType", .string("Model of GPU.")),
            SchemaField("shm", .quantity("Size of /dev/shm.")),
            SchemaField("disk", .quantity("Request and limit of ephemeral storage.")),
        ])
}

extension InputSource: Schematic {
    static let schema = SchemaNode.any(
        "A reference or a URI, or an object with more.",
        [
            .string("A reference such as tasks.ingest.artifacts.dataset, or a URI."),
            .object(
                "An input with more.",
                [
                    SchemaField("from", .string("A reference.")),
                    SchemaField("uri", .string("A URI.")),
                    SchemaField("model", .string("A registered model.")),
                    SchemaField("path", .string("Where it appears.")),
                    SchemaField("optional", .boolean("Whether the program runs without it.")),
                ], exactlyOneOf: ["from", "uri", "model"]),
        ])
}

extension ResultSpec: Schematic {
    static let schema = SchemaNode.object(
        "",
        [
            .required("name", .string("The name.")),
            SchemaField("type", .choice(ValueType.self, "The type; string where left out.")),
            SchemaField("description", .string("For people.")),
        ])
}

extension ArtifactSpec: Schematic {
    static let schema = SchemaNode.object(
        "",
        [
            .required("name", .string("The name.")),
            SchemaField("type", .string("What it is, such as model or dataset.")),
            SchemaField("register", .string("The Model of which it becomes a version.")),
        ])
}

extension Timeouts: Schematic {
    static let schema = SchemaNode.object(
        "How long things may take.",
        [
            SchemaField("pending", .duration("Until the program starts.")),
            SchemaField("attempt", .duration("One attempt.")),
            SchemaField("total", .duration("All attempts together.")),
        ])
}

extension PodOverride: Schematic {
    static let schema = SchemaNode.object(
        "",
        [
            SchemaField("target", Target.schema),
            .required(
                "pod", SchemaNode.map("The patch.", of: .any("")).schemaless("The patch: metadata and spec of a pod.")),
        ])
}

extension PodOverride.Target: Schematic {
    static let schema = SchemaNode.object(
        "Which pods are patched.", [SchemaField("role", .string("The pod's role in its job."))])
}
