import KubernetesCore
import PropertyTesting

@testable import FairleadAPI

/// Makes values that a schema table takes.
struct SchemaSampler {
    var generator: SeededGenerator

    private static let texts = [
        "a", "text", "a-b", "params.rows", "$(params.rows)", "$(params.rows + 1)", "tasks.a.results.r > 3",
        "tasks.b.artifacts.m", "$(item)", "item.x", "s3://bucket/x", "é $$( x", "true", "12", "\u{1F600}\n",
    ]
    private static let names = ["a", "b", "rows", "x_y", "X", "count", "/data"]

    init(seed: UInt64) { generator = SeededGenerator(seed: seed) }

    /// - Parameter least: The fewest elements of a list: an empty one is written as none.
    mutating func value(of node: SchemaNode, depth: Int = 0, least: Int = 0) -> JSONValue {
        switch node.shape {
        case .string, .scalarText: return .string(text(of: node))
        case .integer:
            let least = node.minimum ?? -3
            return .integer(Int64.random(in: least...min(node.maximum ?? .max, least + 50), using: &generator))
        case .number: return .double(Double.random(in: 1...100, using: &generator))
        case .boolean: return .bool(generator.chance(0.5))
        case .any(let shapes):
            guard let shape = shapes.randomElement(using: &generator) else { return anything(depth) }
            return value(of: shape, depth: depth)
        case .list(let element):
            let count = depth > 6 ? least : Int.random(in: least...2, using: &generator)
            return .array((0..<count).map { _ in value(of: element, depth: depth + 1) })
        case .map(let element):
            let count = depth > 6 ? 0 : Int.random(in: 0...2, using: &generator)
            var members: [String: JSONValue] = [:]
            for _ in 0..<count {
                members[Self.names.randomElement(using: &generator) ?? "a"] = value(of: element, depth: depth + 1)
            }
            return .object(members)
        case .object(let fields): return object(fields, node, depth)
        }
    }

    private mutating func object(_ fields: [SchemaField], _ node: SchemaNode, _ depth: Int) -> JSONValue {
        let only = node.exactlyOneOf.randomElement(using: &generator)
        let alternatives = node.alternatives
        let work = generator.chance(0.5) ? alternatives?.names.randomElement(using: &generator) : nil
        var members: [String: JSONValue] = [:]
        for field in fields {
            let isExcluded = node.exactlyOneOf.contains(field.name) && field.name != only
            let isForeign: Bool
            if let work, let alternatives {
                isForeign = field.name != work && !alternatives.companions.contains(field.name)
            } else {
                isForeign = alternatives?.names.contains(field.name) ?? false
            }
            if isExcluded || isForeign { continue }
            let isNeeded = field.isRequired || field.name == only || field.name == work
            guard isNeeded || generator.chance(depth > 4 ? 0.1 : 0.3) else { continue }
            members[field.name] = value(of: field.node, depth: depth + 1, least: field.isRequired ? 1 : 0)
        }
        return .object(members)
    }

    private mutating func text(of node: SchemaNode) -> String {
        if let name = node.allowed.randomElement(using: &generator) { return name }
        let choices =
            switch node.format {
            case .dateTime: ["2026-01-02T03:04:05Z"]
            case .duration: ["90s", "7d", "1h30m"]
            case .quantity: ["1", "500m", "4Gi", "$(params.rows)Mi"]
            case .processes: ["1", "8", "Auto"]
            case .model: ["churn@production", "churn:7"]
            case .percent: ["0", "50", "100%"]
            case .share: ["1%", "2.5%", "3", "100%"]
            case nil: Self.texts
            }
        let text = choices.randomElement(using: &generator) ?? ""
        return node.maximum.map { String(text.prefix(Int($0))) } ?? text
    }

    private mutating func anything(_ depth: Int) -> JSONValue {
        switch Int.random(in: 0..<(depth > 4 ? 4 : 6), using: &generator) {
        case 0: .integer(Int64.random(in: -5...5, using: &generator))
        case 1: .bool(generator.chance(0.5))
        case 2: .double(Double.random(in: 0...1, using: &generator))
        case 3: .string(Self.texts.randomElement(using: &generator) ?? "")
        case 4: .array([anything(depth + 1), anything(depth + 1)])
        default: .object(["k": anything(depth + 1)])
        }
    }
}
