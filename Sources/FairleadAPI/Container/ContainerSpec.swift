/// What runs in a pod: the fields that tasks, training jobs and templates share.
///
/// A field that is nil or empty inherits: the task's value, then the pipeline's `defaults`, then the profile.
public struct ContainerSpec: Sendable, Hashable, Codable {
    /// The container image.
    public var image: String?
    /// The program and its first arguments; one of `command`, `script`, `python`.
    public var command: [String]?
    /// Further arguments.
    public var args: [String]?
    /// A script, run by the interpreter of its `#!` line, else by `sh -e`.
    public var script: String?
    /// Python source, run from a file.
    public var python: String?
    /// Python packages for a virtual environment made before the start.
    public var packages: Packages?
    /// Code that is fetched before the start.
    public var code: CodeSource?
    /// Environment variables.
    public var env: [String: EnvValue]
    /// Files from ConfigMaps and Secrets, by path.
    public var files: [String: FileSource]
    /// Volumes, by mount path.
    public var mounts: [String: MountSource]
    /// What the container needs.
    public var resources: ResourceNeeds?
    /// Whether the pod may run where it may be preempted.
    public var spot: Bool?
    /// The pod's service account.
    public var serviceAccount: String?
    /// Names of Secrets with registry credentials.
    public var pullSecrets: [String]
    /// The ClusterProfile's name.
    public var profile: String?
    /// What the program reads, by name.
    public var inputs: [String: InputSource]
    /// Small typed values that the program writes.
    public var results: [ResultSpec]
    /// Files that the program writes.
    public var artifacts: [ArtifactSpec]
    /// Where attempts keep their state.
    public var checkpoint: CheckpointSpec?
    /// What happens after a failure.
    public var retry: RetrySpec?
    /// How long things may take.
    public var timeouts: Timeouts?
    /// What becomes of the program's log when its pod goes.
    public var logs: LogKeeping?
    /// Patches on the pod.
    public var overrides: [PodOverride]

    /// A container of which nothing is set.
    public init() {
        env = [:]
        files = [:]
        mounts = [:]
        pullSecrets = []
        inputs = [:]
        results = []
        artifacts = []
        overrides = []
    }

    /// A container that runs a program.
    public init(
        image: String?, command: [String]? = nil, args: [String]? = nil, script: String? = nil, python: String? = nil
    ) {
        self.init()
        self.image = image
        self.command = command
        self.args = args
        self.script = script
        self.python = python
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case image, command, args, script, python, packages, code, env, files, mounts, resources, spot
        case serviceAccount, pullSecrets, profile, inputs, results, artifacts, checkpoint, retry, timeouts, logs
        case overrides
    }
}
