/// What a pipeline does.
public struct PipelineSpec: Sendable, Hashable, Codable {
    /// The parameters that a run may or must give.
    public var params: [ParamSpec]
    /// What tasks inherit.
    public var defaults: ContainerSpec?
    /// How many tasks may run at the same time.
    public var maxParallelTasks: Int?
    /// The tasks.
    public var tasks: [PipelineTask]
    /// Tasks that always run, after all others.
    public var finally: [PipelineTask]
    /// The run's results.
    public var results: [PipelineResult]
    /// How many runs go on together.
    public var concurrency: ConcurrencySpec?
    /// Who is told what.
    public var notifications: [NotificationSpec]

    /// Makes a pipeline's spec.
    public init(
        params: [ParamSpec] = [], defaults: ContainerSpec? = nil, maxParallelTasks: Int? = nil,
        tasks: [PipelineTask], finally: [PipelineTask] = [], results: [PipelineResult] = [],
        concurrency: ConcurrencySpec? = nil, notifications: [NotificationSpec] = []
    ) {
        self.params = params
        self.defaults = defaults
        self.maxParallelTasks = maxParallelTasks
        self.tasks = tasks
        self.finally = finally
        self.results = results
        self.concurrency = concurrency
        self.notifications = notifications
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case params, defaults, maxParallelTasks, tasks, finally, results, concurrency, notifications
    }
}
