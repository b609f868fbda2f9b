/// How a new revision takes over.
public struct RolloutSpec: Sendable, Hashable, Codable {
    /// What happens when a check fails.
    public enum FailureAction: String, NamedValue {
        /// All traffic goes back, and the revision is not tried again.
        case rollback = "Rollback"
        /// The traffic stays as it is until somebody decides.
        case pause = "Pause"
    }

    /// The percent of the traffic that the new revision gets, one after the other; 100 at once where it is left out.
    public var steps: [Int]
    /// How long a step takes; 10 minutes where it is left out.
    public var every: FairleadDuration?
    /// What must hold at every step.
    public var checks: [RolloutCheck]
    /// How many requests a step needs before checks decide; 100 with checks, else none.
    public var minRequests: Int?
    /// What happens when a check fails; `Rollback` where it is left out.
    public var onFail: FailureAction?

    /// Describes a rollout.
    public init(
        steps: [Int] = [], every: FairleadDuration? = nil, checks: [RolloutCheck] = [], minRequests: Int? = nil,
        onFail: FailureAction? = nil
    ) {
        self.steps = steps
        self.every = every
        self.checks = checks
        self.minRequests = minRequests
        self.onFail = onFail
    }

    /// The steps, of which the last one is always 100.
    public var effectiveSteps: [Int] { steps.last == 100 ? steps : steps + [100] }
    /// How long a step takes.
    public var effectiveEvery: FairleadDuration { every ?? FairleadDuration(seconds: 600) }
    /// How many requests a step needs before checks decide.
    public var effectiveMinRequests: Int { minRequests ?? (checks.isEmpty ? 0 : 100) }
    /// What happens when a check fails.
    public var effectiveOnFail: FailureAction { onFail ?? .rollback }

    enum CodingKeys: String, CodingKey, CaseIterable { case steps, every, checks, minRequests, onFail }

    public init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        steps = try fields.decode([Percent].self, forKey: .steps).map(\.value)
        every = try fields.decodeIfPresent(FairleadDuration.self, forKey: .every)
        checks = try fields.decode([RolloutCheck].self, forKey: .checks)
        minRequests = try fields.decodeIfPresent(Int.self, forKey: .minRequests)
        onFail = try fields.decodeIfPresent(FailureAction.self, forKey: .onFail)
    }
}
