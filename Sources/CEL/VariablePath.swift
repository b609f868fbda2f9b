/// A variable that an expression reads, with the fields after it that are known from the text.
public struct VariablePath: Sendable, Hashable {
    /// The variable's name and the fields': `tasks`, `ingest`, `results`, `rows`.
    public let path: [String]
    /// Where the variable's name is.
    public let position: SourcePosition

    /// A path that is read at a place.
    public init(path: [String], position: SourcePosition) {
        self.path = path
        self.position = position
    }

    static func paths(in checked: CheckedTree) -> [VariablePath] {
        let tree = checked.tree
        var steps: [Int: (path: [String], root: Int)] = [:]
        var extended: Set<Int> = []
        // Parts come before what they are parts of, so that one walk in order suffices.
        for id in tree.nodes.indices {
            switch checked.resolutions[id] {
            case .variable(let name):
                if case .object = tree[id] { continue }
                steps[id] = ([name], id)
                continue
            case .none, .call: break
            default: continue
            }
            guard let (operand, field) = step(tree, id), let known = steps[operand] else { continue }
            extended.insert(operand)
            steps[id] = (known.path + [field], known.root)
        }
        var seen: Set<[String]> = []
        return steps.filter { !extended.contains($0.key) }
            .map { VariablePath(path: $0.value.path, position: start($0.value.root, tree)) }
            .sorted { ($0.position, $0.path.count) < ($1.position, $1.path.count) }
            .filter { seen.insert($0.path).inserted }
    }

    /// What a node takes out of another by a name that is in the text.
    private static func step(_ tree: SyntaxTree, _ id: Int) -> (Int, String)? {
        switch tree[id] {
        case .select(let operand, let field, _): return (operand, field)
        case .call(Operator.index, _, let parts), .call(Operator.optionalIndex, _, let parts),
            .call(Operator.optionalSelect, _, let parts):
            guard parts.count == 2, case .literal(.string(let field)) = tree[parts[1]] else { return nil }
            return (parts[0], field)
        default: return nil
        }
    }

    /// Where a chain of fields that is one name begins.
    private static func start(_ id: Int, _ tree: SyntaxTree) -> SourcePosition {
        var current = id
        while case .select(let operand, _, _) = tree[current] { current = operand }
        return tree.position(current)
    }
}
