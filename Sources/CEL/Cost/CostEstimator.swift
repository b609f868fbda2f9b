/// Estimates what evaluating a tree costs in the best and the worst case, as Kubernetes does before it takes a rule.
struct CostEstimator {
    let checked: CheckedTree
    private let bounds: [String: SizeBounds]
    /// Where values come from: a variable and the steps behind it, by nodes.
    private var paths: [Int: [String]] = [:]
    private var sizes: [Int: CostEstimate] = [:]
    private var entrySizes: [Int: EntrySize] = [:]
    private var costs: [Int: CostEstimate] = [:]
    private var locals: [Local] = []

    /// The sizes of what is in a list or a map.
    struct EntrySize {
        var isList: Bool
        var key: CostEstimate
        var value: CostEstimate

        func union(_ other: EntrySize) -> EntrySize {
            EntrySize(isList: isList, key: key.union(other.key), value: value.union(other.value))
        }
    }

    private struct Local {
        var name: String
        var path: [String]
        var size: CostEstimate?
        var entry: EntrySize?
    }

    static func estimate(_ checked: CheckedTree, bounds: [String: SizeBounds]) -> CostEstimate {
        var estimator = CostEstimator(checked: checked, bounds: bounds)
        return estimator.cost(checked.tree.root)
    }

    private init(checked: CheckedTree, bounds: [String: SizeBounds]) {
        self.checked = checked
        self.bounds = bounds
    }

    mutating func cost(_ id: Int) -> CostEstimate {
        if let known = costs[id] { return known }
        let cost = newCost(id)
        costs[id] = cost
        return cost
    }

    private mutating func newCost(_ id: Int) -> CostEstimate {
        switch checked.tree[id] {
        case .literal: return .zero
        case .identifier(let name):
            paths[id] = local(name)?.path ?? [rootName(id) ?? name]
            return CostEstimate(Cost.step)
        case .select(let operand, let field, let isTest): return select(id, operand, field, isTest)
        case .call(let name, let target, let arguments): return call(id, name, target, arguments)
        case .list(let elements, _): return list(id, elements)
        case .map(let entries): return map(id, entries)
        case .object(_, let fields):
            return fields.reduce(CostEstimate(Cost.object)) { $0 + cost($1.value) }
        case .comprehension(let fold): return isBinding(fold) ? binding(id, fold) : comprehension(id, fold)
        }
    }

    private func rootName(_ id: Int) -> String? {
        guard case .variable(let name) = checked.resolutions[id] else { return nil }
        return name
    }

    private func local(_ name: String) -> Local? { locals.last { $0.name == name } }

    // MARK: - Sizes

    func path(_ id: Int) -> [String] {
        if case .identifier(let name) = checked.tree[id], let local = local(name) { return local.path }
        return paths[id] ?? []
    }

    /// The size of a node's value, where something tells it.
    func size(_ id: Int) -> CostEstimate? {
        if let known = sizes[id] ?? literalSize(id) ?? boundedSize(path(id)) ?? Self.scalarSize(checked.types[id]) {
            return known
        }
        guard case .identifier(let name) = checked.tree[id] else { return nil }
        return local(name)?.size
    }

    func sizeOrUnknown(_ id: Int) -> CostEstimate { size(id) ?? .unknown }

    mutating func setSize(_ id: Int, _ size: CostEstimate?) { if let size { sizes[id] = size } }

    private func literalSize(_ id: Int) -> CostEstimate? {
        switch checked.tree[id] {
        case .literal(let value): CostEstimate(CallCost.size(value))
        case .list(let elements, _): CostEstimate(UInt64(elements.count))
        case .map(let entries): CostEstimate(UInt64(entries.count))
        default: nil
        }
    }

    /// The greatest size at a path, where the caller has told it.
    func boundedSize(_ path: [String]) -> CostEstimate? {
        guard let root = path.first, root != SyntaxTree.accumulator, var bound = bounds[root] else { return nil }
        for step in path.dropFirst() {
            guard let part = bound.part(step) else { return nil }
            bound = part
        }
        return bound.most.map { CostEstimate(minimum: 0, maximum: $0) }
    }

    private static func scalarSize(_ type: CELType) -> CostEstimate? {
        switch type {
        case .bool, .double, .duration, .int, .timestamp, .uint: CostEstimate(1)
        case .optional(let inner): scalarSize(inner)
        default: nil
        }
    }

    func entrySize(_ id: Int) -> EntrySize? {
        if let known = entrySizes[id] { return known }
        guard case .identifier(let name) = checked.tree[id] else { return nil }
        return local(name)?.entry
    }

