/// Compiles a regular expression into a program for ``LinearPattern``.
struct PatternCompiler {
    private typealias Instruction = LinearPattern.Instruction
    private typealias CharacterSet = LinearPattern.CharacterSet
    private typealias SyntaxError = LinearPattern.SyntaxError

    private indirect enum Node {
        case empty
        case set(CharacterSet)
        case start
        case end
        case sequence([Node])
        case alternatives([Node])
        case repetition(Node, Int, Int?)
    }

    private let scalars: [Unicode.Scalar]
    private var position = 0
    private var program: [Instruction] = []

    static func compile(_ pattern: String) throws(LinearPattern.SyntaxError) -> [LinearPattern.Instruction] {
        var compiler = PatternCompiler(scalars: Array(pattern.unicodeScalars))
        let node = try compiler.alternatives()
        if compiler.position < compiler.scalars.count { throw SyntaxError(description: "unexpected \")\"") }
        try compiler.emit(node)
        compiler.program.append(.match)
        return compiler.program
    }

    private init(scalars: [Unicode.Scalar]) { self.scalars = scalars }

    private var next: Unicode.Scalar? { position < scalars.count ? scalars[position] : nil }

    private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
        guard next == scalar else { return false }
        position += 1
        return true
    }

    private mutating func alternatives() throws(SyntaxError) -> Node {
        var branches = [try sequence()]
        while take("|") { branches.append(try sequence()) }
        return branches.count == 1 ? branches[0] : .alternatives(branches)
    }

    private mutating func sequence() throws(SyntaxError) -> Node {
        var nodes: [Node] = []
        while let scalar = next, scalar != "|", scalar != ")" {
            nodes.append(try repetition(of: try atom()))
        }
        return nodes.isEmpty ? .empty : .sequence(nodes)
    }

    private mutating func repetition(of atom: Node) throws(SyntaxError) -> Node {
        var node = atom
        while let scalar = next {
            switch scalar {
            case "*": node = .repetition(node, 0, nil)
            case "+": node = .repetition(node, 1, nil)
            case "?": node = .repetition(node, 0, 1)
            case "{":
                guard let (minimum, maximum) = try bounds() else { return node }
                node = .repetition(node, minimum, maximum)
                position -= 1
            default: return node
            }
            position += 1
            // Laziness changes what a match covers, not whether there is one.
            _ = take("?")
        }
        return node
    }

    /// `{m}`, `{m,}` or `{m,n}`; nil where the brace stands for itself.
    private mutating func bounds() throws(SyntaxError) -> (Int, Int?)? {
        let start = position
        position += 1
        guard let minimum = number() else {
            position = start
            return nil
        }
        var maximum: Int? = minimum
        if take(",") { maximum = number() }
        guard take("}") else {
            position = start
            return nil
        }
        guard minimum <= 1000, (maximum ?? 0) <= 1000, maximum.map({ $0 >= minimum }) ?? true else {
            throw SyntaxError(description: "invalid repeat count")
        }
        return (minimum, maximum)
    }

    private mutating func number() -> Int? {
        var digits = ""
        while let scalar = next, ("0"..."9").contains(scalar), digits.count < 5 {
            digits.unicodeScalars.append(scalar)
            position += 1
        }
        return Int(digits)
    }

    private mutating func atom() throws(SyntaxError) -> Node {
        guard let scalar = next else { return .empty }
        // A brace that opens no count stands for itself, a quantifier needs something before it.
        switch scalar {
        case "*", "+", "?": throw SyntaxError(description: "nothing to repeat before \"\(scalar)\"")
        default: position += 1
        }
        switch scalar {
        case "(": return try group()
        case "[": return .set(try characterClass())
        case ".": return .set(CharacterSet(ranges: [0x0A...0x0A], isNegated: true))
        case "^": return .start
        case "$": return .end
        case "\\": return .set(try escape())
        default: return .set(CharacterSet(ranges: [scalar.value...scalar.value]))
        }
    }

    private mutating func group() throws(SyntaxError) -> Node {
        if take("?") {
            guard take(":") else { throw SyntaxError(description: "only (?:…) groups are supported after \"(?\"") }
        }
        let node = try alternatives()
        guard take(")") else { throw SyntaxError(description: "missing \")\"") }
        return node
    }

    private mutating func escape() throws(SyntaxError) -> CharacterSet {
        guard let scalar = next else { throw SyntaxError(description: "\"\\\" at the end") }
        position += 1
        switch scalar {
        case "d": return CharacterSet(ranges: Self.digits)
        case "D": return CharacterSet(ranges: Self.digits, isNegated: true)
        case "w": return CharacterSet(ranges: Self.word)
        case "W": return CharacterSet(ranges: Self.word, isNegated: true)
        case "s": return CharacterSet(ranges: Self.space)
        case "S": return CharacterSet(ranges: Self.space, isNegated: true)
        case "n": return CharacterSet(ranges: [0x0A...0x0A])
        case "r": return CharacterSet(ranges: [0x0D...0x0D])
        case "t": return CharacterSet(ranges: [0x09...0x09])
        default:
            if scalar.properties.isAlphabetic || ("0"..."9").contains(scalar) {
                throw SyntaxError(description: "\"\\\(scalar)\" is not supported")
            }
            return CharacterSet(ranges: [scalar.value...scalar.value])
        }
    }

    private static let digits: [ClosedRange<UInt32>] = [0x30...0x39]
    private static let word: [ClosedRange<UInt32>] = [0x30...0x39, 0x41...0x5A, 0x5F...0x5F, 0x61...0x7A]
    private static let space: [ClosedRange<UInt32>] = [0x09...0x0A, 0x0C...0x0D, 0x20...0x20]

    private mutating func characterClass() throws(SyntaxError) -> CharacterSet {
        var set = CharacterSet(ranges: [], isNegated: take("^"))
        var isFirst = true
        while let scalar = next, scalar != "]" || isFirst {
            isFirst = false
            position += 1
            var low: UInt32 = scalar.value
            if scalar == "\\" {
                let escaped = try escape()
                guard !escaped.isNegated else {
                    throw SyntaxError(description: "a negated escape in a class is not supported")
                }
                guard escaped.ranges.count == 1, escaped.ranges[0].count == 1 else {
                    set.ranges += escaped.ranges
                    continue
                }
                low = escaped.ranges[0].lowerBound
            }
            let isRange = next == "-" && position + 1 < scalars.count && scalars[position + 1] != "]"
            guard isRange else {
                set.ranges.append(low...low)
                continue
            }
            position += 1
            var high = scalars[position].value
            position += 1
            if high == UInt32(UInt8(ascii: "\\")) {
                let escaped = try escape()
                guard !escaped.isNegated, escaped.ranges.count == 1 else {
                    throw SyntaxError(description: "invalid range in a class")
                }
                high = escaped.ranges[0].upperBound
            }
            guard low <= high else { throw SyntaxError(description: "invalid range in a class") }
            set.ranges.append(low...high)
        }
        guard take("]") else { throw SyntaxError(description: "missing \"]\"") }
        return set
    }

    private mutating func append(_ instruction: Instruction) throws(SyntaxError) {
        guard program.count < LinearPattern.maxInstructions else {
            throw SyntaxError(description: "the pattern is too large")
        }
        program.append(instruction)
    }

    private mutating func emit(_ node: Node) throws(SyntaxError) {
        switch node {
        case .empty: break
        case .set(let set): try append(.character(set))
        case .start: try append(.start)
        case .end: try append(.end)
        case .sequence(let nodes): for node in nodes { try emit(node) }
        case .alternatives(let branches): try emit(branches)
        case .repetition(let node, let minimum, let maximum): try emit(node, minimum, maximum)
        }
    }

    private mutating func emit(_ branches: [Node]) throws(SyntaxError) {
        var jumps: [Int] = []
        for branch in branches.dropLast() {
            let split = program.count
            try append(.split(split + 1, 0))
            try emit(branch)
            jumps.append(program.count)
            try append(.jump(0))
            program[split] = .split(split + 1, program.count)
        }
        if let last = branches.last { try emit(last) }
        for jump in jumps { program[jump] = .jump(program.count) }
    }

    private mutating func emit(_ node: Node, _ minimum: Int, _ maximum: Int?) throws(SyntaxError) {
        for _ in 0..<minimum { try emit(node) }
        guard let maximum else {
            let split = program.count
            try append(.split(split + 1, 0))
            try emit(node)
            try append(.jump(split))
            program[split] = .split(split + 1, program.count)
            return
        }
        var splits: [Int] = []
        for _ in 0..<(maximum - minimum) {
            splits.append(program.count)
            try append(.split(program.count + 1, 0))
            try emit(node)
        }
        for split in splits { program[split] = .split(split + 1, program.count) }
    }
}
