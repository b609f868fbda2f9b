/// The numbers that bound what Fairlead takes; docs/limits.md publishes them.
public struct Limits: Sendable, Hashable {
    /// The longest name of a run or a job, in characters.
    public var runName = 63
    /// The most nodes of a job, all roles together.
    public var jobNodes = 10_000
    /// The most processes of a node.
    public var processesPerNode = 1024
    /// The most roles that a job may name.
    public var roles = 8
    /// The most metrics in a job's status.
    public var jobMetrics = 64
    /// The longest name of an InferenceService, in characters: its revisions' names are longer.
    public var serviceName = 40
    /// The most variants of a service.
    public var variants = 20
    /// The longest name of a variant, in characters.
    public var variantName = 40
    /// The most pods of a revision.
    public var replicas = 10_000
    /// The most steps of a rollout.
    public var rolloutSteps = 20
    /// The most checks of a rollout.
    public var rolloutChecks = 10
    /// The most host names of a service at its Gateway.
    public var hostnames = 16
    /// The longest name of a Pipeline, in characters.
    public var pipelineName = 63
    /// The longest name of a Trigger, in characters: its runs' names are longer by 11.
    public var triggerName = 52
    /// The most slots of a Trigger that wait, and the most missed ones that are run.
    public var triggerSlots = 100
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
    /// How deep pipelines may be nested in each other.
    public var nesting = 10
    /// The largest `retry.max`.
    public var retries = 1000
    /// How often the platform's own failures are retried.
    public var platformRetries = 10
    /// The largest growth of a back-off.
    public var backoffFactor = 100.0
    /// The longest `pattern` of a parameter, in characters.
    public var pattern = 500
    /// The longest expression in CEL, in bytes.
    public var expression = 4096
    /// What an evaluation may cost, counted as Kubernetes does: enough for some steps for each item of a map.
    public var expressionCost: UInt64 = 10_000_000
    /// The most notifications of a pipeline.
    public var notifications = 20
    /// The most checkpoints that are kept.
    public var checkpoints = 100
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
    /// How long an entry of the cache is kept that has no `maxAge`, in seconds.
    public var cacheSeconds = 30 * 86_400
    /// How long a finished run stays, in seconds.
    public var ttlSecondsAfterFinished = 7 * 86_400

    /// The published limits.
    public static let published = Limits()

    /// The published numbers; a test changes some.
    public init() {}
}
