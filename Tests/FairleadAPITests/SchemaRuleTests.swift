import CEL
import KubernetesCore
import Testing

@testable import FairleadAPI

/// The rules in the CRDs: a real API server refuses a definition with a rule that it can't read or holds too dear.
///
/// The bounds are those of the apiextensions API: a rule may cost 10,000,000 and all rules of a definition together
/// 100,000,000, each counted for as many elements as the lists and maps around it can hold.
@Suite struct SchemaRuleTests {
    private struct Rule {
        var path: String
        var text: String
        var type: CELType
        var bounds: SizeBounds
        /// How many values the rule is about; nil where nothing bounds them.
        var count: UInt64?
    }

    @Test(arguments: CustomResourceDefinitions.all.indices)
    func rulesAreCheap(_ index: Int) throws {
        let definition = CustomResourceDefinitions.all[index]
        let version = try #require(definition.json["spec"]?["versions"]?[0])
        var schema = try #require(version["schema"]?["openAPIV3Schema"])
        // Of metadata a rule sees the names alone.
        schema[path: ["properties", "metadata", "properties"]] = [
            "name": ["type": "string", "maxLength": 253], "generateName": ["type": "string", "maxLength": 253],
        ]
        var total: UInt64 = 0
        for rule in Self.rules(schema, "", 1) {
            let variables = ["self": rule.type, "oldSelf": rule.type]
            let program = try Program(
                rule.text,
                declarations: Declarations(
                    variables: variables, libraries: Library.kubernetes(minor: 29), options: .homogeneousLiterals))
            #expect(program.resultType == .bool, "\(definition.name) \(rule.path)")
            let count = try #require(
                rule.count, "\(definition.name) \(rule.path): a list or map around it is unbounded")
            let once = program.estimatedCost(bounds: ["self": rule.bounds, "oldSelf": rule.bounds]).maximum
            let (cost, overflow) = once.multipliedReportingOverflow(by: count)
            #expect(!overflow && cost <= 10_000_000, "\(definition.name) \(rule.path): \(rule.text) costs \(cost)")
            total = total.addingReportingOverflow(overflow ? .max / 2 : cost).partialValue
        }
        #expect(total <= 100_000_000, "\(definition.name)")
    }

    @Test func fieldsThatExcludeEachOtherAreRuled() throws {
        let schema = PipelineRunSpec.schema.openAPI
        let rules = schema["x-kubernetes-validations"]?.arrayValue?.compactMap { $0["rule"]?.stringValue }
        #expect(rules == ["has(self.pipeline) != has(self.pipelineSpec)"])
        let mount = MountSource.schema.openAPI["x-kubernetes-validations"]?[0]?["rule"]
        #expect(mount == "[has(self.claim), has(self.config), has(self.secret)].exists_one(x, x)")
        // Its fields have no type in the CRD, so that no rule can see them.
        #expect(MapSpec.schema.openAPI["x-kubernetes-validations"] == nil)
    }

    private static func rules(_ node: JSONValue, _ path: String, _ count: UInt64?) -> [Rule] {
        var found: [Rule] = []
        if let rules = node["x-kubernetes-validations"]?.arrayValue, let type = type(of: node, path) {
            found = rules.compactMap { $0["rule"]?.stringValue }.map {
                Rule(path: path, text: $0, type: type, bounds: bounds(of: node), count: count)
            }
        }
        for (name, child) in node["properties"]?.objectValue ?? [:] { found += rules(child, "\(path).\(name)", count) }
        if let child = node["additionalProperties"] {
            found += rules(child, "\(path).*", product(count, node["maxProperties"]))
        }
        if let child = node["items"] { found += rules(child, "\(path)[]", product(count, node["maxItems"])) }
        return found
    }

    private static func product(_ count: UInt64?, _ limit: JSONValue?) -> UInt64? {
        guard let count, let limit = limit?.integerValue else { return nil }
        return count.multipliedReportingOverflow(by: UInt64(limit)).partialValue
    }

    /// The type of a value as a rule sees it, nil where the CRD tells none.
    private static func type(of node: JSONValue, _ path: String) -> CELType? {
        switch node["type"]?.stringValue {
        case "string": return .string
        case "integer": return .int
        case "number": return .double
        case "boolean": return .bool
        case "array": return node["items"].flatMap { type(of: $0, "\(path)[]") }.map { .list($0) }
        case "object":
            if let values = node["additionalProperties"] {
                return type(of: values, "\(path).*").map { .map(.string, $0) }
            }
            let fields = (node["properties"]?.objectValue ?? [:]).compactMap { name, child in
                type(of: child, "\(path).\(name)").map { (name, $0) }
            }
            return .object(ObjectType("object\(path)", fields: Dictionary(fields) { first, _ in first }))
        default: return nil
        }
    }

    /// Sizes as the API server takes them: what says no limit is bounded by a request, an object counts for nothing.
    private static func bounds(of node: JSONValue) -> SizeBounds {
        let most = node["maxLength"] ?? node["maxItems"] ?? node["maxProperties"]
        let isObject = node["type"] == "object" && node["additionalProperties"] == nil
        return SizeBounds(
            most: most?.integerValue.map { UInt64($0) } ?? (isObject ? 0 : 3_145_726),
            fields: (node["properties"]?.objectValue ?? [:]).mapValues { bounds(of: $0) },
            items: node["items"].map { bounds(of: $0) },
            values: node["additionalProperties"].map { bounds(of: $0) })
    }
}
