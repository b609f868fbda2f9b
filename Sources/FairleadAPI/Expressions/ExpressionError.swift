/// What is wrong with an expression, and where in its text.
public struct ExpressionError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What is wrong.
    public var message: String
    /// Where it begins, counted in characters from 0.
    public var position: Int

    /// Describes what is wrong.
    public init(_ message: String, position: Int = 0) {
        self.message = message
        self.position = position
    }

    public var description: String { position == 0 ? message : "\(message) (at character \(position + 1))" }
}
