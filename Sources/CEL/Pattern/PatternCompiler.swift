/// Compiles a regular expression into a program for ``LinearPattern``.
struct PatternCompiler {
    private typealias SyntaxError = LinearPattern.SyntaxError
    private typealias Node = PatternParser.Node

    private var program: [LinearPattern.Instruction] = []
    private let keepsGroups: Bool

    private init(keepsGroups: Bool) { self.keepsGroups = keepsGroups }

    static func compile(
        _ pattern: String, keepsGroups: Bool
    ) throws(LinearPattern.SyntaxError) -> (program: [LinearPattern.Instruction], groups: [String?]) {
        var compiler = PatternCompiler(keepsGroups: keepsGroups)
        let (node, groups) = try PatternParser.parse(pattern)
        try compiler.emit(node)
        compiler.program.append(.match)
        return (compiler.program, keepsGroups ? groups : [])
    }

    private mutating func append(_ instruction: LinearPattern.Instruction) throws(SyntaxError) {
        guard program.count < LinearPattern.maxInstructions else {
            throw SyntaxError(description: "expression too large")
        }
        program.append(instruction)
    }

    private mutating func emit(_ node: Node) throws(SyntaxError) {
        switch node {
        case .empty: break
        case .set(let set): try append(.character(set))
        case .assertion(let assertion): try append(.assertion(assertion))
        case .sequence(let nodes): for node in nodes { try emit(node) }
        case .alternatives(let branches): try emit(branches)
        case .repetition(let node, let minimum, let maximum, let isLazy):
            try emit(node, minimum, maximum, isLazy: isLazy)
        case .group(let node, let number):
            if keepsGroups { try append(.mark(2 * number)) }
            try emit(node)
            if keepsGroups { try append(.mark(2 * number + 1)) }
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

    private mutating func emit(
        _ node: Node, _ minimum: Int, _ maximum: Int?, isLazy: Bool
    ) throws(SyntaxError) {
        for _ in 0..<minimum { try emitChecked(node) }
        guard let maximum else {
            let split = program.count
            try append(.jump(0))
            try emit(node)
            try append(.jump(split))
            program[split] = fork(split + 1, program.count, isLazy)
            return
        }
        var splits: [Int] = []
        for _ in 0..<(maximum - minimum) {
            splits.append(program.count)
            try append(.jump(0))
            try emit(node)
        }
        for split in splits { program[split] = fork(split + 1, program.count, isLazy) }
    }

    /// Even a repetition of nothing counts, so that no nest of them takes forever.
    private mutating func emitChecked(_ node: Node) throws(SyntaxError) {
        let before = program.count
        try emit(node)
        if program.count == before { try append(.jump(before + 1)) }
    }

    private func fork(_ inside: Int, _ behind: Int, _ isLazy: Bool) -> LinearPattern.Instruction {
        isLazy ? .split(behind, inside) : .split(inside, behind)
    }
}
