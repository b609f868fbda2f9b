/// How requests ended, in the few classes that a metric's label has.
enum AnswerClass: Int, Sendable, CaseIterable {
    case informational, successful, redirected, refused, failed
    /// No answer.
    case none
    /// The client did not wait for it.
    case gone

    init(_ end: PassageEnd) {
        switch end.outcome {
        case .answered(let status):
            self = end.isError ? .failed : Self(rawValue: min(max(status, 100), 599) / 100 - 1) ?? .failed
        case .failed, .timedOut: self = .none
        case .clientGone: self = .gone
        }
    }

    /// The label's value.
    var label: String {
        switch self {
        case .informational: "1xx"
        case .successful: "2xx"
        case .redirected: "3xx"
        case .refused: "4xx"
        case .failed: "5xx"
        case .none: "none"
        case .gone: "gone"
        }
    }
}
