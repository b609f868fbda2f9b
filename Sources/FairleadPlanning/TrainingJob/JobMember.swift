/// One pod's place in a job.
public struct JobMember: Sendable, Hashable {
    /// Its role.
    public var role: String
    /// Its index among the pods of that role.
    public var index: Int
    /// Its place in the whole job: the leader's is 0.
    public var rank: Int

    /// Names a place.
    public init(role: String, index: Int, rank: Int) {
        self.role = role
        self.index = index
        self.rank = rank
    }
}
