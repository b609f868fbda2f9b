/// A regular expression that matches in time linear in the text, whatever the pattern.
///
/// A pattern comes from a user and runs in a controller that serves everybody, so that a backtracking engine is out
/// of the question. The syntax is the part of RE2's that has no flags and no named classes: alternatives, groups,
/// `* + ? {m,n}` (also lazy), `.`, classes, `\d \w \s \D \W \S`, `^`, `$`. Simulation is Thompson's (1968).
public struct LinearPattern: Sendable, Hashable {
    /// What is wrong with a pattern.
    public struct SyntaxError: Error, Sendable, Hashable, CustomStringConvertible {
        /// What is wrong.
        public var description: String
    }

    /// A set of characters.
    struct CharacterSet: Sendable, Hashable {
        var ranges: [ClosedRange<UInt32>]
        var isNegated = false

        func contains(_ scalar: UInt32) -> Bool { ranges.contains { $0.contains(scalar) } != isNegated }
    }

    enum Instruction: Sendable, Hashable {
        case character(CharacterSet)
        case split(Int, Int)
        case jump(Int)
        case start
        case end
        case match
    }

    /// The most instructions of a pattern.
    static let maxInstructions = 4000
    /// The longest text that is matched, in Unicode scalars.
    public static let maxText = 10_000

    private let program: [Instruction]

    /// Compiles a pattern.
    ///
    /// - Throws: ``SyntaxError``.
    public init(_ pattern: String) throws(SyntaxError) {
        program = try PatternCompiler.compile(pattern)
    }

    /// Whether the pattern matches somewhere in a text; a text over ``maxText`` never matches.
    public func matches(_ text: String) -> Bool {
        let scalars = text.unicodeScalars.map(\.value)
        guard scalars.count <= Self.maxText else { return false }
        var current = Threads(count: program.count)
        var next = Threads(count: program.count)
        for position in 0...scalars.count {
            add(0, to: &current, isStart: position == 0, isEnd: position == scalars.count)
            if current.hasMatch { return true }
            guard position < scalars.count else { return false }
            next.removeAll()
            for index in current.list {
                guard case .character(let set) = program[index], set.contains(scalars[position]) else { continue }
                add(index + 1, to: &next, isStart: false, isEnd: position + 1 == scalars.count)
            }
            swap(&current, &next)
        }
        return current.hasMatch
    }

    private struct Threads {
        var list: [Int] = []
        var seen: [Bool]
        var hasMatch = false

        init(count: Int) { seen = [Bool](repeating: false, count: count) }

        mutating func removeAll() {
            list.removeAll(keepingCapacity: true)
            for index in seen.indices { seen[index] = false }
            hasMatch = false
        }
    }

    private func add(_ start: Int, to threads: inout Threads, isStart: Bool, isEnd: Bool) {
        var pending = [start]
        while let index = pending.popLast() {
            guard !threads.seen[index] else { continue }
            threads.seen[index] = true
            switch program[index] {
            case .jump(let target): pending.append(target)
            case .split(let first, let second): pending.append(contentsOf: [second, first])
            case .start: if isStart { pending.append(index + 1) }
            case .end: if isEnd { pending.append(index + 1) }
            case .match: threads.hasMatch = true
            case .character: threads.list.append(index)
            }
        }
    }
}
