/// The numbers that bound what Fairlead takes; docs/limits.md publishes them.
public struct Limits: Sendable, Hashable {
    /// The longest name of a run or a job, in characters.
    public var runName = 63
    /// The longest name of a Pipeline, in characters.
    public var pipelineName = 63
    /// The longest name of a task, in characters.
    public var taskName = 40
    /// The most tasks of a pipeline, those of `finally` included.
    public var tasks = 500
    /// The most parameters of a pipeline, and the most results or artifacts of a task or a pipeline.
    public var values = 200
    /// The longest name of a parameter, a result, an artifact or an input.
    public var valueName = 63
    /// The most items of a map.
    public var mapItems = 100_000
    /// The largest `retry.max`.
    public var retries = 1000
    /// How often the platform's own failures are retried.
    public var platformRetries = 10
    /// The largest growth of a back-off.
    public var backoffFactor = 100.0
    /// The longest `pattern` of a parameter, in characters.
    public var pattern = 500
    /// The largest `PARAM_…` variable, in bytes; a larger value stands only in the file of parameters.
    public var paramVariable = 32 << 10
    /// The most bytes of results that a task with up to three containers in its pod may write.
    public var resultBytes = 4095
    /// The same with four containers.
    public var resultBytesWithFourContainers = 3071
    /// The largest list of a mapped task's results, in bytes.
    public var mappedResultBytes = 1 << 20
    /// The largest list in `env` or `args`, in bytes.
    public var listInTextBytes = 64 << 10
    /// The largest spec of a pipeline as JSON, in bytes: it must fit in a ConfigMap beside the run's parameters.
    public var specBytes = 900_000
    /// How many lines of its log a failure's message shows.
    public var messageLogLines = 20
    /// How many events a map's failed items make.
    public var mapEvents = 10
    /// How long a finished run stays, in seconds.
    public var ttlSecondsAfterFinished = 7 * 86_400

    /// The published limits.
    public static let published = Limits()

    /// The published numbers; a test changes some.
    public init() {}
}
