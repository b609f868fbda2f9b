/// Builds what the macros become.
struct MacroExpander {
    var tree: SyntaxTree
    /// The place of the call, which is that of all new nodes.
    let offset: Int

    init(tree: SyntaxTree, offset: Int) {
        self.tree = tree
        self.offset = offset
    }

    private mutating func add(_ node: SyntaxTree.Node) throws(SyntaxFailure) -> Int { try tree.add(node, at: offset) }

    private mutating func literal(_ value: Value) throws(SyntaxFailure) -> Int { try add(.literal(value)) }

    private mutating func call(_ function: String, _ arguments: Int...) throws(SyntaxFailure) -> Int {
        try add(.call(function, target: nil, arguments: arguments))
    }

    private mutating func accumulator() throws(SyntaxFailure) -> Int { try add(.identifier(SyntaxTree.accumulator)) }

    /// The name that an argument is, which must be a plain one.
    private func name(_ argument: Int) throws(SyntaxFailure) -> String {
        guard case .identifier(let name) = tree[argument], !name.hasPrefix(".") else {
            throw SyntaxFailure("argument must be a simple name", at: tree.offsets[argument])
        }
        guard name != SyntaxTree.accumulator, name != "__result__" else {
            throw SyntaxFailure("iteration variable overwrites accumulator variable", at: tree.offsets[argument])
        }
        return name
    }

    mutating func presence(of argument: Int) throws(SyntaxFailure) -> Int {
        guard case .select(let operand, let field, isTest: false) = tree[argument] else {
            throw SyntaxFailure("invalid argument to has() macro", at: tree.offsets[argument])
        }
        return try add(.select(operand, field: field, isTest: true))
    }

    // MARK: - Folds

    mutating func fold(
        _ macro: String, _ range: Int, _ arguments: [Int], second isTwo: Bool
    ) throws(SyntaxFailure) -> Int {
        let variable = try name(arguments[0])
        let second = isTwo ? try name(arguments[1]) : nil
        if let second, second == variable {
            throw SyntaxFailure("duplicate variable name: \(second)", at: tree.offsets[arguments[1]])
        }
        let rest = Array(arguments.dropFirst(isTwo ? 2 : 1))
        let body = rest[rest.count - 1]
        let filter = rest.count == 2 ? rest[0] : nil
        var fold = SyntaxTree.Comprehension(
            range: range, variable: variable, second: second, accumulator: SyntaxTree.accumulator, initial: 0,
            condition: 0, step: 0, result: 0)
        switch macro {
        case "all": try quantify(&fold, body, isAll: true)
        case "exists": try quantify(&fold, body, isAll: false)
        case "exists_one", "existsOne": try count(&fold, body)
        case "filter":
            let element = try add(.identifier(variable))
            try collect(&fold, element, where: body)
        case "transformMap":
            let key = try add(.identifier(variable))
            try insert(&fold, [key, body], where: filter)
        case "transformMapEntry": try insert(&fold, [body], where: filter)
        default: try collect(&fold, body, where: filter)
        }
        return try add(.comprehension(fold))
    }

    private mutating func quantify(
        _ fold: inout SyntaxTree.Comprehension, _ body: Int, isAll: Bool
    ) throws(SyntaxFailure) {
        fold.initial = try literal(.bool(isAll))
        let before = try accumulator()
        let goesOn = isAll ? before : try call(Operator.not, before)
        fold.condition = try call(Operator.notStrictlyFalse, goesOn)
        fold.step = try call(isAll ? Operator.and : Operator.or, try accumulator(), body)
        fold.result = try accumulator()
    }

    private mutating func count(_ fold: inout SyntaxTree.Comprehension, _ body: Int) throws(SyntaxFailure) {
        fold.initial = try literal(.int(0))
        fold.condition = try literal(.bool(true))
        let more = try call(Operator.add, try accumulator(), try literal(.int(1)))
        fold.step = try call(Operator.conditional, body, more, try accumulator())
        fold.result = try call(Operator.equal, try accumulator(), try literal(.int(1)))
    }

