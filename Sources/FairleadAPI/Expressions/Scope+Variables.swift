import CEL
import KubernetesCore

extension Scope {
    /// The values that an expression sees: of params and tasks only those that it reads.
    ///
    /// - Throws: `ExpressionError` where a scope has no value here, or a task is not finished.
    func variables(for references: [Reference]) throws(ExpressionError) -> [String: Value] {
        var variables: [String: Value] = [:]
        for root in Set(references.map(\.root)) {
            let paths = references.filter { $0.root == root }
            variables[root.rawValue] = try variable(root, paths)
        }
        return variables
    }

    private func variable(_ root: Reference.Root, _ paths: [Reference]) throws(ExpressionError) -> Value {
        switch root {
        case .params:
            let isWhole = paths.contains { $0.paramName == nil }
            let names = isWhole ? Set(params.keys) : Set(paths.compactMap(\.paramName))
            let values = params.filter { names.contains($0.key) }.map { name, value in
                let type = declared?.params[name]
                return (name, Value(value, as: type?.type, items: type?.items))
            }
            return .map(MapValue(Dictionary(values, uniquingKeysWith: { first, _ in first })))
        case .tasks:
            var values: [String: Value] = [:]
            for name in Set(paths.compactMap(\.taskName)) {
                guard let outcome = tasks[name] else { throw ExpressionError("task \(name) is not finished") }
                values[name] = value(of: outcome, name, paths.filter { $0.taskName == name })
            }
            return .map(MapValue(values))
        case .item:
            guard let item else { throw ExpressionError("item stands only in a mapped task") }
            return Value(item)
        case .itemIndex:
            guard let itemIndex else { throw ExpressionError("itemIndex stands only in a mapped task") }
            return .int(Int64(itemIndex))
        case .run: return Value(.object(run))
        case .trigger:
            guard !trigger.isEmpty else { throw ExpressionError("trigger has no value here") }
            return .map(MapValue(trigger.mapValues { Self.time($0) ?? Value($0) }))
        case .trial: throw ExpressionError("trial has no value here")
        }
    }

    private func value(of outcome: TaskOutcome, _ name: String, _ paths: [Reference]) -> Value {
        let task = declared?.tasks[name]
        var results = outcome.results.reduce(into: [:] as [String: Value]) { values, result in
            let type = task?.results[result.key]
            let isList = task?.isMapped ?? false
            values[result.key] = Value(result.value, as: isList ? .array : type, items: isList ? type : nil)
        }
        var artifacts: [String: Value] = [:]
        for path in paths {
            guard let part = path.memberName(at: 1), let member = path.memberName(at: 2) else { continue }
            if part == "results", outcome.status == "Skipped" { results[member] = .null }
            guard part == "artifacts" else { continue }
            let isWhole = !paths.contains { $0.memberName(at: 2) == member && $0.steps.count > 3 }
            artifacts[member] = artifact(member, of: outcome, asURI: isWhole)
        }
        let fields: [String: Value] = [
            "status": .string(outcome.status), "results": .map(MapValue(results)),
            "artifacts": .map(MapValue(artifacts)),
        ]
        return .map(MapValue(fields))
    }

    private func artifact(_ name: String, of outcome: TaskOutcome, asURI: Bool) -> Value? {
        if let list = outcome.artifactLists[name] { return .list(list.map { $0.map { .string($0.uri) } ?? .null }) }
        guard let artifact = outcome.artifacts[name] else { return outcome.status == "Skipped" ? .null : nil }
        if asURI { return .string(artifact.uri) }
        let fields: [String: Value] = [
            "uri": .string(artifact.uri), "digest": artifact.digest.map { .string($0) } ?? .null,
            "size": artifact.size.map { .int($0) } ?? .null,
        ]
        return .map(MapValue(fields))
    }

    /// A time that came as text: with its zone, or a date.
    private static func time(_ value: JSONValue) -> Value? {
        guard case .string(let text) = value else { return nil }
        let isDate = text.utf8.count == 10
        return Timestamp(isDate ? "\(text)T00:00:00Z" : text).map { .timestamp($0) }
    }
}
