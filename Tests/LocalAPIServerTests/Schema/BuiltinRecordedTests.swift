import KubernetesCore
import Testing

@testable import LocalAPIServer

/// Objects of built-in kinds as a real API server defaulted, refused and kept them.
@Suite(.enabled(if: SchemaRecordings.areAvailable, "the recorded exchanges are not beside the package"))
struct BuiltinRecordedTests {
    private let pod = GroupVersionKind(version: "v1", kind: "Pod")

    private func created(_ gvk: GroupVersionKind, _ body: JSONValue) throws -> JSONValue {
        let schema = BuiltinSchemas.schema(for: gvk)
        var object = try BuiltinObjects.decode(gvk, body)
        schema.prune(&object)
        schema.applyDefaults(&object)
        BuiltinObjects.prepareForCreate(
            gvk, &object, surroundings: .init(tokenVolumeSuffix: "abcde", nextClusterIP: { "<ip>" }))
        return object
    }

    private func metadataErrors(_ object: JSONValue, isCustom: Bool = false) -> [FieldError] {
        ObjectMetaRules.validate(
            object["metadata"], isNamespaced: true, isCustom: isCustom, nameProblems: NameRules.subdomain)
    }

    @Test func podDefaults() throws {
        var count = 0
        for step in SchemaRecordings.steps("crud/pod-create") where step.method == "POST" && step.status == 201 {
            let object = try created(pod, try #require(step.body))
            #expect(object["spec"] == step.answer["spec"], "step \(step.number)")
            #expect(object["status"] == step.answer["status"], "step \(step.number)")
            #expect(BuiltinObjects.validate(pod, object, old: nil).isEmpty)
            count += 1
        }
        #expect(count == 2)
    }

    @Test func podErrors() throws {
        for step in SchemaRecordings.steps("crud/pod-create") where step.method == "POST" && step.status == 422 {
            let object = try created(pod, try #require(step.body))
            let errors = metadataErrors(object) + BuiltinObjects.validate(pod, object, old: nil)
            #expect(errors == step.causes, "step \(step.number)")
        }
    }

    @Test(arguments: ["crud/pod-create", "crud/secret-stringdata", "crud/bad-bodies", "leases-events/microtime"])
    func undecodable(scenario: String) throws {
        let kinds = ["pods": "Pod", "secrets": "Secret", "configmaps": "ConfigMap", "leases": "Lease"]
        var count = 0
        for step in SchemaRecordings.steps(scenario) where step.method == "POST" && step.status == 400 {
            let marker = " cannot be handled as a "
            guard let message = step.answer["message"]?.stringValue, let range = message.firstRange(of: marker),
                let colon = message[range.upperBound...].firstRange(of: ": "), !message.contains("no kind"),
                let kind = kinds[String(step.path.split(separator: "/").last ?? "")]
            else { continue }
            var body = try #require(step.body)
            if let text = body.stringValue { body = try JSONParser.parse(text) }
            let expected = String(message[colon.upperBound...])
            #expect(throws: TypedDecoder.Problem(message: expected), "step \(step.number)") {
                let group = kind == "Lease" ? "coordination.k8s.io" : ""
                return try BuiltinObjects.decode(GroupVersionKind(group: group, version: "v1", kind: kind), body)
            }
            count += 1
        }
        #expect(count > 0)
    }

    @Test func podUpdates() throws {
        var last: JSONValue?
        for step in SchemaRecordings.steps("crud/pod-create") where step.answer["kind"] == "Pod" || step.method == "PUT"
        {
            if step.method == "PUT", let old = last, let new = step.body {
                let errors = BuiltinObjects.validate(pod, new, old: old)
                #expect(errors.map(\.path) == step.causes.map(\.path))
                // The recorded message goes on with a comparison of Go structures.
                for (error, cause) in zip(errors, step.causes) { #expect(cause.message.hasPrefix(error.message)) }
            }
            if step.answer["kind"] == "Pod" { last = step.answer }
        }
    }

    @Test func services() throws {
        let gvk = GroupVersionKind(version: "v1", kind: "Service")
        var last: JSONValue?
        for step in SchemaRecordings.steps("crud/service-create") {
            switch (step.method, step.status) {
            case ("POST", 201):
                let object = try created(gvk, try #require(step.body))
                #expect(object["spec"] == step.answer["spec"], "step \(step.number)")
                #expect(object["status"] == step.answer["status"], "step \(step.number)")
            case ("POST", 422):
                let object = try created(gvk, try #require(step.body))
                #expect(BuiltinObjects.validate(gvk, object, old: nil) == step.causes, "step \(step.number)")
            case ("PUT", 422) where step.causes.first?.path.hasPrefix("spec.ports") == true:
                var object = try BuiltinObjects.decode(gvk, try #require(step.body))
                BuiltinSchemas.schema(for: gvk).applyDefaults(&object)
                BuiltinObjects.prepareForUpdate(gvk, &object, old: try #require(last))
                #expect(BuiltinObjects.validate(gvk, object, old: last) == step.causes, "step \(step.number)")
            default: break
            }
            if step.answer["kind"] == "Service" { last = step.answer }
        }
    }

    @Test func secrets() throws {
        let gvk = GroupVersionKind(version: "v1", kind: "Secret")
        var last: JSONValue?
        for step in SchemaRecordings.steps("crud/secret-stringdata") where step.status != 400 {
            if let body = step.body {
                let object = try created(gvk, body)
                let old = step.method == "PUT" ? last : nil
                #expect(BuiltinObjects.validate(gvk, object, old: old) == step.causes, "step \(step.number)")
                if step.status == 201 { #expect(object["data"] == step.answer["data"]) }
            }
            if step.answer["kind"] == "Secret" { last = step.answer }
        }
    }

    @Test(arguments: SchemaRecordings.steps("crud/names").filter { $0.status == 422 })
    func names(_ step: SchemaRecordings.Step) throws {
        let isCustom = step.path.contains("pipelines")
        // Labels are a map, whose order is the server's own.
        #expect(Set(metadataErrors(try #require(step.body), isCustom: isCustom)) == Set(step.causes))
    }

    /// Each type that we know has the fields that Kubernetes' own document says, with the same merge keys.
    @Test func fieldsOfTypes() throws {
        let text = try #require(SchemaRecordings.document("v3-apps-v1.json"))
        let document = try JSONParser.parse(text)
        var count = 0
        for (name, expected) in document["components"]?["schemas"]?.objectValue ?? [:] {
            guard let schema = BuiltinTypes.schema(name), let members = expected["properties"]?.objectValue,
                !members.isEmpty
            else { continue }
            #expect(Set(schema.properties.keys) == Set(members.keys), "\(name)")
            #expect(Set(schema.required) == Set((expected["required"]?.arrayValue ?? []).compactMap(\.stringValue)))
            for (field, form) in members {
                let own = try #require(schema.properties[field])
                #expect(own.patchMergeKey == form["x-kubernetes-patch-merge-key"]?.stringValue, "\(name).\(field)")
                #expect(
                    own.listMapKeys == (form["x-kubernetes-list-map-keys"]?.arrayValue ?? []).compactMap(\.stringValue))
                if let type = form["type"]?.stringValue, !own.isIntOrString, own.type != nil {
                    #expect(own.type == type, "\(name).\(field)")
                }
            }
            count += 1
        }
        #expect(count > 100)
    }
}
