import KubernetesCore

/// What discovery says of the kinds that are served.
struct DiscoveryDocuments {
    let kinds: KindRegistry

    private static let addresses: JSONValue = [["clientCIDR": "0.0.0.0/0", "serverAddress": "127.0.0.1:6443"]]

    /// The document at `/`.
    var paths: JSONValue {
        var paths = [
            "/api", "/api/v1", "/apis", "/healthz", "/livez", "/openapi/v2", "/openapi/v3", "/readyz", "/version",
        ]
        for group in kinds.groups where !group.isEmpty {
            paths.append("/apis/\(group)")
            paths += (kinds.versions[group] ?? []).map { "/apis/\(group)/\($0)" }
        }
        return ["paths": .array(paths.sorted().map { .string($0) })]
    }

    /// The document at `/api`.
    var coreVersions: JSONValue {
        ["kind": "APIVersions", "versions": ["v1"], "serverAddressByClientCIDRs": Self.addresses]
    }

    /// The document at `/apis`.
    var groupList: JSONValue {
        let groups = kinds.groups.filter { !$0.isEmpty }.compactMap { group($0, isWhole: false) }
        return ["kind": "APIGroupList", "apiVersion": "v1", "groups": .array(groups)]
    }

    /// `/apis/<group>`, or its entry in the list of groups.
    func group(_ name: String, isWhole: Bool) -> JSONValue? {
        guard !name.isEmpty, let versions = kinds.versions[name], let preferred = versions.first else { return nil }
        func entry(_ version: String) -> JSONValue {
            ["groupVersion": .string("\(name)/\(version)"), "version": .string(version)]
        }
        var group: JSONValue = [
            "name": .string(name), "versions": .array(versions.map(entry)), "preferredVersion": entry(preferred),
        ]
        if isWhole {
            group["kind"] = "APIGroup"
            group["apiVersion"] = "v1"
        }
        return group
    }

    /// `/api/v1` or `/apis/<group>/<version>`.
    func resources(group: String, version: String) -> JSONValue? {
        guard kinds.versions[group]?.contains(version) == true else { return nil }
        var resources = kinds.resources(group: group, version: version).flatMap(plainEntries)
        resources += Self.virtual(group)
        var list: JSONValue = [
            "kind": "APIResourceList", "groupVersion": .string(group.isEmpty ? version : "\(group)/\(version)"),
            "resources": .array(resources),
        ]
        if !group.isEmpty { list["apiVersion"] = "v1" }
        return list
    }

    private func plainEntries(_ resource: ServedResource) -> [JSONValue] {
        let kind = resource.kind
        var main: JSONValue = [
            "name": .string(resource.type.plural), "singularName": .string(kind.singular),
            "namespaced": .bool(resource.type.isNamespaced), "kind": .string(resource.type.gvk.kind),
            "verbs": Self.strings(Self.verbs(resource)),
            "storageVersionHash": .string(LocalAPIServer.fingerprint(Array(resource.collection.utf8))),
        ]
        if !kind.shortNames.isEmpty { main["shortNames"] = Self.strings(kind.shortNames) }
        if !kind.categories.isEmpty { main["categories"] = Self.strings(kind.categories) }
        return [main]
            + Self.subresources(resource).map { name in
                let form = Self.subresource(name, resource)
                var entry: JSONValue = [
                    "name": .string("\(resource.type.plural)/\(name)"), "singularName": "",
                    "namespaced": .bool(resource.type.isNamespaced), "kind": .string(form.gvk.kind),
                    "verbs": Self.strings(form.verbs),
                ]
                if form.gvk != resource.type.gvk, form.gvk.group != resource.type.gvk.group {
                    entry["group"] = .string(form.gvk.group)
                    entry["version"] = .string(form.gvk.version)
                }
                return entry
            }
    }

    /// The subresources in the order in which Kubernetes lists them.
    private static func subresources(_ resource: ServedResource) -> [String] {
        let sorted = resource.kind.subresources.sorted()
        return resource.isCustom ? sorted.reversed() : sorted
    }

    /// The verbs in the order in which Kubernetes lists them.
    private static func verbs(_ resource: ServedResource) -> [String] {
        guard resource.isCustom else { return resource.kind.verbs }
        return ["delete", "deletecollection", "get", "list", "patch", "create", "update", "watch"]
    }

