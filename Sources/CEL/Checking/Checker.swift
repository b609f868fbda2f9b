/// Finds the type of each node and what its names stand for.
struct Checker {
    let declarations: Declarations
    let tree: SyntaxTree
    /// Whether what doesn't fit is left to the evaluation.
    let isLenient: Bool
    var bindings = TypeBindings()
    var types: [CELType?]
    var resolutions: [Resolution]
    private(set) var issues: [CELError.Issue] = []
    private var locals: [Local] = []
    private var places = 0
    private var freshNames = 0

    private struct Local {
        var name: String
        var type: CELType
        var place: Int
    }

    static func check(
        _ tree: SyntaxTree, _ declarations: Declarations, isLenient: Bool = false
    ) throws(CELError) -> CheckedTree {
        var checker = Checker(declarations, tree, isLenient)
        _ = checker.check(tree.root)
        if checker.issues.isEmpty { checker.checkLiterals() }
        guard isLenient || checker.issues.isEmpty else { throw CELError(.check, checker.issues, text: tree.text) }
        let types = checker.types.map { checker.bindings.substitute($0 ?? .dyn, freeAsDyn: true) }
        return CheckedTree(tree: tree, types: types, resolutions: checker.resolutions, places: checker.places)
    }

    private init(_ declarations: Declarations, _ tree: SyntaxTree, _ isLenient: Bool) {
        self.declarations = declarations
        self.tree = tree
        self.isLenient = isLenient
        types = Array(repeating: nil, count: tree.nodes.count)
        resolutions = Array(repeating: .none, count: tree.nodes.count)
    }

    mutating func fresh() -> CELType {
        freshNames += 1
        return .parameter("%\(freshNames)")
    }

    /// Tells what is wrong; one issue says enough about a place.
    @discardableResult
    mutating func complain(_ message: String, at id: Int) -> CELType {
        if !isLenient {
            let issue = CELError.Issue(position: tree.position(id), message: message)
            if !issues.contains(issue) { issues.append(issue) }
        }
        return isLenient ? .dyn : .error
    }

    func shown(_ type: CELType) -> CELType { bindings.substitute(type, freeAsDyn: true) }

    /// The type of a node; a node that is a part of several is looked at once.
    mutating func check(_ id: Int) -> CELType {
        if let known = types[id] { return known }
        let type = deduce(id)
        types[id] = type
        return type
    }

    private mutating func deduce(_ id: Int) -> CELType {
        switch tree[id] {
        case .literal(let value): Self.type(of: value)
        case .identifier(let name): identifier(name, id)
        case .select(let operand, let field, let isTest): select(id, operand, field, isTest)
        case .call(let name, let target, let arguments): call(id, name, target, arguments)
        case .list(let elements, let optional): list(elements, optional)
        case .map(let entries): map(entries)
        case .object(let name, let fields): object(id, name, fields)
        case .comprehension(let fold): comprehension(id, fold)
        }
    }

    private static func type(of literal: Value) -> CELType {
        switch literal {
        case .bool: .bool
        case .int: .int
        case .uint: .uint
        case .double: .double
        case .string: .string
        case .bytes: .bytes
        case .null: .null
        default: .dyn
        }
    }

    // MARK: - Names

    private mutating func identifier(_ name: String, _ id: Int) -> CELType {
        if let local = local(name) {
            resolutions[id] = .local(local.place)
            return local.type
        }
        guard let type = resolve(name, id) else {
            let plain = name.hasPrefix(".") ? String(name.dropFirst()) : name
            resolutions[id] = .unresolved("undeclared reference to '\(plain)'")
            return complain("undeclared reference to '\(plain)' (in container '\(declarations.container)')", at: id)
        }
        return type
    }

    private func local(_ name: String) -> Local? { locals.last { $0.name == name } }

    /// Looks a name up outside macros.
    private mutating func resolve(_ name: String, _ id: Int) -> CELType? {
        for candidate in declarations.candidates(for: name) {
            if let constant = declarations.constants[candidate] {
                resolutions[id] = .constant(constant)
                return WellKnown.type(of: constant)
            }
            if let type = declarations.variables[candidate] {
                resolutions[id] = .variable(candidate)
                return type
            }
            if let (value, type) = WellKnown.name(candidate) {
                resolutions[id] = .constant(value)
                return type
            }
        }
        return nil
    }

    /// The whole name that a chain of fields spells, unless it begins with a macro's variable.
    func qualifiedName(_ id: Int) -> String? {
        var fields: [String] = []
        var current = id
        while case .select(let operand, let field, isTest: false) = tree[current] {
            fields.append(field)
            current = operand
        }
        guard case .identifier(let root) = tree[current], local(root) == nil else { return nil }
        return ([root] + fields.reversed()).joined(separator: ".")
    }

    // MARK: - Parts

