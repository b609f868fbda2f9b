import CEL

/// A regular expression in Go's RE2 syntax, as OpenAPI schemas of Kubernetes have them, compiled once.
public struct SchemaPattern: Sendable {
    /// The expression as it was written.
    public let source: String
    /// Why it is no RE2 expression, in Go's words; nil where it is one.
    public let error: String?

    private let expression: LinearPattern?

    /// Compiles an expression; one that is invalid matches everything and carries its ``error``.
    public init(_ source: String) {
        self.source = source
        do throws(LinearPattern.SyntaxError) {
            expression = try LinearPattern(source)
            error = nil
        } catch {
            expression = nil
            self.error = "error parsing regexp: \(error.description)"
        }
    }

    /// Whether the expression is found anywhere in a text.
    public func matches(_ text: String) -> Bool { expression?.matches(text) ?? true }
}
