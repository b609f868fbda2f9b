/// Runs a pattern's program over a text, all ways at once.
struct PatternSearch {
    let scalars: [Unicode.Scalar]
    /// Where the groups of the last match begin and end, by twos; -1 for one that took no part.
    private(set) var marks: [Int]
    private let program: [LinearPattern.Instruction]
    private let noMarks: [Int]
    private var current: Threads
    private var next: Threads

    /// - Parameter groups: How many groups the program marks.
    init(_ program: [LinearPattern.Instruction], _ text: String, groups: Int = 0) {
        self.program = program
        noMarks = [Int](repeating: -1, count: 2 * groups)
        marks = noMarks
        scalars = Array(text.unicodeScalars)
        current = Threads(count: program.count)
        next = Threads(count: program.count)
    }

    private struct Thread {
        var instruction: Int
        var start: Int
        var marks: [Int]
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
            if found == nil {
                add(Thread(instruction: 0, start: position, marks: noMarks), at: position, toNext: false)
            }
            if current.list.isEmpty { break }
            next.removeAll()
            threads: for thread in current.list {
                switch program[thread.instruction] {
                case .match:
                    found = thread.start..<position
                    marks = thread.marks
                    if isFirstEnough { return found }
                    // Those behind are less preferred.
                    break threads
                case .character(let set):
                    guard position < scalars.count, set.contains(scalars[position]) else { continue }
                    var further = thread
                    further.instruction += 1
                    add(further, at: position + 1, toNext: true)
                default: continue
                }
            }
            swap(&current, &next)
        }
        return found
    }

    private mutating func add(_ thread: Thread, at position: Int, toNext: Bool) {
        var pending = [thread]
        while var thread = pending.popLast() {
            let index = thread.instruction
            guard toNext ? next.isNew(index) : current.isNew(index) else { continue }
            switch program[index] {
            case .jump(let target):
                thread.instruction = target
                pending.append(thread)
            case .split(let first, let second):
                thread.instruction = second
                pending.append(thread)
                thread.instruction = first
                pending.append(thread)
            case .assertion(let assertion):
                guard holds(assertion, at: position) else { continue }
                thread.instruction += 1
                pending.append(thread)
            case .mark(let number):
                thread.marks[number] = position
                thread.instruction += 1
                pending.append(thread)
            case .match, .character:
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
