import CEL

extension ReferenceScope {
    /// The type of a template's value.
    ///
    /// - Throws: `ExpressionError` where one of its parts has none.
    func type(of template: Template, at place: Place) throws(ExpressionError) -> CELType {
        var types: [CELType] = []
        for part in template.parts {
            switch part {
            case .literal: types.append(.string)
            case .reference(let reference): types.append(try type(of: reference, at: place))
            case .expression(let expression):
                do throws(ExpressionError) {
                    types.append(try type(of: expression, at: place))
                } catch {
                    // A position counts from the expression's beginning, not from the string's.
                    guard error.position > 0 else { throw error }
                    throw ExpressionError("\(error.message) in \(Quoted.text(expression.text))")
                }
            }
        }
        return types.count == 1 ? types[0] : .string
    }

    /// The type of an expression's value, where all that it reads has the type that was declared.
    ///
    /// A skipped task's results are null, which no declared type is: who compares with null gets results of any type.
    ///
    /// - Throws: `ExpressionError` where a path leads nowhere or the types don't fit.
    func type(of expression: Expression, at place: Place) throws(ExpressionError) -> CELType {
        var leaves: [(Reference, CELType)] = []
        for reference in expression.references {
            if reference.root == .params, reference.steps.isEmpty {
                leaves.append((reference, .map(.string, .dyn)))
                continue
            }
            do throws(ExpressionError) {
                leaves.append((reference, try type(of: reference, at: place)))
            } catch {
                guard let advice = ExpressionLanguage.hyphenAdvice(expression.text) else { throw error }
                throw ExpressionError("\(error.message); \(advice)")
            }
        }
        do {
            return try Self.check(expression.text, leaves, place)
        } catch {
            guard expression.text.contains("null") else { throw error }
            return try Self.check(expression.text, leaves.map { ($0.root == .tasks ? ($0, .dyn) : ($0, $1)) }, place)
        }
    }

    private static func check(
        _ text: String, _ leaves: [(Reference, CELType)], _ place: Place
    ) throws(ExpressionError) -> CELType {
        var variables: [String: CELType] = [
            "params": .object(ObjectType("params", fields: [:])), "tasks": .object(ObjectType("tasks", fields: [:])),
            "run": .object(ObjectType("run", fields: [:])),
        ]
        if let item = place.item {
            variables["item"] = item
            variables["itemIndex"] = .int
        }
        for root in Set(leaves.map(\.0.root)) where root != .item && root != .itemIndex {
            let paths = leaves.filter { $0.0.root == root }.map { ($0.0.steps[...], $0.1) }
            variables[root.rawValue] = tree(paths, name: root.rawValue)
        }
        return try ExpressionLanguage.compile(text, variables: variables).resultType
    }

    /// The type of which those paths are members; names that are none of CEL's make it a map, of all their types.
    private static func tree(_ paths: [(ArraySlice<Reference.Step>, CELType)], name: String) -> CELType {
        if let leaf = paths.first(where: { $0.0.isEmpty }) {
            return paths.allSatisfy { $0.0.isEmpty && $0.1 == leaf.1 } ? leaf.1 : .dyn
        }
        var members: [String: [(ArraySlice<Reference.Step>, CELType)]] = [:]
        for (steps, type) in paths {
            guard case .member(let member)? = steps.first else { return .dyn }
            members[member, default: []].append((steps.dropFirst(), type))
        }
        guard members.keys.allSatisfy({ !$0.contains("-") && !($0.first?.isNumber ?? true) }) else {
            return .map(.string, tree(paths.map { ($0.0.dropFirst(), $0.1) }, name: "\(name)[]"))
        }
        let fields = members.map { member, paths in (member, tree(paths, name: "\(name).\(member)")) }
        return .object(ObjectType(name, fields: Dictionary(fields, uniquingKeysWith: { first, _ in first })))
    }
}
