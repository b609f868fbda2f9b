import KubernetesCore

/// A rule of a role.
struct PolicyRule: Sendable, Hashable {
    var verbs: [String] = []
    var apiGroups: [String] = []
    var resources: [String] = []
    var resourceNames: [String] = []
    var nonResourceURLs: [String] = []

    init(verbs: [String], apiGroups: [String] = [], resources: [String] = [], nonResourceURLs: [String] = []) {
        self.verbs = verbs
        self.apiGroups = apiGroups
        self.resources = resources
        self.nonResourceURLs = nonResourceURLs
    }

    init(_ value: JSONValue) {
        func list(_ name: String) -> [String] { (value[name]?.arrayValue ?? []).compactMap(\.stringValue) }
        verbs = list("verbs")
        apiGroups = list("apiGroups")
        resources = list("resources")
        resourceNames = list("resourceNames")
        nonResourceURLs = list("nonResourceURLs")
    }

    /// The rule as a role has it.
    var document: JSONValue {
        func list(_ texts: [String]) -> JSONValue? { texts.isEmpty ? nil : .array(texts.map { .string($0) }) }
        var document: JSONValue = ["verbs": .array(verbs.map { .string($0) })]
        document["apiGroups"] = list(apiGroups)
        document["resources"] = list(resources)
        document["resourceNames"] = list(resourceNames)
        document["nonResourceURLs"] = list(nonResourceURLs)
        return document
    }

    func allows(_ request: AccessRequest) -> Bool {
        guard verbs.contains("*") || verbs.contains(request.verb) else { return false }
        if let path = request.path { return allows(path: path) }
        return (apiGroups.contains("*") || apiGroups.contains(request.group))
            && resources.contains { Self.isMatch($0, request.resource) }
            && (resourceNames.isEmpty || request.name.map { resourceNames.contains($0) } ?? false)
    }

    private func allows(path: String) -> Bool {
        nonResourceURLs.contains { url in
            if url == "*" || url == path { return true }
            return url.hasSuffix("*") && path.hasPrefix(url.dropLast())
        }
    }

    /// Whether a rule's resource means a request's: itself, `*`, or `*/scale` for every resource's scale.
    private static func isMatch(_ rule: String, _ requested: String) -> Bool {
        if rule == "*" || rule == requested { return true }
        guard rule.hasPrefix("*/"), let slash = requested.firstIndex(of: "/") else { return false }
        return rule.dropFirst() == requested[slash...]
    }

    /// The rule taken apart into requests, each of which must be allowed to whoever gives the rule away.
    func requests(in namespace: String?) -> [AccessRequest] {
        var requests: [AccessRequest] = []
        for verb in verbs {
            requests += nonResourceURLs.map { AccessRequest(verb: verb, path: $0) }
            for group in apiGroups {
                for resource in resources {
                    let names = resourceNames.isEmpty ? [nil] : resourceNames.map(Optional.some)
                    requests += names.map {
                        AccessRequest(verb: verb, group: group, resource: resource, name: $0, namespace: namespace)
                    }
                }
            }
        }
        return requests
    }

    /// The rule as Kubernetes' messages write it.
    var summary: String {
        func part(_ name: String, _ texts: [String]) -> String? {
            guard !texts.isEmpty else { return nil }
            return "\(name):[\(texts.map { "\"\($0)\"" }.joined(separator: " "))]"
        }
        let parts = [
            part("APIGroups", apiGroups), part("Resources", resources), part("ResourceNames", resourceNames),
            part("NonResourceURLs", nonResourceURLs), part("Verbs", verbs),
        ]
        return "{\(parts.compactMap(\.self).joined(separator: ", "))}"
    }
}
