/// Runs a pattern's program over a text, all ways at once.
struct PatternSearch {
    let scalars: [Unicode.Scalar]
    private let program: [LinearPattern.Instruction]
    private var current: Threads
    private var next: Threads

    init(_ program: [LinearPattern.Instruction], _ text: String) {
        self.program = program
        scalars = Array(text.unicodeScalars)
        current = Threads(count: program.count)
        next = Threads(count: program.count)
    }

    private struct Thread {
        var instruction: Int
        var start: Int
    }

    /// The ways that are open at a place, the preferred ones first.
    private struct Threads {
        var list: [Thread] = []
        private var marks: [Int]
        private var mark = 1

        init(count: Int) { marks = [Int](repeating: 0, count: count) }

        mutating func removeAll() {
            list.removeAll(keepingCapacity: true)
            mark += 1
        }

        mutating func isNew(_ instruction: Int) -> Bool {
            guard marks[instruction] != mark else { return false }
            marks[instruction] = mark
            return true
        }
    }

    /// The leftmost match from a place on; of those, the preferred one.
    mutating func next(from start: Int, isFirstEnough: Bool = false) -> Range<Int>? {
        current.removeAll()
        var found: Range<Int>?
        for position in start...max(start, scalars.count) {
            if found == nil { add(0, start: position, at: position, toNext: false) }
            if current.list.isEmpty { break }
            next.removeAll()
            threads: for thread in current.list {
                switch program[thread.instruction] {
                case .match:
                    found = thread.start..<position
                    if isFirstEnough { return found }
                    // Those behind are less preferred.
                    break threads
                case .character(let set):
                    guard position < scalars.count, set.contains(scalars[position]) else { continue }
                    add(thread.instruction + 1, start: thread.start, at: position + 1, toNext: true)
                default: continue
                }
            }
            swap(&current, &next)
        }
        return found
    }

    private mutating func add(_ instruction: Int, start: Int, at position: Int, toNext: Bool) {
        var pending = [instruction]
        while let index = pending.popLast() {
            guard toNext ? next.isNew(index) : current.isNew(index) else { continue }
            switch program[index] {
            case .jump(let target): pending.append(target)
            case .split(let first, let second):
                pending.append(second)
                pending.append(first)
            case .assertion(let assertion):
                if holds(assertion, at: position) { pending.append(index + 1) }
            case .match, .character:
                let thread = Thread(instruction: index, start: start)
                if toNext { next.list.append(thread) } else { current.list.append(thread) }
            }
        }
    }

    private func holds(_ assertion: LinearPattern.Assertion, at position: Int) -> Bool {
        switch assertion {
        case .textStart: position == 0
        case .textEnd: position == scalars.count
        case .lineStart: position == 0 || scalars[position - 1] == "\n"
        case .lineEnd: position == scalars.count || scalars[position] == "\n"
        case .wordBoundary: isWord(position - 1) != isWord(position)
        case .noWordBoundary: isWord(position - 1) == isWord(position)
        }
    }

    private func isWord(_ index: Int) -> Bool {
        scalars.indices.contains(index) && CharacterSet.word.contains(scalars[index])
    }
}
