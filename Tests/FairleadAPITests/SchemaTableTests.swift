import KubernetesCore
import Testing

@testable import FairleadAPI

/// The schema tables equal the Codable forms: every key that a type reads stands in its table, and the reverse.
@Suite struct SchemaTableTests {
    private static let tables: [(String, any Schematic.Type)] = [
        ("PipelineSpec", PipelineSpec.self), ("PipelineStatus", PipelineStatus.self),
        ("PipelineRunSpec", PipelineRunSpec.self), ("PipelineRunStatus", PipelineRunStatus.self),
        ("TriggerSpec", TriggerSpec.self), ("TriggerStatus", TriggerStatus.self),
        ("ModelSpec", ModelSpec.self), ("ModelStatus", ModelStatus.self),
        ("ModelVersionSpec", ModelVersionSpec.self), ("ModelVersionStatus", ModelVersionStatus.self),
        ("ConnectionSpec", ConnectionSpec.self), ("ClusterProfileSpec", ClusterProfileSpec.self),
        ("StandingStatus", StandingStatus.self),
        ("TrainingJobSpec", TrainingJobSpec.self), ("TrainingJobStatus", TrainingJobStatus.self),
        ("InferenceServiceSpec", InferenceServiceSpec.self), ("InferenceServiceStatus", InferenceServiceStatus.self),
        ("ServingRuntimeSpec", ServingRuntimeSpec.self),
    ]

    @Test(arguments: tables.indices)
    func tableEqualsCodableForm(_ index: Int) throws {
        let (name, type) = Self.tables[index]
        let recorder = KeyRecorder()
        for variant in 0..<48 {
            let sample = Self.sample(type.schema, variant)
            #expect(SchemaChecker.check(sample, against: type.schema, at: FieldPath(name)) == [])
            _ = try type.init(from: RecordingDecoder(value: sample, recorder: recorder))
        }
        var expected: [String: Set<String>] = [:]
        Self.collect(type.schema, "", into: &expected)
        let read = recorder.keys
        // A run decodes its own pipeline as JSON: that table is proven by `PipelineSpec`.
        for place in Set(expected.keys).union(read.keys).sorted() where !place.hasPrefix("pipelineSpec") {
            #expect(read[place] == expected[place], "\(name) at \(place)")
        }
    }

    @Test func tablesReachEveryPart() {
        var expected: [String: Set<String>] = [:]
        Self.collect(PipelineSpec.schema, "", into: &expected)
        #expect(expected["tasks.[].env.*"] == ["secret", "config", "key"])
        #expect(expected["tasks.[].retry.rules.[].onExitCodes"] == ["operator", "values"])
        #expect(expected["defaults"]?.contains("image") == true)
    }

    /// A value in which every field is set, but of an exclusive group only one.
    static func sample(_ node: SchemaNode, _ variant: Int) -> JSONValue {
        switch node.shape {
        case .string, .scalarText:
            if let first = node.allowed.first { return .string(first) }
            switch node.format {
            case .dateTime: return "2026-01-02T03:04:05Z"
            case .duration: return "90s"
            case .quantity: return "1"
            case .processes: return "Auto"
            case .model: return "churn:7"
            case .percent: return "1"
            case .share: return "1%"
            case nil: return "text"
            }
        case .integer: return .integer(node.minimum ?? 1)
        case .number: return 1.5
        case .boolean: return true
        case .any(let shapes):
            let objects = shapes.filter { node in
                switch node.shape {
                case .object, .map: true
                default: false
                }
            }
            let chosen = objects.isEmpty ? shapes.first : objects[variant / 2 % objects.count]
            return chosen.map { sample($0, variant) } ?? "anything"
        case .map(let value): return ["*": sample(value, variant)]
        case .list(let element): return [sample(element, variant)]
        case .object(let fields):
            let group = node.exactlyOneOf
            let chosen = group.isEmpty ? nil : group[variant % group.count]
            var kept = fields.filter { !group.contains($0.name) || $0.name == chosen }
            if let alternatives = node.alternatives {
                let names = alternatives.names
                let index = variant / 2 % (names.count + 1)
                let only = names.indices.contains(index) ? names[index] : nil
                kept.removeAll { field in
                    guard let only else { return names.contains(field.name) }
                    return field.name != only && !alternatives.companions.contains(field.name)
                }
            }
            return .object(
                Dictionary(kept.map { ($0.name, sample($0.node, variant)) }, uniquingKeysWith: { first, _ in first }))
        }
    }

    private static func collect(_ node: SchemaNode, _ path: String, into places: inout [String: Set<String>]) {
        func join(_ name: String) -> String { path.isEmpty ? name : "\(path).\(name)" }
        switch node.shape {
        case .string, .scalarText, .integer, .number, .boolean: break
        case .any(let shapes): for shape in shapes { collect(shape, path, into: &places) }
        case .map(let value):
            places[path, default: []].insert("*")
            collect(value, join("*"), into: &places)
        case .list(let element): collect(element, join("[]"), into: &places)
        case .object(let fields):
            for field in fields {
                places[path, default: []].insert(field.name)
                collect(field.node, join(field.name), into: &places)
            }
        }
    }
}
