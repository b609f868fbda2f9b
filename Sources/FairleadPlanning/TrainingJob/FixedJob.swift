public import FairleadAPI
public import KubernetesCore

/// What a job runs, fixed before its first pod in the immutable ConfigMap `<job>-spec`: later edits change nothing.
public struct FixedJob: FixedSpec, Hashable {
    public static let noun = "job"
    public static let owner = "job"

    /// The job; what its containers run stands in ``containers``.
    public var spec: TrainingJobSpec
    /// What the pods of each role run, complete.
    public var containers: [String: ContainerSpec]
    /// How many processes a pod runs.
    public var processes: Int
    /// Where its pods push their metrics; nil where they can't.
    public var progress: ProgressEndpoint?
    /// What of the spec has no effect any more when it is changed.
    public var fields: FixedFields?
    /// Whether the workers run nothing but the server through which the launcher starts processes on them.
    var servesWorkers = false

    /// Fixes a job.
    ///
    /// - Parameters:
    ///   - spec: What the user wrote.
    ///   - settings: What the platform gives: the number of GPUs may follow from a profile.
    ///   - progress: Where metrics are pushed.
    /// - Throws: ``TaskProblem`` where it can't run.
    public init(
        _ spec: TrainingJobSpec, settings: PlanningSettings, progress: ProgressEndpoint? = nil
    ) throws(TaskProblem) {
        self.spec = spec
        self.progress = progress
        fields = FixedFields(spec, except: Self.mutable)
        containers = [:]
        for role in spec.roleNames { containers[role] = spec.container(of: role) }
        let worker = containers[RoleName.worker] ?? spec.container
        let profile = try settings.platform.profile(worker.profile)
        let gpus = worker.resources?.gpu ?? profile?.spec.resources?.gpu
        processes = (spec.processesPerNode ?? .auto).count(gpus: gpus.flatMap { Int($0.text) } ?? 0)
        if spec.effectiveFramework.hasLauncher { try addLauncher() }
        // What is the job's own stays; the rest is told once, by role.
        self.spec.roles = spec.roles.mapValues { RoleSpec(nodes: $0.nodes) }
        self.spec.container = ContainerSpec()
        self.spec.container.retry = spec.container.retry
        self.spec.container.timeouts = spec.container.timeouts
        self.spec.container.results = spec.container.results
        self.spec.container.artifacts = spec.container.artifacts
        self.spec.container.checkpoint = spec.container.checkpoint
    }

    /// The fields that may be changed while the job runs; a queue may be exchanged, but neither added nor taken away.
    private static let mutable: Set<String> = [
        "suspend", "shutdown", "activeDeadlineSeconds", "ttlSecondsAfterFinished", "podRetention", "progress",
        "managedBy",
        "queue",
    ]

    /// The fields of a spec that have no effect any more, since they are others now.
    func changes(in spec: Decoded<TrainingJobSpec>) -> [String] {
        guard let fields else { return [] }
        guard let spec = spec.value else { return ["spec"] }
        let changes = fields.changes(in: spec, except: Self.mutable)
        return (spec.queue == nil) == (self.spec.queue == nil) ? changes : (changes + ["queue"]).sorted()
    }

    /// The launcher starts processes on the workers: what these need, it doesn't.
    private mutating func addLauncher() throws(TaskProblem) {
        let own = spec.roles[RoleName.launcher]?.container
        guard var launcher = containers[RoleName.launcher] else { return }
        guard launcher.hasProgram else {
            throw TaskProblem(
                .invalidSpec,
                "framework \(spec.effectiveFramework.rawValue) needs a command, script or python: the launcher runs it")
        }
        launcher.resources = own?.resources ?? ResourceNeeds()
        // Else a profile would give it one.
        if launcher.resources?.gpu == nil { launcher.resources?.gpu = "0" }
        containers[RoleName.launcher] = launcher
        servesWorkers = spec.roles[RoleName.worker]?.container.hasProgram != true
    }

    /// The pods of the job at its start, in the order of their ranks.
    public var members: [JobMember] { members(workers: spec.nodes(of: RoleName.worker)) }

    /// The pods of the job with that many workers, in the order of their ranks.
    public func members(workers: Int) -> [JobMember] {
        let all = spec.roleNames.flatMap { role in
            (0..<(role == RoleName.worker ? workers : spec.nodes(of: role))).compactMap { member(role, $0) }
        }
        return all.sorted { $0.rank < $1.rank }
    }

    /// The pod of a role with that index; nil where the job can't have it.
    ///
    /// The leader's rank is 0; those of all others follow in the order of the roles.
    public func member(_ role: String, _ index: Int) -> JobMember? {
        let roles = spec.roleNames
        guard roles.contains(role), (0..<most(of: role)).contains(index) else { return nil }
        let leader = spec.leaderRole
        if role == leader, index == 0 { return JobMember(role: role, index: 0, rank: 0) }
        let earlier = roles.prefix { $0 != role }.reduce(0) { $0 + most(of: $1) }
        let isBeforeLeader = !roles.prefix { $0 != role }.contains(leader) && role != leader
        return JobMember(role: role, index: index, rank: earlier + index + (isBeforeLeader ? 1 : 0))
    }

    /// The pod whose results and artifacts are the job's.
    public var leader: JobMember { JobMember(role: spec.leaderRole, index: 0, rank: 0) }

    /// The pod in which the first process trains, and whose checkpoint is the job's: a launcher only starts the others.
    var firstProcess: JobMember {
        spec.effectiveFramework.hasLauncher ? member(RoleName.worker, 0) ?? leader : leader
    }

    /// Whether a pod is made only when all others are ready.
    public func waitsForOthers(_ member: JobMember) -> Bool { member.role == RoleName.launcher }

    private func most(of role: String) -> Int {
        role == RoleName.worker ? spec.workerRange.upperBound : spec.nodes(of: role)
    }

    /// The ConfigMap.
    ///
    /// - Parameter job: The job's metadata, which owns it.
    /// - Throws: ``TaskProblem`` where the whole would not fit into a ConfigMap, or a pod's environment into a pod.
    public func configMap(job: ObjectMeta) throws(TaskProblem) -> JSONValue {
        let layout = JobLayout(job: job, fixed: self)
        let contract = layout.contract
        try layout.checkSizes(contract.additions(for: leader))
        var files = contract.files
        for (role, container) in containers {
            files[SpecMap.scriptKey(role)] = container.script ?? container.python
        }
        files[ProgressEndpoint.authorityKey] = progress?.certificateAuthority
        return try SpecMap.object(self, of: layout.owner, files: files)
    }
}
