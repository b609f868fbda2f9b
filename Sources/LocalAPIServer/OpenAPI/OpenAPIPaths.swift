import KubernetesCore

/// The operations of a kind in an OpenAPI document.
struct OpenAPIPaths {
    let kind: ServedKind
    let form: DefinitionSet.Form

    /// Adds the collection, the single object and the subresources.
    func add(to paths: inout [String: JSONValue]) {
        let type = kind.type
        let root = type.isNamespaced ? type.path(namespace: "{namespace}") : type.path()
        var collection: [String: JSONValue] = parameters(named: false)
        if has("list") { collection["get"] = operation("list") }
        if has("create") { collection["post"] = operation("post") }
        if has("deletecollection") { collection["delete"] = operation("deletecollection") }
        paths[root] = .object(collection)
        if type.isNamespaced, has("list") { paths[type.path()] = ["get": operation("list")] }
        var single: [String: JSONValue] = parameters(named: true)
        if has("get") { single["get"] = operation("get") }
        if has("update") { single["put"] = operation("put") }
        if has("patch") { single["patch"] = operation("patch") }
        if has("delete") { single["delete"] = operation("delete") }
        paths["\(root)/{name}"] = .object(single)
        if kind.subresources.contains("status") {
            var status: [String: JSONValue] = parameters(named: true)
            status["get"] = operation("get", subresource: "Status")
            status["put"] = operation("put", subresource: "Status")
            status["patch"] = operation("patch", subresource: "Status")
            paths["\(root)/{name}/status"] = .object(status)
        }
    }

    private func has(_ verb: String) -> Bool { kind.verbs.contains(verb) }

    private func parameters(named: Bool) -> [String: JSONValue] {
        var names: [String] = named ? ["name"] : []
        if kind.type.isNamespaced { names.append("namespace") }
        if names.isEmpty { return [:] }
        return ["parameters": .array(names.map { parameter($0, place: "path", type: "string") })]
    }

    private func parameter(_ name: String, place: String, type: String) -> JSONValue {
        var parameter: JSONValue = ["name": .string(name), "in": .string(place)]
        if place == "path" { parameter["required"] = true }
        if form == .v3 {
            parameter["schema"] = ["type": .string(type), "uniqueItems": true]
        } else {
            parameter["type"] = .string(type)
            parameter["uniqueItems"] = true
        }
        return parameter
    }

    /// An operation by Kubernetes' name for its action.
    private func operation(_ action: String, subresource: String = "") -> JSONValue {
        let name = form.prefix + DefinitionSet.name(of: kind)
        let isList = action == "list"
        var operation: JSONValue = [
            "description": .string("\(verb(action)) \(kind.type.gvk.kind)"),
            "operationId": .string(identifier(action) + subresource),
            "tags": [.string(tag)], "x-kubernetes-action": .string(action),
            "x-kubernetes-group-version-kind": DefinitionSet.gvk(kind.type.gvk),
            "parameters": .array(queryParameters(action)),
        ]
        let isDelete = action == "delete" || action == "deletecollection"
        let schema: JSONValue = isDelete ? ["type": "object"] : ["$ref": .string(isList ? "\(name)List" : name)]
        operation["responses"] = ["200": response(schema)]
        if action == "post" || action == "put" || action == "patch" {
            addBody(to: &operation, action == "patch" ? ["type": "object"] : schema, isPatch: action == "patch")
        }
        return operation
    }

    private func response(_ schema: JSONValue) -> JSONValue {
        form == .v3
            ? ["description": "OK", "content": ["application/json": ["schema": schema]]]
            : ["description": "OK", "schema": schema]
    }

    private func addBody(to operation: inout JSONValue, _ schema: JSONValue, isPatch: Bool) {
        let patches =
            ["application/apply-patch+yaml", "application/json-patch+json", "application/merge-patch+json"]
            + (kind.isCustom ? [] : ["application/strategic-merge-patch+json"])
        let types = isPatch ? patches : ["*/*"]
        if form == .v3 {
            let contents = types.map { ($0, JSONValue.object(["schema": schema])) }
            operation["requestBody"] = [
                "required": true, "content": .object(Dictionary(uniqueKeysWithValues: contents)),
            ]
        } else {
            operation["consumes"] = .array(types.map { .string($0) })
            let body: JSONValue = ["name": "body", "in": "body", "required": true, "schema": schema]
            operation["parameters"] = .array([body] + (operation["parameters"]?.arrayValue ?? []))
        }
    }

    private func queryParameters(_ action: String) -> [JSONValue] {
        switch action {
        case "post", "put", "patch":
            let names = ["dryRun", "fieldManager", "fieldValidation"]
            let force = action == "patch" ? [parameter("force", place: "query", type: "boolean")] : []
            return names.map { parameter($0, place: "query", type: "string") } + force
        case "delete":
            return [
                parameter("dryRun", place: "query", type: "string"),
                parameter("gracePeriodSeconds", place: "query", type: "integer"),
                parameter("propagationPolicy", place: "query", type: "string"),
            ]
        case "list", "deletecollection":
            return ["continue", "fieldSelector", "labelSelector", "resourceVersion", "resourceVersionMatch"]
                .map { parameter($0, place: "query", type: "string") }
                + [
                    parameter("limit", place: "query", type: "integer"),
                    parameter("timeoutSeconds", place: "query", type: "integer"),
                    parameter("watch", place: "query", type: "boolean"),
                ]
        default: return []
        }
    }

    private func verb(_ action: String) -> String {
        switch action {
        case "list": "list objects of kind"
        case "post": "create a"
        case "put": "replace the specified"
        case "patch": "partially update the specified"
        case "deletecollection": "delete collection of"
        case "delete": "delete a"
        default: "read the specified"
        }
    }

    private var tag: String {
        let group =
            kind.type.gvk.group.isEmpty ? "core" : kind.type.gvk.group.split(separator: ".").joined(separator: "_")
        return "\(group)_\(kind.type.gvk.version)"
    }

    private func identifier(_ action: String) -> String {
        let verbs = ["get": "read", "post": "create", "put": "replace", "deletecollection": "deleteCollection"]
        let version = tag.split(separator: "_").map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
        return (verbs[action] ?? action) + version + (kind.type.isNamespaced ? "Namespaced" : "") + kind.type.gvk.kind
    }
}