    private mutating func collect(
        _ fold: inout SyntaxTree.Comprehension, _ element: Int, where filter: Int?
    ) throws(SyntaxFailure) {
        fold.initial = try add(.list([], optional: []))
        let before = try accumulator()
        try step(&fold, try call(Operator.add, before, try add(.list([element], optional: []))), filter)
    }

    private mutating func insert(
        _ fold: inout SyntaxTree.Comprehension, _ entry: [Int], where filter: Int?
    ) throws(SyntaxFailure) {
        fold.initial = try add(.map([]))
        let before = try accumulator()
        try step(&fold, try add(.call(Operator.mapInsert, target: nil, arguments: [before] + entry)), filter)
    }

    private mutating func step(
        _ fold: inout SyntaxTree.Comprehension, _ step: Int, _ filter: Int?
    ) throws(SyntaxFailure) {
        fold.condition = try literal(.bool(true))
        if let filter {
            fold.step = try call(Operator.conditional, filter, step, try accumulator())
        } else {
            fold.step = step
        }
        fold.result = try accumulator()
    }

    // MARK: - Bindings

    mutating func bind(_ arguments: [Int]) throws(SyntaxFailure) -> Int {
        try bind(try name(arguments[0]), to: arguments[1], in: arguments[2])
    }

    private mutating func bind(_ name: String, to value: Int, in body: Int) throws(SyntaxFailure) -> Int {
        try add(
            .comprehension(
                SyntaxTree.Comprehension(
                    range: try add(.list([], optional: [])), variable: "#unused", second: nil, accumulator: name,
                    initial: value, condition: try literal(.bool(false)), step: try add(.identifier(name)),
                    result: body)))
    }

    /// Values that later ones and the result refer to by number.
    mutating func block(_ arguments: [Int]) throws(SyntaxFailure) -> Int {
        guard case .list(let values, let optional) = tree[arguments[0]], optional.isEmpty else {
            throw SyntaxFailure("cel.block needs a list", at: tree.offsets[arguments[0]])
        }
        var result = arguments[1]
        for (index, value) in values.enumerated().reversed() {
            result = try bind("@index:\(index)", to: value, in: result)
        }
        return result
    }

    mutating func numbered(_ name: String, _ arguments: [Int]) throws(SyntaxFailure) -> Int {
        var name = name
        for argument in arguments {
            guard case .literal(.int(let number)) = tree[argument], number >= 0 else {
                throw SyntaxFailure("a number from 0 is needed", at: tree.offsets[argument])
            }
            name += ":\(number)"
        }
        return try add(.identifier(name))
    }

    // MARK: - Others

    mutating func extreme(_ function: String, _ arguments: [Int]) throws(SyntaxFailure) -> Int {
        guard !arguments.isEmpty else {
            throw SyntaxFailure("math.greatest() and math.least() need at least one argument", at: offset)
        }
        for argument in arguments {
            switch tree[argument] {
            case .literal(.int), .literal(.uint), .literal(.double), .identifier, .select, .call, .comprehension: break
            case .list where arguments.count == 1: break
            default: throw SyntaxFailure("the argument must be a number", at: tree.offsets[argument])
            }
        }
        guard arguments.count > 2 else { return try add(.call(function, target: nil, arguments: arguments)) }
        return try call(function, try add(.list(arguments, optional: [])))
    }

    mutating func optionalMap(_ target: Int, _ arguments: [Int], isFlat: Bool) throws(SyntaxFailure) -> Int {
        let variable = try name(arguments[0])
        let value = try add(.call("value", target: target, arguments: []))
        let mapped = try bind(variable, to: value, in: arguments[1])
        let some = isFlat ? mapped : try call("optional.of", mapped)
        let condition = try add(.call("hasValue", target: target, arguments: []))
        return try call(Operator.conditional, condition, some, try call("optional.none"))
    }

    /// The list sorted by keys, which are made beside it.
    mutating func sort(_ target: Int, _ arguments: [Int]) throws(SyntaxFailure) -> Int {
        let variable = "@sorted"
        let list = try add(.identifier(variable))
        let keys = try fold("map", list, arguments, second: false)
        let sorted = try add(
            .call("@sortByAssociatedKeys", target: try add(.identifier(variable)), arguments: [keys]))
        return try bind(variable, to: target, in: sorted)
    }
}
