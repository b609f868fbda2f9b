import FairleadAPI

extension GangShape {
    /// The shape of a job that was fixed.
    public init(_ fixed: FixedJob) {
        let spec = fixed.spec
        let leader = spec.leaderRole
        let policy = spec.effectiveSuccessPolicy
        let roles = spec.roleNames.map { name in
            let isWorker = name == RoleName.worker
            let isServer = name == RoleName.ps || name == RoleName.evaluator
            return Role(
                name: name, count: isWorker ? spec.workerRange.upperBound : spec.nodes(of: name),
                minimum: isWorker ? spec.workerRange.lowerBound : nil, isLauncher: name == RoleName.launcher,
                isAwaited: policy == .leader ? name == leader : !isServer)
        }
        self.init(roles: roles, leader: leader)
        let container = spec.container
        endsWithLeader = policy == .leader
        isElastic = spec.elastic != nil
        scope = spec.retryScope
        maxRetries = container.retry?.max
        retryRules = container.retry?.rules ?? []
        backoff = container.retry?.backoff ?? RetrySpec.Backoff()
        pendingTimeout = container.timeouts?.pending?.duration
        totalTimeout = container.timeouts?.total?.duration
        results = container.results
        artifacts = container.artifacts.map(\.name)
    }
}
