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
    /// Whether a rule forbids a further attempt.
    private(set) var isFinal = false

    /// The budget after an attempt; that of a first one where there was none.
    init(after view: AttemptView?, rules: [RetryRule]) {
        guard let view else { return }
        attempt = view.attempt + 1
        failures = view.failures
        disruptions = view.disruptions
        switch view.outcome {
        case .failed(let reason, _, let exitCode):
            isUserFailure = true
            switch Self.rule(for: reason, exitCode, in: rules)?.action {
            case .fail: isFinal = true
            case .ignore: break
            case .retry, nil: failures += 1
            }
        case .disrupted: disruptions += 1
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
