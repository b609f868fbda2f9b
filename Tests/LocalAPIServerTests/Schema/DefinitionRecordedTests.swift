import KubernetesCore
import Testing

@testable import LocalAPIServer

/// CustomResourceDefinitions as a real API server took or refused them.
@Suite(.enabled(if: SchemaRecordings.areAvailable, "the recorded exchanges are not beside the package"))
struct DefinitionRecordedTests {
    @Test(arguments: SchemaRecordings.steps("crd/refused-structural").filter { $0.method == "POST" })
    func structure(_ step: SchemaRecordings.Step) throws {
        let definition = CustomResourceDefinitions.defaulted(try #require(step.body))
        #expect(CustomResourceDefinitions.validate(definition) == step.causes)
        #expect(CustomResourceDefinitions.warnings(definition) == step.warnings)
    }

    @Test func defaults() throws {
        let steps = SchemaRecordings.steps("crd/establish").filter {
            $0.method == "POST" && $0.status == 201 && $0.path.hasSuffix("customresourcedefinitions")
        }
        #expect(!steps.isEmpty)
        for step in steps {
            var definition = try BuiltinObjects.decode(
                GroupVersionKind(apiVersion: "apiextensions.k8s.io/v1", kind: "CustomResourceDefinition"),
                try #require(step.body))
            definition = CustomResourceDefinitions.defaulted(definition)
            #expect(CustomResourceDefinitions.validate(definition).isEmpty)
            #expect(definition["status"] == step.answer["status"])
            #expect(definition["spec"]?["versions"] == step.answer["spec"]?["versions"])
            #expect(definition["spec"]?["names"] == step.answer["spec"]?["names"])
            #expect(definition["spec"]?["conversion"] == step.answer["spec"]?["conversion"])
        }
    }

    /// Schemas hold schemas: what stands deep in one is as known as what stands at its root.
    @Test func unknownFieldsInSchemas() {
        let gvk = GroupVersionKind(apiVersion: "apiextensions.k8s.io/v1", kind: "CustomResourceDefinition")
        let inner: JSONValue = ["type": "object", "properties": ["b": ["type": "string", "oops": 1]]]
        let version: JSONValue = [
            "schema": ["openAPIV3Schema": ["type": "object", "properties": ["a": inner], "wrong": true]]
        ]
        let unknown = BuiltinSchemas.schema(for: gvk).unknownFields(in: ["spec": ["versions": [version]]])
        let root = "spec.versions[0].schema.openAPIV3Schema"
        #expect(unknown == ["\(root).properties.a.properties.b.oops", "\(root).wrong"])
    }

    @Test func immutableFields() throws {
        let steps = SchemaRecordings.steps("crd/update-and-delete")
        let old = try #require(steps.first { $0.method == "PUT" }).answer
        for step in steps where step.method == "PATCH" {
            let new = MergePatch.apply(try #require(step.body), to: old)
            #expect(CustomResourceDefinitions.validateUpdate(new, old: old) == step.causes, "step \(step.number)")
        }
    }

    @Test func schemaSurvivesItsOwnForm() throws {
        for plural in ["pipelines", "pipelineruns"] {
            let version = try SchemaRecordings.definition(plural)["spec"]?["versions"]?[0]
            let openAPI = try #require(version?["schema"]?["openAPIV3Schema"])
            #expect(ObjectSchema(openAPI: openAPI).openAPI == openAPI)
        }
    }
}
