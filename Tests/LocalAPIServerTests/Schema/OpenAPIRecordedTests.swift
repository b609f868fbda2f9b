import KubernetesCore
import Testing

@testable import LocalAPIServer

/// The OpenAPI documents, as far as clients read them.
@Suite(.enabled(if: SchemaRecordings.areAvailable, "the recorded exchanges are not beside the package"))
struct OpenAPIRecordedTests {
    let kinds: [ServedKind]

    init() throws {
        var kinds: [ServedKind] = []
        for (plural, kind) in [("pods", "Pod"), ("configmaps", "ConfigMap")] {
            let type = ResourceType(version: "v1", kind: kind, plural: plural)
            kinds.append(
                ServedKind(
                    type: type, singular: kind.lowercased(), subresources: ["status"],
                    schema: BuiltinSchemas.schema(for: type.gvk)))
        }
        for plural in ["pipelines", "pipelineruns"] {
            let spec = try SchemaRecordings.definition(plural)["spec"]
            let openAPI = try #require(spec?["versions"]?[0]?["schema"]?["openAPIV3Schema"])
            let kind = try #require(spec?["names"]?["kind"]?.stringValue)
            kinds.append(
                ServedKind(
                    type: ResourceType(group: "fairlead.dev", version: "v1alpha1", kind: kind, plural: plural),
                    singular: kind.lowercased(), schema: ObjectSchema(openAPI: openAPI), isCustom: true,
                    openAPISchema: openAPI))
        }
        self.kinds = kinds
    }

    func recordedDocument() throws -> JSONValue {
        try JSONParser.parse(try #require(SchemaRecordings.document("v3-fairlead.dev-v1alpha1.json")))
    }

    @Test func customKinds() throws {
        let own = try #require(OpenAPIDocuments(kinds: kinds).v3(path: "apis/fairlead.dev/v1alpha1"))
        let recorded = try recordedDocument()
        for name in ["dev.fairlead.v1alpha1.Pipeline", "dev.fairlead.v1alpha1.PipelineRun"] {
            let path = ["components", "schemas", name]
            for part in ["spec", "status"] {
                let inner = path + ["properties", part]
                #expect(plain(own[path: inner]) == plain(recorded[path: inner]), "\(name).\(part)")
            }
            let key = path + ["x-kubernetes-group-version-kind"]
            #expect(own[path: key] == recorded[path: key])
            #expect(own[path: path + ["properties", "metadata", "allOf"]] != nil)
        }
    }

    /// A schema without the descriptions that every kind's members have, which are our own words.
    private func plain(_ schema: JSONValue?) -> JSONValue? {
        guard case .object(var members)? = schema else { return schema }
        if case .object(var properties)? = members["properties"] {
            for name in ["apiVersion", "kind", "metadata"] { properties[name]?["description"] = nil }
            members["properties"] = .object(properties.mapValues { plain($0) ?? .null })
        }
        return .object(members)
    }

    /// Where kubectl looks for what a server can validate.
    @Test func patchParameters() throws {
        let documents = OpenAPIDocuments(kinds: kinds)
        for (path, item) in [
            ("api/v1", "/api/v1/namespaces/{namespace}/configmaps/{name}"),
            ("apis/fairlead.dev/v1alpha1", "/apis/fairlead.dev/v1alpha1/namespaces/{namespace}/pipelines/{name}"),
        ] {
            let patch = try #require(documents.v3(path: path)?["paths"]?[item]?["patch"])
            let names = (patch["parameters"]?.arrayValue ?? []).compactMap { $0["name"]?.stringValue }
            #expect(names == ["dryRun", "fieldManager", "fieldValidation", "force"])
            #expect(patch["x-kubernetes-group-version-kind"]?["kind"] != nil)
            #expect(patch["x-kubernetes-action"] == "patch")
        }
        let recorded = try recordedDocument()["paths"]
        for path in documents.v3(path: "apis/fairlead.dev/v1alpha1")?["paths"]?.objectValue?.keys.sorted() ?? [] {
            #expect(recorded?[path] != nil, "\(path)")
        }
    }

    @Test func everyReferenceLeadsSomewhere() throws {
        let documents = OpenAPIDocuments(kinds: kinds)
        func references(_ value: JSONValue) -> Set<String> {
            switch value {
            case .object(let members):
                return members.reduce(into: []) { found, member in
                    if member.key == "$ref", let text = member.value.stringValue {
                        found.insert(text)
                    } else {
                        found.formUnion(references(member.value))
                    }
                }
            case .array(let elements): return elements.reduce(into: []) { $0.formUnion(references($1)) }
            default: return []
            }
        }
        let core = try #require(documents.v3(path: "api/v1"))
        #expect(references(core).count > 100)
        for reference in references(core) {
            let name = String(reference.dropFirst("#/components/schemas/".count))
            #expect(core["components"]?["schemas"]?[name]?.objectValue != nil, "\(reference)")
        }
        let swagger = documents.v2()
        for reference in references(swagger) {
            let name = String(reference.dropFirst("#/definitions/".count))
            #expect(swagger["definitions"]?[name]?.objectValue != nil, "\(reference)")
        }
        let container = swagger["definitions"]?["io.k8s.api.core.v1.Container"]
        #expect(container?["properties"]?["env"]?["x-kubernetes-patch-merge-key"] == "name")
    }

    @Test func index() throws {
        let documents = OpenAPIDocuments(kinds: kinds)
        let paths = try #require(documents.v3Index()["paths"]?.objectValue)
        #expect(Set(paths.keys) == ["api/v1", "apis/fairlead.dev/v1alpha1"])
        let hash = try #require(documents.hash(path: "api/v1"))
        #expect(paths["api/v1"]?["serverRelativeURL"] == .string("/openapi/v3/api/v1?hash=\(hash)"))
        var changed = kinds
        changed[3].openAPISchema = ["type": "object"]
        let other = OpenAPIDocuments(kinds: changed)
        #expect(other.hash(path: "api/v1") == hash)
        #expect(other.hash(path: "apis/fairlead.dev/v1alpha1") != documents.hash(path: "apis/fairlead.dev/v1alpha1"))
        #expect(documents.v3(path: "apis/nope/v1") == nil)
    }
}
