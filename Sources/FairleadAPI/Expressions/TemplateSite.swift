/// A string of a container that may hold `$(…)`.
public struct TemplateSite: Sendable, Hashable {
    /// Where it stands.
    public var path: FieldPath
    /// The string as the user wrote it.
    public var text: String
    /// Whether the kubelet expands `$(NAME)` in it.
    public var isExpandedByKubelet: Bool
    /// Whether it is a script, in which nothing is replaced.
    public var isScript: Bool

    /// The string's template.
    ///
    /// - Throws: `ExpressionError`.
    public func template() throws(ExpressionError) -> Template {
        isScript ? Template(literal: text) : try Template(parsing: text)
    }
}
