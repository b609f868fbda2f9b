/// The macros of some libraries: calls that become other expressions while the text is read.
struct MacroTable: Sendable {
    private let libraries: Set<Library>

    init(_ libraries: Set<Library>) { self.libraries = libraries }

    private static let folds: [String: Set<Int>] = [
        "all": [2], "exists": [2], "exists_one": [2], "existsOne": [2], "map": [2, 3], "filter": [2],
    ]
    private static let twoVariableFolds: [String: Set<Int>] = [
        "all": [3], "exists": [3], "exists_one": [3], "existsOne": [3], "transformList": [3, 4],
        "transformMap": [3, 4], "transformMapEntry": [3, 4],
    ]

    /// The node that a call becomes; nil where it is no macro's.
    func expand(
        _ name: String, target: Int?, _ arguments: [Int], at offset: Int, in tree: inout SyntaxTree
    ) throws(SyntaxFailure) -> Int? {
        // The tree moves in and out: a copy for each call would make reading quadratic.
        var expander = MacroExpander(tree: SyntaxTree(text: "", lines: tree.lines), offset: offset)
        swap(&expander.tree, &tree)
        defer { swap(&expander.tree, &tree) }
        return try expand(name, target, arguments, with: &expander)
    }

    private func expand(
        _ name: String, _ target: Int?, _ arguments: [Int], with expander: inout MacroExpander
    ) throws(SyntaxFailure) -> Int? {
        guard let target else {
            return name == "has" && arguments.count == 1 ? try expander.presence(of: arguments[0]) : nil
        }
        if case .identifier(let space) = expander.tree[target] {
            switch (space, name) {
            case ("cel", "bind") where libraries.contains(.bindings) && arguments.count == 3:
                return try expander.bind(arguments)
            case ("cel", "block") where libraries.contains(.blocks) && arguments.count == 2:
                return try expander.block(arguments)
            case ("cel", "index") where libraries.contains(.blocks) && arguments.count == 1:
                return try expander.numbered("@index", arguments)
            case ("cel", "iterVar") where libraries.contains(.blocks) && arguments.count == 2:
                return try expander.numbered("@it", arguments)
            case ("math", "greatest") where libraries.contains(.math):
                return try expander.extreme("math.@max", arguments)
            case ("math", "least") where libraries.contains(.math): return try expander.extreme("math.@min", arguments)
            default: break
            }
        }
        switch name {
        case "optMap" where libraries.contains(.optionals) && arguments.count == 2:
            return try expander.optionalMap(target, arguments, isFlat: false)
        case "optFlatMap" where libraries.contains(.optionals) && arguments.count == 2:
            return try expander.optionalMap(target, arguments, isFlat: true)
        case "sortBy" where libraries.contains(.sequences) && arguments.count == 2:
            return try expander.sort(target, arguments)
        case "existsOne" where !libraries.contains(.twoVariables): return nil
        default: break
        }
        if Self.folds[name]?.contains(arguments.count) == true {
            return try expander.fold(name, target, arguments, second: false)
        }
        if libraries.contains(.twoVariables), Self.twoVariableFolds[name]?.contains(arguments.count) == true {
            return try expander.fold(name, target, arguments, second: true)
        }
        return nil
    }
}
