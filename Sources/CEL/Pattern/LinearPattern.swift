/// A regular expression that matches in time linear in the text, whatever the pattern.
///
/// A pattern comes from a user and runs in a process that serves everybody, so that a backtracking engine is out of
/// the question. The syntax is RE2's but for scripts as classes. Simulation is Thompson's (1968), with the order of
/// preference that Pike's machine keeps.
public struct LinearPattern: Sendable, Hashable {
    /// What is wrong with a pattern.
    public struct SyntaxError: Error, Sendable, Hashable, CustomStringConvertible {
        /// What is wrong.
        public var description: String
    }

    enum Instruction: Sendable, Hashable {
        case character(CharacterSet)
        /// Two ways, the preferred one first.
        case split(Int, Int)
        case jump(Int)
        case assertion(Assertion)
        /// Notes the place: a group begins where the number is even, and ends where it is odd.
        case mark(Int)
        case match
    }

    /// What must hold between two characters.
    enum Assertion: Sendable, Hashable {
        case textStart, textEnd, lineStart, lineEnd, wordBoundary, noWordBoundary
    }

    /// The most instructions of a pattern.
    static let maxInstructions = 10_000

    private let program: [Instruction]
    /// The names of the groups, in the order of their opening brackets, nil for one without; empty where none is kept.
    public let groups: [String?]

    /// Compiles a pattern.
    ///
    /// - Parameters:
    ///   - pattern: The pattern.
    ///   - keepsGroups: Whether ``captures(in:most:)`` is to tell what groups matched.
    /// - Throws: ``SyntaxError``.
    public init(_ pattern: String, keepsGroups: Bool = false) throws(SyntaxError) {
        (program, groups) = try PatternCompiler.compile(pattern, keepsGroups: keepsGroups)
    }

    /// Whether the pattern matches somewhere in a text.
    public func matches(_ text: String) -> Bool {
        var search = PatternSearch(program, text)
        return search.next(from: 0, isFirstEnough: true) != nil
    }

    /// The parts of a text that the pattern matches, one after the other, at most so many.
    func finds(in text: String, most: Int? = nil) -> [String] {
        matches(in: text, most: most) { search, range in StringLibrary.string(search.scalars[range]) }
    }

    /// What each group matched, match by match, at most so many; nil for a group that took no part.
    public func captures(in text: String, most: Int? = nil) -> [[String?]] {
        matches(in: text, most: most) { search, _ in
            groups.indices.map { group in
                let (start, end) = (search.marks[2 * group], search.marks[2 * group + 1])
                return start >= 0 && end >= start ? StringLibrary.string(search.scalars[start..<end]) : nil
            }
        }
    }

    private func matches<Match>(
        in text: String, most: Int?, _ match: (PatternSearch, Range<Int>) -> Match
    ) -> [Match] {
        var search = PatternSearch(program, text, groups: groups.count)
        var found: [Match] = []
        var position = 0
        var lastEnd = -1
        while position <= search.scalars.count, most.map({ found.count < $0 }) ?? true,
            let range = search.next(from: position)
        {
            // Nothing, right behind what was found before, doesn't count.
            if !(range.isEmpty && range.lowerBound == lastEnd) {
                found.append(match(search, range))
                lastEnd = range.upperBound
            }
            position = range.isEmpty ? range.upperBound + 1 : range.upperBound
        }
        return found
    }
}