    private static func subresource(
        _ name: String, _ resource: ServedResource
    ) -> (gvk: GroupVersionKind, verbs: [String]) {
        switch name {
        case "scale":
            (GroupVersionKind(group: "autoscaling", version: "v1", kind: "Scale"), ["get", "patch", "update"])
        case "binding": (GroupVersionKind(version: "v1", kind: "Binding"), ["create"])
        case "eviction": (GroupVersionKind(group: "policy", version: "v1", kind: "Eviction"), ["create"])
        case "token":
            (
                GroupVersionKind(group: "authentication.k8s.io", version: "v1", kind: "TokenRequest"), ["create"]
            )
        case "log": (resource.type.gvk, ["get"])
        case "finalize": (resource.type.gvk, ["update"])
        default: (resource.type.gvk, ["get", "patch", "update"])
        }
    }

    /// Resources that are answered but never stored.
    private static func virtual(_ group: String) -> [JSONValue] {
        func entry(_ plural: String, _ kind: String, isNamespaced: Bool = false) -> JSONValue {
            [
                "name": .string(plural), "singularName": .string(kind.lowercased()),
                "namespaced": .bool(isNamespaced), "kind": .string(kind), "verbs": ["create"],
            ]
        }
        switch group {
        case "": return [entry("bindings", "Binding", isNamespaced: true)]
        case "authentication.k8s.io":
            return [entry("selfsubjectreviews", "SelfSubjectReview"), entry("tokenreviews", "TokenReview")]
        case "authorization.k8s.io":
            return [
                entry("localsubjectaccessreviews", "LocalSubjectAccessReview", isNamespaced: true),
                entry("selfsubjectaccessreviews", "SelfSubjectAccessReview"),
                entry("selfsubjectrulesreviews", "SelfSubjectRulesReview"),
                entry("subjectaccessreviews", "SubjectAccessReview"),
            ]
        case MetricsGroup.name:
            return [MetricsGroup.nodes, MetricsGroup.pods].map { resource in
                [
                    "name": .string(resource.type.plural), "singularName": "",
                    "namespaced": .bool(resource.type.isNamespaced), "kind": .string(resource.type.gvk.kind),
                    "verbs": strings(resource.kind.verbs),
                ]
            }
        default: return []
        }
    }

    private static func strings(_ texts: [String]) -> JSONValue { .array(texts.map { .string($0) }) }

    /// `/api` or `/apis` in the aggregated form.
    func aggregated(isCore: Bool) -> JSONValue {
        let groups = kinds.groups.filter { $0.isEmpty == isCore }
        let items: [JSONValue] = groups.map { group in
            let versions: [JSONValue] = (kinds.versions[group] ?? []).map { version in
                let stored = kinds.resources(group: group, version: version).sorted {
                    $0.type.plural < $1.type.plural
                }
                let resources = stored.map(aggregatedEntry) + Self.virtual(group).map(Self.aggregatedVirtual)
                return [
                    "version": .string(version), "resources": .array(resources), "freshness": "Current",
                ]
            }
            return [
                "metadata": group.isEmpty ? [:] : ["name": .string(group)], "versions": .array(versions),
            ]
        }
        return [
            "kind": "APIGroupDiscoveryList", "apiVersion": "apidiscovery.k8s.io/v2", "metadata": [:],
            "items": .array(items),
        ]
    }

    private static func kindEntry(_ gvk: GroupVersionKind) -> JSONValue {
        ["group": .string(gvk.group), "version": .string(gvk.version), "kind": .string(gvk.kind)]
    }

    private func aggregatedEntry(_ resource: ServedResource) -> JSONValue {
        let kind = resource.kind
        var entry: JSONValue = [
            "resource": .string(resource.type.plural), "responseKind": Self.kindEntry(resource.type.gvk),
            "scope": resource.type.isNamespaced ? "Namespaced" : "Cluster",
            "singularResource": .string(kind.singular), "verbs": Self.strings(Self.verbs(resource)),
        ]
        if !kind.shortNames.isEmpty { entry["shortNames"] = Self.strings(kind.shortNames) }
        if !kind.categories.isEmpty { entry["categories"] = Self.strings(kind.categories) }
        if !kind.subresources.isEmpty {
            entry["subresources"] = .array(
                kind.subresources.sorted().map { name in
                    let form = Self.subresource(name, resource)
                    return [
                        "subresource": .string(name), "responseKind": Self.kindEntry(form.gvk),
                        "verbs": Self.strings(form.verbs),
                    ]
                })
        }
        return entry
    }

    private static func aggregatedVirtual(_ entry: JSONValue) -> JSONValue {
        [
            "resource": entry["name"] ?? "", "singularResource": entry["singularName"] ?? "",
            "responseKind": ["group": "", "version": "", "kind": entry["kind"] ?? ""],
            "scope": entry["namespaced"]?.boolValue == true ? "Namespaced" : "Cluster",
            "verbs": entry["verbs"] ?? [],
        ]
    }
}
