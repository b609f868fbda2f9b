import KubernetesCore
import Testing

@testable import LocalAPIServer

/// Objects of custom kinds against their schema, as a real API server judged them.
@Suite(.enabled(if: SchemaRecordings.areAvailable, "the recorded exchanges are not beside the package"))
struct CustomObjectRecordedTests {
    /// What the server does with the body of a create: unknown fields, then the object as kept.
    private func admit(_ body: JSONValue, _ schema: ObjectSchema) -> (unknown: [String], object: JSONValue) {
        var object = body
        let unknown = schema.unknownFields(in: object)
        schema.prune(&object)
        schema.applyDefaults(&object)
        return (unknown, object)
    }

    @Test(arguments: SchemaRecordings.steps("crd/value-validation"))
    func valueValidation(_ step: SchemaRecordings.Step) throws {
        let schema = try SchemaRecordings.schema("pipelines")
        let (unknown, object) = admit(try #require(step.body), schema)
        let version = try SchemaRecordings.definition("pipelines")["spec"]?["versions"]?[0]
        let scale = ScaleRules.errors(in: object, scale: version?["subresources"]?["scale"])
        #expect(Set(schema.validate(object, old: nil, scale: scale)) == Set(step.causes))
        #expect(unknown.map { "unknown field \"\($0)\"" } == step.warnings)
    }

    @Test func wholeAnswer() throws {
        let schema = try SchemaRecordings.schema("pipelines")
        for step in SchemaRecordings.steps("crd/value-validation")
        where [1, 2, 3, 16, 23, 24, 28].contains(step.number) {
            let (_, object) = admit(try #require(step.body), schema)
            let status = FieldError.status(
                kind: "Pipeline", group: "fairlead.dev", name: "x", errors: schema.validate(object, old: nil))
            let expected = try KubernetesJSON.decode(Status.self, from: step.answer)
            #expect(status == expected, "step \(step.number)")
        }
    }

    @Test func defaultsAndPruning() throws {
        let schemas = [
            "pipelines": try SchemaRecordings.schema("pipelines"),
            "pipelineruns": try SchemaRecordings.schema("pipelineruns"),
        ]
        var count = 0
        for scenario in ["crd/defaults-and-pruning", "crud/field-validation"] {
            for step in SchemaRecordings.steps(scenario) where step.method == "POST" && step.status == 201 {
                let plural = step.path.split(separator: "/").last?.split(separator: "?").first.map(String.init) ?? ""
                guard let schema = schemas[plural], let body = step.body, body.objectValue != nil else { continue }
                let (unknown, object) = admit(body, schema)
                // As text, since 1000.0 and 1000 are the same to a reader.
                let texts = [object, step.answer].map { $0["spec"].map { JSONWriter.string($0) } }
                #expect(texts[0] == texts[1], "\(scenario) step \(step.number)")
                if !step.path.contains("Ignore") {
                    #expect(unknown.map { "unknown field \"\($0)\"" } == step.warnings, "\(scenario) \(step.number)")
                }
                count += 1
            }
        }
        #expect(count >= 7)
    }

    /// What did not change is not judged anew.
    @Test func ratcheting() throws {
        let schema = try SchemaRecordings.schema("pipelines")
        let old: JSONValue = ["spec": ["tasks": [["name": "BAD", "image": "i"]], "parallelism": 200]]
        var new = old
        new[path: ["spec", "description"]] = "changed"
        #expect(schema.validate(new, old: old).isEmpty)
        new[path: ["spec", "parallelism"]] = 300
        #expect(schema.validate(new, old: old).map(\.path) == ["spec.parallelism"])
    }
}
