import KubernetesCore

/// What somebody wants to do: the attributes by which Kubernetes authorizes a request.
struct AccessRequest: Sendable, Hashable {
    var verb: String
    /// The path, where no resource is asked for.
    var path: String?
    var group = ""
    /// The collection's plural, with its subresource: `pods/log`.
    var resource = ""
    var name: String?
    var namespace: String?

    init(verb: String, path: String) {
        self.verb = verb
        self.path = path
    }

    init(verb: String, group: String, resource: String, name: String? = nil, namespace: String? = nil) {
        self.verb = verb
        self.group = group
        self.resource = resource
        self.name = name
        self.namespace = namespace
    }

    /// A request for something that is no resource.
    init(path request: APIRequest) {
        self.init(verb: request.method.rawValue.lowercased(), path: request.path)
    }

    /// A request for a resource.
    init(_ request: APIRequest, _ target: RequestTarget) {
        let isCollection = target.name == nil
        var name = target.name
        let verb: String
        switch request.method {
        case .get where isCollection || target.isWatchPath:
            verb = target.isWatchPath || request.flag("watch") ? "watch" : "list"
            // A list of one name is judged by that name, so that roles with resourceNames allow it.
            if let text = request.query("fieldSelector"), let selector = try? FieldSelector(parsing: text) {
                name = name ?? selector.requirements.first { $0.field == "metadata.name" && !$0.isNegated }?.value
            }
        case .get: verb = "get"
        case .post: verb = "create"
        case .put: verb = "update"
        case .patch: verb = "patch"
        case .delete: verb = isCollection ? "deletecollection" : "delete"
        }
        let isNamespace = target.group.isEmpty && target.plural == "namespaces"
        self.init(
            verb: verb, group: target.group, resource: target.resource, name: name,
            namespace: isNamespace ? target.name : target.namespace)
    }

    /// What an access review asks about; nil where it says nothing.
    init?(review spec: JSONValue) {
        if let attributes = spec["resourceAttributes"], attributes != .null {
            func text(_ name: String) -> String? {
                attributes[name]?.stringValue.flatMap { $0.isEmpty ? nil : $0 }
            }
            let resource = text("resource") ?? ""
            self.init(
                verb: text("verb") ?? "", group: text("group") ?? "",
                resource: text("subresource").map { "\(resource)/\($0)" } ?? resource, name: text("name"),
                namespace: text("namespace"))
        } else if let attributes = spec["nonResourceAttributes"], attributes != .null {
            self.init(verb: attributes["verb"]?.stringValue ?? "", path: attributes["path"]?.stringValue ?? "")
        } else {
            return nil
        }
    }

    /// The collection's plural alone.
    private var plural: String { String(resource.prefix { $0 != "/" }) }

    /// The answer to a user who may not.
    func denial(to user: ServerUser, reason: String) -> Status {
        let suffix = reason.isEmpty ? "" : ": \(reason)"
        if let path {
            return Status(
                code: 403, reason: "Forbidden",
                message: "forbidden: User \"\(user.name)\" cannot \(verb) path \"\(path)\"\(suffix)",
                details: Status.Details())
        }
        let qualified = group.isEmpty ? plural : "\(plural).\(group)"
        let subject = name.map { "\(qualified) \"\($0)\"" } ?? qualified
        let place = namespace.map { " in the namespace \"\($0)\"" } ?? " at the cluster scope"
        return Status(
            code: 403, reason: "Forbidden",
            message: "\(subject) is forbidden: User \"\(user.name)\" cannot \(verb) resource \"\(resource)\" in "
                + "API group \"\(group)\"\(place)\(suffix)",
            details: Status.Details(name: name, group: group.isEmpty ? nil : group, kind: plural))
    }
}
