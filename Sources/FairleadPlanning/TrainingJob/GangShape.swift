public import FairleadAPI
public import KubernetesCore

/// What planning needs to know of a job's pods: their roles, whose success counts, budgets and time limits.
///
/// A member is one pod's place in the gang; its ordinal counts through the roles in their order, and through their
/// indexes.
public struct GangShape: Sendable, Hashable {
    /// The members that have the same role.
    public struct Role: Sendable, Hashable {
        /// The role's name.
        public var name: String
        /// How many members have it.
        public var count: Int
        /// How many of them must run for the job to go on.
        public var minimum: Int
        /// Whether they start when all others are ready.
        public var isLauncher = false
        /// Whether the job succeeds only when they have.
        public var isAwaited = true

        /// Describes a role; all of its members must run unless `minimum` says otherwise.
        public init(
            name: String, count: Int, minimum: Int? = nil, isLauncher: Bool = false, isAwaited: Bool = true
        ) {
            self.name = name
            self.count = count
            self.minimum = minimum ?? count
            self.isLauncher = isLauncher
            self.isAwaited = isAwaited
        }
    }

    /// The roles, in the order of their ordinals.
    public let roles: [Role]
    /// How many members there are.
    public let count: Int
    /// The member whose results and files are the job's.
    public let leader: Int
    /// Whether the leader's success is the job's, whatever the others do.
    public var endsWithLeader = false
    /// Whether the job goes on with fewer members than it has places.
    public var isElastic = false
    /// What starts again after a failure.
    public var scope = RetryScope.gang
    /// Attempts after failures of the program; nil where signals alone are tried again.
    public var maxRetries: Int?
    /// Exceptions from that, of which the first that matches counts.
    public var retryRules: [RetryRule] = []
    /// How long to wait before those attempts.
    public var backoff = RetrySpec.Backoff()
    /// How long the gang may take until all of it runs, nil for ever.
    public var pendingTimeout: Duration?
    /// How long all attempts together may take, nil for ever.
    public var totalTimeout: Duration?
    /// The results that the leader writes.
    public var results: [ResultSpec] = []
    /// The files that the leader writes.
    public var artifacts: [String] = []

    private let offsets: [Int]

    /// Makes a shape.
    ///
    /// - Parameters:
    ///   - roles: The roles.
    ///   - leader: The role whose first member leads.
    public init(roles: [Role], leader: String) {
        self.roles = roles
        var offsets: [Int] = []
        var next = 0
        for role in roles {
            offsets.append(next)
            next += max(0, role.count)
        }
        self.offsets = offsets
        count = next
        self.leader = roles.firstIndex { $0.name == leader }.map { offsets[$0] } ?? 0
    }

    /// The place of a member among the roles.
    public func role(of ordinal: Int) -> Int { (offsets.lastIndex { $0 <= ordinal }) ?? 0 }

    /// The index of a member in its role.
    public func index(of ordinal: Int) -> Int { ordinal - offsets[role(of: ordinal)] }

    /// The members of a role.
    public func members(of role: Int) -> Range<Int> { offsets[role]..<(offsets[role] + roles[role].count) }

    /// The member that a pod is, as its labels tell it; nil where the gang has none of that name.
    public func ordinal(of pod: ObjectMeta) -> Int? {
        guard let name = pod.labels[FairleadLabel.role], let role = roles.firstIndex(where: { $0.name == name }),
            let index = pod.labels[FairleadLabel.index].flatMap({ Int($0) }), (0..<roles[role].count).contains(index)
        else { return nil }
        return offsets[role] + index
    }

    /// A member's name for people, such as `worker 3 (rank 3)`.
    public func name(of ordinal: Int) -> String {
        let role = role(of: ordinal)
        guard roles.indices.contains(role) else { return "member \(ordinal)" }
        if roles[role].isLauncher { return roles[role].name }
        let name = "\(roles[role].name) \(index(of: ordinal))"
        return hasLauncher ? name : "\(name) (rank \(rank(of: ordinal)))"
    }

    /// A member's place among all: the leader's is 0.
    func rank(of ordinal: Int) -> Int { ordinal == leader ? 0 : ordinal < leader ? ordinal + 1 : ordinal }

    /// Whether a launcher waits until all others are ready.
    public var hasLauncher: Bool { roles.contains(where: \.isLauncher) }
}
