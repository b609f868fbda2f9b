/// What a version of a model was made from: complete without the run, which may be gone.
public struct ModelLineage: Sendable, Hashable, Codable {
    /// The run's name.
    public var run: String?
    /// The run's identity.
    public var runUID: String?
    /// The task that made the files.
    public var task: String?
    /// The item's index, where that task is mapped.
    public var itemIndex: Int?
    /// The name of the training job that made the files.
    public var trainingJob: String?
    /// That job's identity.
    public var trainingJobUID: String?
    /// The SHA-256 of what the run ran, as `sha256:…`.
    public var pipelineDigest: String?
    /// The image as written.
    public var image: String?
    /// The image that ran, with its digest where the node tells it.
    public var imageID: String?
    /// The program's code.
    public var code: LineageCode?
    /// The packages that were asked for.
    public var packages: [String]
    /// The seed of what was random.
    public var seed: Int64?
    /// What was read.
    public var inputs: [LineageInput]
    /// The models that were read, as `churn:7`.
    public var parents: [String]

    /// A lineage of what is known.
    public init(
        run: String? = nil, runUID: String? = nil, task: String? = nil, itemIndex: Int? = nil,
        trainingJob: String? = nil, trainingJobUID: String? = nil, pipelineDigest: String? = nil, image: String? = nil,
        imageID: String? = nil, code: LineageCode? = nil,
        packages: [String] = [], seed: Int64? = nil, inputs: [LineageInput] = [], parents: [String] = []
    ) {
        self.run = run
        self.runUID = runUID
        self.task = task
        self.itemIndex = itemIndex
        self.trainingJob = trainingJob
        self.trainingJobUID = trainingJobUID
        self.pipelineDigest = pipelineDigest
        self.image = image
        self.imageID = imageID
        self.code = code
        self.packages = packages
        self.seed = seed
        self.inputs = inputs
        self.parents = parents
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case run, runUID, task, itemIndex, trainingJob, trainingJobUID, pipelineDigest, image, imageID, code, packages,
            seed
        case inputs, parents
    }
}

/// The code of a program, as it was fetched.
public struct LineageCode: Sendable, Hashable, Codable {
    /// The repository.
    public var git: String?
    /// The commit.
    public var commit: String?
    /// Where it came from, if not from a repository.
    public var uri: String?

    /// Names code.
    public init(git: String? = nil, commit: String? = nil, uri: String? = nil) {
        self.git = git
        self.commit = commit
        self.uri = uri
    }

    enum CodingKeys: String, CodingKey, CaseIterable { case git, commit, uri }
}

/// Something that was read.
public struct LineageInput: Sendable, Hashable, Codable {
    /// The input's name.
    public var name: String
    /// Where it was.
    public var uri: String
    /// The SHA-256 of its content, as `sha256:…`, where it is known.
    public var digest: String?

    /// Names an input.
    public init(name: String, uri: String, digest: String? = nil) {
        self.name = name
        self.uri = uri
        self.digest = digest
    }

    enum CodingKeys: String, CodingKey, CaseIterable { case name, uri, digest }
}
