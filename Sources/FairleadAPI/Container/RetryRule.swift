/// An exception from a retry policy.
public struct RetryRule: Sendable, Hashable, Codable {
    /// What a rule does.
    public enum Action: String, NamedValue {
        /// No further attempt.
        case fail = "Fail"
        /// Another attempt, within `max`.
        case retry = "Retry"
        /// Another attempt that doesn't count.
        case ignore = "Ignore"
    }

    /// Which exit codes a rule is about.
    public struct ExitCodes: Sendable, Hashable, Codable {
        /// How `values` is read.
        public enum Operator: String, NamedValue {
            case isIn = "In"
            case isNotIn = "NotIn"
        }

        /// Whether the code must be among `values` or must not.
        public var `operator`: Operator
        /// Exit codes.
        public var values: [Int]

        /// Names exit codes.
        public init(operator: Operator, values: [Int]) {
            self.operator = `operator`
            self.values = values
        }

        enum CodingKeys: String, CodingKey, CaseIterable { case `operator`, values }
    }

    /// What happens.
    public var action: Action
    /// The exit codes for which the rule holds.
    public var onExitCodes: ExitCodes?
    /// The reasons for which the rule holds.
    public var onReasons: [Reason]

    /// Makes a rule.
    public init(action: Action, onExitCodes: ExitCodes? = nil, onReasons: [Reason] = []) {
        self.action = action
        self.onExitCodes = onExitCodes
        self.onReasons = onReasons
    }

    enum CodingKeys: String, CodingKey, CaseIterable { case action, onExitCodes, onReasons }
}
