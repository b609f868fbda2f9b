public import FairleadAPI
public import KubernetesCore

/// What a task registers: everything that its version will hold but the number.
///
/// The same source always gives the same ``key``, by which a registration that is repeated finds its own version.
public struct ModelRegistration: Sendable, Hashable {
    /// Who registers: a task of a run, or a training job.
    public struct Source: Sendable, Hashable {
        /// The run's metadata, or the job's.
        public var owner: ObjectMeta
        /// The Pipeline's name, nil where the run brought its own.
        public var pipeline: String?
        /// The task, nil where a job registers.
        public var task: String?
        /// The item's index, where the task is mapped.
        public var itemIndex: Int?
        /// The artifact, where that is what is registered; nil for a task that does nothing else.
        public var artifact: String?

        /// Names a task.
        public init(
            run: ObjectMeta, pipeline: String? = nil, task: String, itemIndex: Int? = nil, artifact: String? = nil
        ) {
            owner = run
            self.pipeline = pipeline
            self.task = task
            self.itemIndex = itemIndex
            self.artifact = artifact
        }

        /// Names an artifact of a training job.
        public init(job: ObjectMeta, artifact: String) {
            owner = job
            self.artifact = artifact
        }

        /// What tells the source apart from every other.
        var identity: String {
            [owner.uid, task ?? "", itemIndex.map(String.init) ?? "", artifact ?? ""].joined(separator: "/")
        }

        /// The labels of what it registers: a job's are those of the run, too, that made the job.
        var labels: [String: String] {
            guard let task else {
                var labels = [FairleadLabel.trainingJob: owner.name]
                for label in [FairleadLabel.pipeline, FairleadLabel.run, FairleadLabel.task] {
                    labels[label] = owner.labels[label]
                }
                return labels
            }
            var labels = [FairleadLabel.run: owner.name, FairleadLabel.task: task]
            if let pipeline, pipeline.utf8.count <= 63 { labels[FairleadLabel.pipeline] = pipeline }
            return labels
        }

        /// Who it is, for people.
        var story: String { task.map { "task \($0)" } ?? "job \(owner.name)" }
    }

    /// The Model's name.
    public var model: String
    /// The alias that the version asks for.
    public var alias: String?
    /// The files.
    public var artifact: ArtifactReference
    /// Their format.
    public var format: String?
    /// What the model takes and gives.
    public var signature: ModelSignature?
    /// How good it is.
    public var metrics: [String: Double]
    /// What it was made with.
    public var params: [String: JSONValue]
    /// What it was made from.
    public var lineage: ModelLineage
    /// Who registers.
    public var source: Source

    /// What an artifact with `register` registers.
    ///
    /// - Throws: ``TaskProblem`` where no Model can have that name.
    public init(
        model: String, artifact: ArtifactReference, params: [String: JSONValue], lineage: ModelLineage,
        source: Source
    ) throws(TaskProblem) {
        if let problem = ModelName.problem(model) {
            throw TaskProblem(
                .invalidSpec, "\(source.story) can't register \"\(model)\": the model's name \(problem)")
        }
        self.model = model
        self.artifact = artifact
        self.params = params
        self.lineage = lineage
        self.source = source
        metrics = [:]
    }

    /// What a task of kind `model` registers.
    ///
    /// - Parameters:
    ///   - task: The task as written.
    ///   - scope: The values of its references.
    ///   - artifact: The files to which its `from` leads.
    ///   - params: The run's parameters, which the version records unless the task names its own.
    ///   - lineage: Of the task that made the files.
    ///   - source: Who registers.
    /// - Throws: ``TaskProblem`` where a reference leads nowhere, or a value is none that the field takes.
    public init(
        _ task: ModelTask, in scope: Scope, artifact: ArtifactReference, params: [String: JSONValue],
        lineage: ModelLineage, source: Source
    ) throws(TaskProblem) {
        let values = ModelTaskValues(scope: scope, task: source.task ?? "")
        try self.init(
            model: try values.text(task.name, "name"), artifact: artifact,
            params: task.params.isEmpty ? params : try values.params(task.params), lineage: lineage, source: source)
        if let text = task.format { format = try values.text(text, "format") }
        metrics = try values.metrics(task.metrics)
        signature = try values.signature(task.signature)
        guard let text = task.alias else { return }
        let alias = try values.text(text, "alias")
        if let problem = ModelName.aliasProblem(alias) {
            throw TaskProblem(.invalidSpec, "model.alias of \(source.story) \(problem)")
        }
        self.alias = alias
    }

    /// What makes the version this registration's: 16 hexadecimal digits.
    public var key: String {
        String(ContentDigest.hexadecimal(source.identity.utf8).prefix(16))
    }

    /// Where it registers.
    public var namespace: String { source.owner.namespace ?? "default" }

    /// The Model, for where there is none yet: nothing but its name.
    public var modelObject: JSONValue {
        [
            "apiVersion": .string(Model.type.gvk.apiVersion), "kind": .string(Model.type.gvk.kind),
            "metadata": [
                "name": .string(model), "namespace": .string(namespace),
                "labels": [FairleadLabel.managedBy: .string(FairleadLabel.managedByValue)],
            ],
            "spec": [:],
        ]
    }

    /// The version of a number.
    ///
    /// - Parameters:
    ///   - number: The number.
    ///   - model: The Model's metadata, with which it goes.
    public func version(_ number: Int64, of model: ObjectMeta) -> ModelVersion {
        var labels = source.labels
        labels[FairleadLabel.model] = self.model
        labels[FairleadLabel.registration] = key
        labels[FairleadLabel.managedBy] = FairleadLabel.managedByValue
        let metadata = ObjectMeta(
            name: ModelName.version(self.model, number), namespace: namespace, labels: labels,
            annotations: alias.map { [FairleadLabel.requestedAlias: $0] } ?? [:],
            finalizers: [FairleadLabel.registryFinalizer], ownerReferences: [ModelPlanner.owner(model)])
        let spec = ModelVersionSpec(
            model: self.model, version: number, uri: artifact.uri, digest: artifact.digest, size: artifact.size,
            format: format, signature: signature, metrics: metrics, params: params, lineage: lineage)
        return ModelVersion(metadata: metadata, spec: spec)
    }
}
