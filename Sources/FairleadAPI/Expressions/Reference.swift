/// A path to a value: `params.rows`, `tasks.data-prep.results.rows`, `item.country`, `run.name`.
public struct Reference: Sendable, Hashable, CustomStringConvertible {
    /// Where a path may begin.
    public enum Root: String, Sendable, Hashable, CaseIterable {
        case params, tasks, item, itemIndex, run, trigger, trial
    }

    /// One step of a path.
    public enum Step: Sendable, Hashable {
        /// The member of that name.
        case member(String)
        /// The element at that index.
        case element(Int)
    }

    /// Where the path begins.
    public let root: Root
    /// What follows.
    public let steps: [Step]

    /// Makes a path.
    public init(root: Root, steps: [Step]) {
        self.root = root
        self.steps = steps
    }

    /// Reads a path.
    ///
    /// Hyphens belong to names; `['…']` and `[n]` are steps too.
    ///
    /// - Throws: `ExpressionError` where the text is no path or begins with no known scope.
    public init(parsing text: String) throws(ExpressionError) {
        self = try ReferenceParser.parse(text)
    }

    /// The task whose outcome the path reads, nil for other paths.
    public var taskName: String? {
        guard root == .tasks else { return nil }
        return memberName(at: 0)
    }

    /// The parameter that the path reads, nil for other paths.
    public var paramName: String? {
        guard root == .params else { return nil }
        return memberName(at: 0)
    }

    /// The name in that step, nil where there is no such step or it is an index.
    public func memberName(at index: Int) -> String? {
        guard steps.indices.contains(index), case .member(let name) = steps[index] else { return nil }
        return name
    }

    public var description: String {
        steps.reduce(into: root.rawValue) { text, step in
            switch step {
            case .member(let name): text += ReferenceParser.isName(name) ? ".\(name)" : "['\(name)']"
            case .element(let index): text += "[\(index)]"
            }
        }
    }
}
