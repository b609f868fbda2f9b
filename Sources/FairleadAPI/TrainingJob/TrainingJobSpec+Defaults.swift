extension TrainingJobSpec {
    /// The framework, where none is given too.
    public var effectiveFramework: Framework { framework ?? .none }

    /// How many pods a role has at the start; 0 for a role that the job lacks.
    ///
    /// `roles.worker.nodes` is the same as `nodes`. A launcher is there without being named; every other role is there
    /// where it is named, with one pod where its number is left out.
    public func nodes(of role: String) -> Int {
        switch role {
        case RoleName.worker: roles[role]?.nodes ?? nodes ?? elastic?.maxNodes ?? 1
        case RoleName.launcher: effectiveFramework.hasLauncher ? 1 : 0
        default: roles[role].map { $0.nodes ?? 1 } ?? 0
        }
    }

    /// The roles that have pods, in the order of their ranks: the leader's first.
    public var roleNames: [String] { effectiveFramework.roles.filter { nodes(of: $0) > 0 } }

    /// How many pods the job has at the start, all roles together.
    public var totalNodes: Int {
        effectiveFramework.roles.reduce(0) { $0.addingReportingOverflow(nodes(of: $1)).partialValue }
    }

    /// How many pods the job has at most, all roles together.
    public var mostNodes: Int {
        let spare = workerRange.upperBound.subtractingReportingOverflow(nodes(of: RoleName.worker)).partialValue
        return totalNodes.addingReportingOverflow(spare).partialValue
    }

    /// The role whose first pod leads: its results, artifacts, checkpoint and metrics are the job's.
    public var leaderRole: String { RoleName.leaders.first { nodes(of: $0) > 0 } ?? RoleName.worker }

    /// Between which numbers of workers the job may go on.
    public var workerRange: ClosedRange<Int> {
        let nodes = nodes(of: RoleName.worker)
        guard let elastic else { return nodes...nodes }
        let most = elastic.maxNodes ?? nodes
        return min(elastic.minNodes ?? 1, most)...most
    }

    /// What the pods of a role run.
    public func container(of role: String) -> ContainerSpec {
        roles[role]?.container.merged(over: container) ?? container
    }

    /// How long a node may be lost before its pods are.
    public var effectiveNodeLoss: FairleadDuration { nodeLoss ?? FairleadDuration(seconds: 120) }

    /// What restarts after a failure: an elastic job goes on without the replica.
    public var retryScope: RetryScope { elastic != nil ? .replica : container.retry?.scope ?? .gang }

    /// Whose success is the job's.
    public var effectiveSuccessPolicy: SuccessPolicy {
        if let successPolicy { return successPolicy }
        let hasServers = nodes(of: RoleName.ps) > 0 || nodes(of: RoleName.chief) > 0
        return hasServers || effectiveFramework.hasLauncher ? .leader : .allWorkers
    }

    /// Whether another controller runs the job, so that ours leaves it alone.
    public var isManagedByOthers: Bool { managedBy.map { $0 != Self.controllerName } ?? false }
}
