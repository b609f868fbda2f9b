/// When a key is to be looked at again after it was reconciled.
public enum Requeue: Sendable, Hashable {
    /// When something changes.
    case onChange
    /// After a while, or when something changes before.
    case after(Duration)
}

/// A failure that trying again does not help: it is logged, and the key waits for a change.
public struct TerminalError: Error, Sendable, CustomStringConvertible {
    /// For people.
    public var message: String
    /// What lies behind it.
    public var cause: (any Error)?

    /// Describes a failure.
    public init(_ message: String, cause: (any Error)? = nil) {
        self.message = message
        self.cause = cause
    }

    public var description: String { cause.map { "\(message): \($0)" } ?? message }
}