    private mutating func select(_ id: Int, _ operand: Int, _ field: String, _ isTest: Bool) -> CELType {
        if !isTest, let name = qualifiedName(id), let type = resolve(name, id) { return type }
        let whole = check(operand)
        let type = fieldType(field, of: whole, at: id)
        return isTest ? .bool : type
    }

    /// The type of a field; of an optional thing, an optional one.
    mutating func fieldType(_ field: String, of type: CELType, at id: Int) -> CELType {
        let type = bindings.substitute(type)
        switch type {
        case .dyn, .error: return .dyn
        case .parameter:
            _ = bindings.assign(type, to: .dyn)
            return .dyn
        case .map(_, let value): return value
        case .optional(let inner):
            let found = fieldType(field, of: inner, at: id)
            if case .optional = found { return found }
            return .optional(found)
        case .object(let object):
            guard let found = object.fields[field] else { return complain("undefined field '\(field)'", at: id) }
            return found
        default: return complain("type '\(shown(type))' does not support field selection", at: id)
        }
    }

    private mutating func list(_ elements: [Int], _ optional: Set<Int>) -> CELType {
        var joined: CELType?
        for (index, element) in elements.enumerated() {
            let type = check(element)
            joined = join(joined, optional.contains(index) ? unwrapped(type, element) : type, element)
        }
        return .list(joined ?? fresh())
    }

    private mutating func map(_ entries: [SyntaxTree.Entry]) -> CELType {
        var keys: CELType?
        var values: CELType?
        for entry in entries {
            keys = join(keys, check(entry.key), entry.key)
            let value = check(entry.value)
            values = join(values, entry.isOptional ? unwrapped(value, entry.value) : value, entry.value)
        }
        return .map(keys ?? fresh(), values ?? fresh())
    }

    private mutating func unwrapped(_ type: CELType, _ id: Int) -> CELType {
        switch bindings.substitute(type) {
        case .optional(let inner): return inner
        case .dyn, .error, .parameter: return .dyn
        case let other:
            return complain("expected type 'optional_type(\(shown(other)))' but found '\(shown(other))'", at: id)
        }
    }

    private mutating func join(_ previous: CELType?, _ next: CELType, _ id: Int) -> CELType {
        guard let previous else { return next }
        if bindings.assign(next, to: previous) {
            return TypeBindings.moreGeneral(bindings.substitute(next), bindings.substitute(previous))
        }
        if declarations.options.contains(.homogeneousLiterals) {
            return complain("expected type '\(shown(previous))' but found '\(shown(next))'", at: id)
        }
        return .dyn
    }

    private mutating func object(_ id: Int, _ name: String, _ fields: [SyntaxTree.Field]) -> CELType {
        for field in fields { _ = check(field.value) }
        for candidate in declarations.candidates(for: name) where WellKnown.wrappers[candidate] != nil {
            resolutions[id] = .variable(candidate)
            return WellKnown.wrappers[candidate] ?? .dyn
        }
        resolutions[id] = .unresolved("undeclared reference to '\(name)'")
        return complain("undeclared reference to '\(name)' (in container '\(declarations.container)')", at: id)
    }

    // MARK: - Folds

    private mutating func comprehension(_ id: Int, _ fold: SyntaxTree.Comprehension) -> CELType {
        let (first, second) = elementTypes(of: fold, check(fold.range))
        let initial = check(fold.initial)
        let depth = locals.count
        locals.append(Local(name: fold.accumulator, type: initial, place: depth))
        locals.append(Local(name: fold.variable, type: first, place: depth + 1))
        if let name = fold.second { locals.append(Local(name: name, type: second, place: depth + 2)) }
        places = max(places, depth + 3)
        expect(.bool, fold.condition)
        expect(initial, fold.step)
        locals.removeLast(locals.count - depth - 1)
        let result = check(fold.result)
        locals.removeLast()
        resolutions[id] = .fold(variable: depth + 1, second: depth + 2, accumulator: depth)
        return bindings.substitute(result)
    }

    /// The types of a fold's variables.
    private mutating func elementTypes(of fold: SyntaxTree.Comprehension, _ range: CELType) -> (CELType, CELType) {
        let isTwo = fold.second != nil
        switch bindings.substitute(range) {
        case .list(let element): return isTwo ? (.int, element) : (element, element)
        case .map(let key, let value): return (key, value)
        case .dyn, .error: return (.dyn, .dyn)
        case .parameter:
            _ = bindings.assign(range, to: .dyn)
            return (.dyn, .dyn)
        case let other:
            complain(
                "expression of type '\(shown(other))' cannot be range of a comprehension (must be list, map, or "
                    + "dynamic)", at: fold.range)
            return (.error, .error)
        }
    }

    private mutating func expect(_ type: CELType, _ id: Int) {
        let found = check(id)
        guard !bindings.assign(found, to: type) else { return }
        complain("expected type '\(shown(type))' but found '\(shown(found))'", at: id)
    }
}
