extension Checker {
    mutating func call(_ id: Int, _ name: String, _ target: Int?, _ arguments: [Int]) -> CELType {
        if name == Operator.optionalSelect, arguments.count == 2 { return optionalSelect(id, arguments) }
        if let target, let space = qualifiedName(target), let function = function("\(space).\(name)") {
            for argument in arguments { _ = check(argument) }
            return apply(id, "\(space).\(name)", function, nil, arguments, isNamespaced: true)
        }
        if let target { _ = check(target) }
        for argument in arguments { _ = check(argument) }
        guard let function = function(name) else {
            let plain = name.hasPrefix(".") ? String(name.dropFirst()) : name
            resolutions[id] = .unresolved("unbound function: \(plain)")
            return complain("undeclared reference to '\(plain)' (in container '\(declarations.container)')", at: id)
        }
        return apply(id, name, function, target, arguments, isNamespaced: false)
    }

    private func function(_ name: String) -> [Overload]? {
        if declarations.container.isEmpty, !name.hasPrefix(".") { return declarations.functions[name] }
        return declarations.candidates(for: name).lazy.compactMap { declarations.functions[$0] }.first
    }

    /// Finds the signatures that fit; the first decides the type, unless others give another.
    private mutating func apply(
        _ id: Int, _ name: String, _ function: [Overload], _ target: Int?, _ arguments: [Int], isNamespaced: Bool
    ) -> CELType {
        let types = ((target.map { [$0] } ?? []) + arguments).map { check($0) }
        var fitting: [Overload] = []
        var result: CELType?
        for overload in function where overload.isMember == (target != nil) {
            let (parameters, overloadResult) = instantiate(overload)
            guard bindings.assign(types, to: parameters) else { continue }
            fitting.append(overload)
            let found = bindings.substitute(overloadResult)
            if let known = result {
                if known != .dyn, known != found { result = .dyn }
            } else {
                result = found
            }
        }
        guard let result else {
            let styled = function.filter { $0.isMember == (target != nil) }
            resolutions[id] = .call(Operation(name), styled, isNamespaced: isNamespaced)
            if types.contains(.error) { return .error }
            return complain(
                "found no matching overload for '\(name)' applied to '\(signature(types, isMember: target != nil))'",
                at: id)
        }
        resolutions[id] = .call(Operation(name), fitting, isNamespaced: isNamespaced)
        return result
    }

    private func signature(_ types: [CELType], isMember: Bool) -> String {
        let shown = types.map { self.shown($0).description }
        guard isMember, let first = shown.first else { return "(\(shown.joined(separator: ", ")))" }
        return "\(first).(\(shown.dropFirst().joined(separator: ", ")))"
    }

    /// The parameters and result of a signature with type parameters of its own.
    private mutating func instantiate(_ overload: Overload) -> ([CELType], CELType) {
        var own = TypeBindings()
        var names: Set<String> = []
        for type in overload.parameters + [overload.result] { Self.collect(type, into: &names) }
        guard !names.isEmpty else { return (overload.parameters, overload.result) }
        for name in names.sorted() { own[name] = fresh() }
        return (overload.parameters.map { own.substitute($0) }, own.substitute(overload.result))
    }

    private static func collect(_ type: CELType, into names: inout Set<String>) {
        if case .parameter(let name) = type { names.insert(name) }
        for part in type.parts { collect(part, into: &names) }
    }

    private mutating func optionalSelect(_ id: Int, _ arguments: [Int]) -> CELType {
        guard declarations.libraries.contains(.optionals) else {
            resolutions[id] = .unresolved("unsupported syntax '.?'")
            return complain("unsupported syntax '.?'", at: id)
        }
        let operand = check(arguments[0])
        _ = check(arguments[1])
        resolutions[id] = .call(.optionalSelect, [], isNamespaced: false)
        guard case .literal(.string(let field)) = tree[arguments[1]] else { return .dyn }
        let found = fieldType(field, of: operand, at: id)
        if case .optional = found { return found }
        return .optional(found)
    }

    /// Literals that can't be what they are taken for are wrong before any evaluation.
    mutating func checkLiterals() {
        for id in tree.nodes.indices {
            guard case .call(let name, let target, let arguments) = tree[id], types[id] != nil,
                let last = arguments.last,
                case .literal(.string(let text)) = tree[last], arguments.count == 1
            else { continue }
            let isValid =
                switch (name, target) {
                case ("duration", nil): CELDuration(text, knowsDays: declarations.options.contains(.days)) != nil
                case ("timestamp", nil): Timestamp(text) != nil
                case ("matches", _?), ("find", _?), ("findAll", _?): (try? LinearPattern(text)) != nil
                default: true
                }
            if !isValid { complain("invalid \(name) argument", at: last) }
        }
    }
}
