public import FairleadAPI
public import Foundation

/// The event that ended an attempt of a gang: whatever followed it is its consequence.
public struct FirstCause: Sendable, Hashable {
    /// The member that it struck.
    public var ordinal: Int
    /// The member's pod.
    public var pod: String
    /// When it happened, as far as anybody knows.
    public var at: Date?
    /// `failed` or `disrupted`.
    public var outcome: PodOutcome

    /// Describes what struck a member.
    init(_ view: MemberView, _ outcome: PodOutcome, at: Date?) {
        self.init(ordinal: view.ordinal, pod: view.pod, outcome: outcome, at: at)
    }

    /// Describes what struck a member that may have no pod.
    init(ordinal: Int, pod: String, outcome: PodOutcome, at: Date?) {
        self.ordinal = ordinal
        self.pod = pod
        self.outcome = outcome
        self.at = at
    }

    /// For programs.
    public var reason: Reason { outcome.failure?.reason ?? .exitCode }

    /// Whether the platform did it, and no program.
    public var isDisruption: Bool { if case .disrupted = outcome { true } else { false } }

    /// Whether this comes before another: earlier, or at the same time the less a program can have done for it.
    func precedes(_ other: FirstCause) -> Bool {
        let times = (at ?? .distantFuture, other.at ?? .distantFuture)
        if times.0 != times.1 { return times.0 < times.1 }
        if weight != other.weight { return weight < other.weight }
        return ordinal < other.ordinal
    }

    /// What the platform did comes first, then what was killed, and then what ended by itself: at the loss of a peer,
    /// for example.
    private var weight: Int {
        switch outcome {
        case .disrupted: 0
        case .failed(.outOfMemory, _, _): 1
        case .failed(_, _, let exitCode): (exitCode ?? 0) >= 128 ? 1 : 2
        case .pending, .running, .succeeded: 3
        }
    }
}

/// What a cause means for a job: who pays, and whether there is a further attempt.
struct RestartBudget: Sendable, Hashable {
    /// Failures of the program and of the platform, this one included.
    let failures: Int
    let disruptions: Int
    /// Whether the program's own budget paid.
    let isUserFailure: Bool
    /// Whether there is a further attempt.
    let mayRestart: Bool
    /// How long to wait before it.
    let delay: Duration

    /// How often a program that a signal ended is started again where the job does not say it.
    static let signalRetries = 3

    /// Judges a cause.
    init(after outcome: PodOutcome, failures: Int, disruptions: Int, shape: GangShape) {
        let budget = AttemptBudget(
            attempt: 1, failures: failures, disruptions: disruptions, outcome: outcome, rules: shape.retryRules)
        self.failures = budget.failures
        self.disruptions = budget.disruptions
        isUserFailure = budget.isUserFailure
        let count = budget.isUserFailure ? budget.failures : budget.disruptions
        var limit = PipelineRunPlanner.platformRetries
        if budget.isUserFailure { limit = shape.maxRetries ?? (Self.mayPass(outcome, budget) ? Self.signalRetries : 0) }
        mayRestart = !budget.isFinal && (budget.action == .ignore || count <= limit)
        delay = shape.backoff.delay(afterFailures: count)
    }

    /// Whether a program that ended so may do better the next time: a signal ended it, or a rule says so.
    private static func mayPass(_ outcome: PodOutcome, _ budget: AttemptBudget) -> Bool {
        guard case .failed(_, _, let exitCode) = outcome else { return true }
        return budget.action == .retry || (exitCode ?? 0) >= 128
    }
}
