/// What a job trains with, on how many nodes, and what happens when some are lost.
///
/// In the API the container's fields stand directly in the spec.
public struct TrainingJobSpec: Sendable, Hashable, Codable {
    /// The library by which the processes find each other; `none` where it is left out.
    public var framework: Framework?
    /// What every pod runs, roles' own fields aside.
    public var container: ContainerSpec
    /// How many workers there are; 1 where it is left out.
    public var nodes: Int?
    /// How many processes a pod runs; `Auto` where it is left out.
    public var processesPerNode: ProcessesPerNode?
    /// The roles beside the plain worker's, by name.
    public var roles: [String: RoleSpec]
    /// Between which numbers of workers the job may go on.
    public var elastic: ElasticSpec?
    /// How long a node may be lost before its pods are; two minutes where it is left out.
    public var nodeLoss: FairleadDuration?
    /// What makes the pods get their places together; `Auto` where it is left out.
    public var gang: GangMode?
    /// The queue that admits the job, by the name that Kueue gives it.
    public var queue: String?
    /// The PriorityClass of the pods.
    public var priority: String?
    /// Whether the job has no pods.
    public var suspend: Bool?
    /// Whether the job is to end.
    public var shutdown: PipelineRunSpec.Shutdown?
    /// How long the job may take, in seconds.
    public var activeDeadlineSeconds: Int64?
    /// How long a finished job stays, in seconds; seven days where it is left out.
    public var ttlSecondsAfterFinished: Int64?
    /// Which pods stay.
    public var podRetention: PipelineRunSpec.PodRetention?
    /// How progress is read.
    public var progress: ProgressSpec?
    /// Whose success is the job's; by the framework where it is left out.
    public var successPolicy: SuccessPolicy?
    /// Who runs the job; ``controllerName`` where it is left out.
    public var managedBy: String?

    /// Trains with a program.
    public init(framework: Framework? = nil, nodes: Int? = nil, container: ContainerSpec = ContainerSpec()) {
        self.framework = framework
        self.nodes = nodes
        self.container = container
        roles = [:]
    }

    /// The value of `managedBy` that stands for Fairlead's own controller.
    public static let controllerName = "fairlead.dev/controller"

    enum CodingKeys: String, CodingKey, CaseIterable {
        case framework, nodes, processesPerNode, roles, elastic, nodeLoss, gang, queue, priority, suspend, shutdown
        case activeDeadlineSeconds, ttlSecondsAfterFinished, podRetention, progress, successPolicy, managedBy
    }

    public init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        framework = try fields.decodeIfPresent(Framework.self, forKey: .framework)
        container = try ContainerSpec(from: decoder)
        nodes = try fields.decodeIfPresent(Int.self, forKey: .nodes)
        processesPerNode = try fields.decodeIfPresent(ProcessesPerNode.self, forKey: .processesPerNode)
        roles = try fields.decode([String: RoleSpec].self, forKey: .roles)
        elastic = try fields.decodeIfPresent(ElasticSpec.self, forKey: .elastic)
        nodeLoss = try fields.decodeIfPresent(FairleadDuration.self, forKey: .nodeLoss)
        gang = try fields.decodeIfPresent(GangMode.self, forKey: .gang)
        queue = try fields.decodeIfPresent(String.self, forKey: .queue)
        priority = try fields.decodeIfPresent(String.self, forKey: .priority)
        suspend = try fields.decodeIfPresent(Bool.self, forKey: .suspend)
        shutdown = try fields.decodeIfPresent(PipelineRunSpec.Shutdown.self, forKey: .shutdown)
        activeDeadlineSeconds = try fields.decodeIfPresent(Int64.self, forKey: .activeDeadlineSeconds)
        ttlSecondsAfterFinished = try fields.decodeIfPresent(Int64.self, forKey: .ttlSecondsAfterFinished)
        podRetention = try fields.decodeIfPresent(PipelineRunSpec.PodRetention.self, forKey: .podRetention)
        progress = try fields.decodeIfPresent(ProgressSpec.self, forKey: .progress)
        successPolicy = try fields.decodeIfPresent(SuccessPolicy.self, forKey: .successPolicy)
        managedBy = try fields.decodeIfPresent(String.self, forKey: .managedBy)
    }

    public func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: CodingKeys.self)
        try fields.encodeIfPresent(framework, forKey: .framework)
        try container.encode(to: encoder)
        try fields.encodeIfPresent(nodes, forKey: .nodes)
        try fields.encodeIfPresent(processesPerNode, forKey: .processesPerNode)
        try fields.encode(roles, forKey: .roles)
        try fields.encodeIfPresent(elastic, forKey: .elastic)
        try fields.encodeIfPresent(nodeLoss, forKey: .nodeLoss)
        try fields.encodeIfPresent(gang, forKey: .gang)
        try fields.encodeIfPresent(queue, forKey: .queue)
        try fields.encodeIfPresent(priority, forKey: .priority)
        try fields.encodeIfPresent(suspend, forKey: .suspend)
        try fields.encodeIfPresent(shutdown, forKey: .shutdown)
        try fields.encodeIfPresent(activeDeadlineSeconds, forKey: .activeDeadlineSeconds)
        try fields.encodeIfPresent(ttlSecondsAfterFinished, forKey: .ttlSecondsAfterFinished)
        try fields.encodeIfPresent(podRetention, forKey: .podRetention)
        try fields.encodeIfPresent(progress, forKey: .progress)
        try fields.encodeIfPresent(successPolicy, forKey: .successPolicy)
        try fields.encodeIfPresent(managedBy, forKey: .managedBy)
    }
}
