import CEL

/// `progress.pattern`: what in a line of log is a metric.
///
/// A named group is a metric of that name; with groups `name` and `value`, or without any names, the first group is the
/// metric's name and the second one its value, as in Katib's filters.
public struct ProgressPattern: Sendable, Hashable {
    /// What is wrong with a pattern.
    public struct Problem: Error, Sendable, Hashable, CustomStringConvertible {
        /// For people.
        public var description: String
    }

    /// What the groups mean.
    private enum Form: Hashable {
        /// Each named group is a metric.
        case metrics
        /// The numbers of the groups with a metric's name and its value.
        case pair(name: Int, value: Int)
    }

    private let pattern: LinearPattern
    private let form: Form

    /// The metrics that the pattern can find; nil where it takes their names from the log.
    public let names: Set<String>?

    /// Compiles a pattern.
    ///
    /// - Throws: ``Problem``.
    public init(_ text: String) throws(Problem) {
        guard text.unicodeScalars.count <= Limits.published.pattern else {
            throw Problem(description: "is longer than \(Limits.published.pattern) characters")
        }
        do throws(LinearPattern.SyntaxError) {
            pattern = try LinearPattern(text, keepsGroups: true)
        } catch {
            throw Problem(description: error.description)
        }
        let groups = pattern.groups
        let named = groups.compactMap(\.self)
        if let name = groups.firstIndex(of: "name"), let value = groups.firstIndex(of: "value") {
            form = .pair(name: name, value: value)
        } else if !named.isEmpty {
            form = .metrics
        } else if groups.count >= 2 {
            form = .pair(name: 0, value: 1)
        } else {
            throw Problem(
                description: "has no group for a metric: write a named one, such as loss=(?P<loss>[0-9.]+), or two, "
                    + "of which the first is the metric's name and the second its value")
        }
        if Set(named).count < named.count { throw Problem(description: "has two groups of the same name") }
        names = form == .metrics ? Set(named) : nil
    }

    /// The metrics in a line as they are written, at most so many, in order.
    public func finds(in line: String, most: Int) -> [(name: String, value: String)] {
        var found: [(name: String, value: String)] = []
        for match in pattern.captures(in: line, most: most) {
            switch form {
            case .pair(let name, let value):
                guard match.indices.contains(name), match.indices.contains(value), let name = match[name],
                    let value = match[value]
                else { continue }
                found.append((name, value))
            case .metrics:
                for (name, value) in zip(pattern.groups, match) {
                    if let name, let value { found.append((name, value)) }
                }
            }
        }
        return Array(found.prefix(most))
    }
}
