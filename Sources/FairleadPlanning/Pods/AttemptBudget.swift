import FairleadAPI

/// What an attempt's end means for the next one: which budget paid, and what its annotations say.
struct AttemptBudget: Hashable, Sendable {
    /// The next attempt.
    private(set) var attempt = 1
    /// Failures of the program so far.
    private(set) var failures = 0
    /// Failures of the platform so far.
    private(set) var disruptions = 0
    /// Whether the program's own budget paid for the last end.
    private(set) var isUserFailure = false
    /// What a rule says of the last end, nil where none does.
    private(set) var action: RetryRule.Action?

    /// Whether a rule forbids a further attempt.
    var isFinal: Bool { action == .fail }

    /// The budget of an attempt after so many failures.
    init(attempt: Int = 1, failures: Int = 0, disruptions: Int = 0) {
        self.attempt = attempt
        self.failures = failures
        self.disruptions = disruptions
    }

    /// The budget after an attempt; that of a first one where there was none.
    init(after view: AttemptView?, rules: [RetryRule]) {
        guard let view else {
            self.init()
            return
        }
        self.init(
            attempt: view.attempt, failures: view.failures, disruptions: view.disruptions, outcome: view.outcome,
            rules: rules)
    }

    /// The budget after an attempt that ended so.
    init(attempt: Int, failures: Int, disruptions: Int, outcome: PodOutcome, rules: [RetryRule]) {
        self.attempt = attempt + 1
        self.failures = failures
        self.disruptions = disruptions
        switch outcome {
        case .failed(let reason, _, let exitCode):
            isUserFailure = true
            action = Self.rule(for: reason, exitCode, in: rules)?.action
            if action == .retry || action == nil { self.failures += 1 }
        case .disrupted: self.disruptions += 1
        case .pending, .running, .succeeded: break
        }
    }

    private static func rule(for reason: Reason, _ exitCode: Int?, in rules: [RetryRule]) -> RetryRule? {
        rules.first { rule in
            if rule.onReasons.contains(reason) { return true }
            guard let codes = rule.onExitCodes, let exitCode else { return false }
            return codes.values.contains(exitCode) == (codes.operator == .isIn)
        }
    }
}
