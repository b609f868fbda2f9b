/// Counts a probe's outcomes in a row until they decide.
struct ProbeCount: Sendable, Hashable {
    let successes: Int
    let failures: Int
    private var last: Bool?
    private var inRow = 0

    /// A count that begins now.
    ///
    /// - Parameters:
    ///   - successes: How many successes in a row make a success.
    ///   - failures: How many failures in a row make a failure.
    init(successes: Int, failures: Int) {
        self.successes = max(1, successes)
        self.failures = max(1, failures)
    }

    /// Takes one outcome and returns what is decided by it; nil while the row is too short.
    mutating func take(_ isSuccess: Bool) -> Bool? {
        inRow = last == isSuccess ? min(inRow + 1, max(successes, failures)) : 1
        last = isSuccess
        return inRow >= (isSuccess ? successes : failures) ? isSuccess : nil
    }
}
