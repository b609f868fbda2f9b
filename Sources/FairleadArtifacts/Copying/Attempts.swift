import Foundation

/// How often something is tried that may do better the next time.
struct Attempts: Sendable {
    /// How often at most; nil for as long as the deadline allows.
    var limit: Int?
    /// When no attempt begins any more.
    var deadline: ContinuousClock.Instant?
    var say: @Sendable (String) -> Void

    private static let longestWait = Duration.seconds(30)

    /// Does it until it succeeds, fails for good, or has been tried often enough.
    ///
    /// - Parameter what: What it is about, for people: what each message begins with.
    func run<Result: Sendable>(
        _ what: String, _ body: () async throws -> Result
    ) async throws -> Result {
        var wait = Duration.seconds(1)
        var number = 1
        var before: String?
        while true {
            do {
                return try await body()
            } catch let failure as ArtifactFailure {
                let next = ContinuousClock.now + wait
                let isOver = limit.map { number >= $0 } ?? false || deadline.map { next >= $0 } ?? false
                guard failure.reason.mayPass, !isOver else {
                    let times = number > 1 ? " (\(number) attempts)" : ""
                    let more = before.map { $0 == failure.message ? "" : "; before that: \($0)" } ?? ""
                    throw ArtifactFailure(failure.reason, "\(what)\(times): \(failure.message)\(more)")
                }
                say("\(what): \(failure.message); trying again in \(wait.components.seconds) s")
                try await Task.sleep(until: next)
                wait = min(Self.longestWait, wait * 2)
                number += 1
                before = failure.message
            }
        }
    }
}
