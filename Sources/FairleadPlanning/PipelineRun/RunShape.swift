public import FairleadAPI

/// What planning needs to know of a run's tasks: edges by index, budgets, time limits and declared outputs.
///
/// Made once from the fixed spec; planning never reads the spec itself.
public struct RunShape: Sendable, Hashable {
    /// What stands for an item of a task while it is under way.
    public enum Kind: Sendable, Hashable {
        /// A pod.
        case pod
        /// A run of another pipeline, or a training job.
        case child
        /// Nothing: the task is decided when it is opened, or by people.
        case decision
        /// A registration of a model.
        case model
        /// An InferenceService, which outlives the run.
        case service
    }

    /// One task.
    public struct TaskShape: Sendable, Hashable {
        /// The task's name.
        public var name: String
        /// What stands for its items.
        public var kind = Kind.pod
        /// Whether it waits for people.
        public var isApproval = false
        /// What must hold of its dependencies.
        public var runWhen = RunWhen.allSucceeded
        /// Whether it has an item for each value of a list.
        public var isMapped = false
        /// Whether its outcome may stand in the cache.
        public var isCached = false
        /// How many of its items may be under way at once, nil for any number.
        public var parallelism: Int?
        /// How many of its items may fail.
        public var maxFailed = MaxFailed.count(0)
        /// The tasks that must have ended before.
        public var dependencies: [Int]
        /// The tasks that wait for this one.
        public var dependents: [Int]
        /// Whether the task belongs to `finally`.
        public var isFinally: Bool
        /// Attempts after failures of the program.
        public var maxRetries: Int
        /// Exceptions from that, of which the first that matches counts.
        public var retryRules: [RetryRule]
        /// How long to wait before those attempts.
        public var backoff: RetrySpec.Backoff
        /// How long an attempt may be pending, nil for ever.
        public var pendingTimeout: Duration?
        /// How long all attempts together may take, nil for ever.
        public var totalTimeout: Duration?
        /// The results that the task declares.
        public var results: [ResultSpec]
        /// The names of the artifacts that the task declares.
        public var artifacts: [String]
        /// The models under which artifacts are registered, by artifact.
        public var registers: [String: String] = [:]

        /// Describes a task; edges back to it are set by ``RunShape/init(tasks:maxParallelTasks:)``.
        public init(
            name: String, dependencies: [Int] = [], isFinally: Bool = false, maxRetries: Int = 0,
            retryRules: [RetryRule] = [], backoff: RetrySpec.Backoff = RetrySpec.Backoff(),
            pendingTimeout: Duration? = nil, totalTimeout: Duration? = nil,
            results: [ResultSpec] = [], artifacts: [String] = []
        ) {
            self.name = name
            self.dependencies = dependencies
            dependents = []
            self.isFinally = isFinally
            self.maxRetries = maxRetries
            self.retryRules = retryRules
            self.backoff = backoff
            self.pendingTimeout = pendingTimeout
            self.totalTimeout = totalTimeout
            self.results = results
            self.artifacts = artifacts
        }
    }

    /// The tasks, those of `finally` last; an index into this list names a task everywhere in planning.
    public let tasks: [TaskShape]
    /// How many tasks may have a pod at once, nil for any number.
    public let maxParallelTasks: Int?
    /// The index of each task by name.
    public let indexes: [String: Int]
    /// The tasks that wait for people.
    public let approvals: [Int]
    /// The tasks that register models.
    public let models: [Int]
    /// The tasks that apply services.
    public let services: [Int]
    /// What the pipeline declares, by which expressions know the types of what they read.
    public let declared: ReferenceScope?

    /// Makes a shape; dependencies on indexes that do not exist are dropped.
    public init(tasks: [TaskShape], maxParallelTasks: Int? = nil, declared: ReferenceScope? = nil) {
        self.declared = declared
        var tasks = tasks
        for index in tasks.indices {
            tasks[index].dependencies = Set(tasks[index].dependencies).sorted().filter(tasks.indices.contains)
            tasks[index].dependents = []
        }
        for index in tasks.indices {
            for dependency in tasks[index].dependencies { tasks[dependency].dependents.append(index) }
        }
        self.tasks = tasks
        approvals = tasks.indices.filter { tasks[$0].isApproval }
        models = tasks.indices.filter { tasks[$0].kind == .model }
        services = tasks.indices.filter { tasks[$0].kind == .service }
        self.maxParallelTasks = maxParallelTasks
        indexes = Dictionary(tasks.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
    }
}

extension RunShape {
    /// The shape of a run whose pipeline was fixed.
    public init(_ fixed: FixedRun) {
        let graph = PipelineGraph(fixed.spec)
        let tasks = fixed.tasks.enumerated().map { index, task in
            let container = task.container
            var shape = TaskShape(
                name: task.name, dependencies: graph.dependencies[index], isFinally: graph.isFinally(index),
                maxRetries: container.retry?.max ?? 0, retryRules: container.retry?.rules ?? [],
                backoff: container.retry?.backoff ?? RetrySpec.Backoff(),
                pendingTimeout: container.timeouts?.pending?.duration,
                totalTimeout: container.timeouts?.total?.duration, results: task.program?.results ?? [],
                artifacts: task.program?.artifacts.map(\.name) ?? [])
            shape.registers = Dictionary(
                container.artifacts.compactMap { artifact in artifact.register.map { (artifact.name, $0) } },
                uniquingKeysWith: { first, _ in first })
            shape.kind = Kind(task.work)
            if case .approval = task.work { shape.isApproval = true }
            shape.runWhen = task.runWhen ?? .allSucceeded
            shape.isMapped = task.map != nil
            shape.isCached = task.cache != nil && task.hasContainer
            shape.parallelism = task.map?.parallelism
            shape.maxFailed = task.map?.maxFailed ?? .count(0)
            return shape
        }
        self.init(tasks: tasks, maxParallelTasks: fixed.spec.maxParallelTasks, declared: ReferenceScope(fixed.spec))
    }
}

extension RunShape.Kind {
    init(_ work: TaskWork) {
        switch work {
        case .container: self = .pod
        case .pipeline, .trainingJob: self = .child
        case .model: self = .model
        case .inferenceService: self = .service
        case .check, .approval, .tuningJob: self = .decision
        }
    }
}
