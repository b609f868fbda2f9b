public import Foundation

/// What the API server refuses for now, such as one pod more than a quota allows.
public struct Hindrance: Sendable, Hashable {
    /// What it says.
    public var message: String
    /// Since when it says so.
    public var since: Date
    /// When it is asked again.
    public var retryAt: Date

    /// Takes a refusal; the longer it lasts, the more seldom it is asked for.
    ///
    /// - Parameters:
    ///   - message: What the server says.
    ///   - since: Since when it says so.
    ///   - now: The time.
    public init(_ message: String, since: Date, now: Date) {
        self.message = message
        self.since = since
        retryAt = now.addingTimeInterval(min(max(now.timeIntervalSince(since), 1), 60))
    }

    /// Takes the news that it may have passed: it is asked at once, and then as after a first refusal.
    mutating func pass(now: Date) {
        since = now
        retryAt = .distantPast
    }
}
