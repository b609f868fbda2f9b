/// What came of asking once.
struct ProbeOutcome: Sendable, Hashable {
    var isSuccess: Bool
    /// What the answer was, for people.
    var message = ""

    static func failure(_ message: String) -> ProbeOutcome { ProbeOutcome(isSuccess: false, message: message) }
}