    mutating func setEntrySize(_ id: Int, _ size: EntrySize?) { if let size { entrySizes[id] = size } }

    mutating func setPath(_ id: Int, _ path: [String]) { paths[id] = path }

    // MARK: - Fields and literals

    private mutating func select(
        _ id: Int, _ operand: Int, _ field: String, _ isTest: Bool
    ) -> CostEstimate {
        if let name = rootName(id) {
            paths[id] = [name]
            return CostEstimate(Cost.step)
        }
        // Asking whether a field is there is free, as Kubernetes counts.
        var sum = cost(operand)
        if isTest { return sum }
        switch checked.types[operand] {
        case .map, .object, .parameter: sum += CostEstimate(Cost.step)
        default: break
        }
        paths[id] = path(operand) + [field]
        return sum
    }

    private mutating func list(_ id: Int, _ elements: [Int]) -> CostEstimate {
        var sum = CostEstimate(Cost.list)
        var item = CostEstimate(minimum: elements.isEmpty ? 0 : .max, maximum: 0)
        for element in elements {
            sum += cost(element)
            item = item.union(sizeOrUnknown(element))
        }
        setEntrySize(id, EntrySize(isList: true, key: CostEstimate(1), value: item))
        return sum
    }

    private mutating func map(_ id: Int, _ entries: [SyntaxTree.Entry]) -> CostEstimate {
        var sum = CostEstimate(Cost.map)
        var keys = CostEstimate(minimum: entries.isEmpty ? 0 : .max, maximum: 0)
        var values = keys
        for entry in entries {
            sum += cost(entry.key)
            sum += cost(entry.value)
            keys = keys.union(sizeOrUnknown(entry.key))
            values = values.union(sizeOrUnknown(entry.value))
        }
        setEntrySize(id, EntrySize(isList: false, key: keys, value: values))
        return sum
    }

    // MARK: - Folds

    private func isBinding(_ fold: SyntaxTree.Comprehension) -> Bool {
        guard case .list(let elements, _) = checked.tree[fold.range], elements.isEmpty,
            case .literal(.bool(false)) = checked.tree[fold.condition]
        else { return false }
        return fold.accumulator != SyntaxTree.accumulator
    }

    private mutating func binding(_ id: Int, _ fold: SyntaxTree.Comprehension) -> CostEstimate {
        var sum = cost(fold.range) + cost(fold.initial)
        push(fold.accumulator, as: fold.initial)
        sum += cost(fold.result)
        let size = size(fold.result)
        let entry = entrySize(fold.result)
        locals.removeLast()
        setSize(id, size)
        setEntrySize(id, entry)
        return sum
    }

    private mutating func push(_ name: String, as id: Int) {
        locals.append(Local(name: name, path: path(id), size: size(id), entry: entrySize(id)))
    }

    private mutating func comprehension(_ id: Int, _ fold: SyntaxTree.Comprehension) -> CostEstimate {
        var sum = cost(fold.range) + cost(fold.initial)
        push(fold.accumulator, as: fold.initial)
        let depth = locals.count
        pushElements(of: fold)
        let turn = cost(fold.condition) + cost(fold.step)
        let stepEntry = entrySize(fold.step)
        locals.removeLast(locals.count - depth)
        sum += cost(fold.result)
        locals.removeLast()
        let count = sizeOrUnknown(fold.range)
        switch checked.tree[fold.initial] {
        case .literal: setSize(id, size(fold.initial))
        case .list, .map:
            setSize(id, count)
            setEntrySize(id, stepEntry)
        default: break
        }
        return sum + count * turn
    }

    private mutating func pushElements(of fold: SyntaxTree.Comprehension) {
        let entry = entrySize(fold.range)
        let path = path(fold.range)
        let isList =
            entry?.isList
            ?? {
                if case .list = checked.types[fold.range] { return true }
                return false
            }()
        func local(_ name: String, _ step: String, _ size: CostEstimate?) -> Local {
            Local(name: name, path: path.isEmpty ? [step] : path + [step], size: size, entry: nil)
        }
        if let second = fold.second {
            locals.append(local(fold.variable, isList ? "@indices" : "@keys", entry?.key))
            locals.append(local(second, isList ? "@items" : "@values", entry?.value))
        } else if isList {
            locals.append(local(fold.variable, "@items", entry?.value))
        } else {
            locals.append(local(fold.variable, "@keys", entry?.key))
        }
    }
}
