import KubernetesCore

/// What roles and their bindings must be.
enum AccessRules {
    private static let group: JSONValue = "rbac.authorization.k8s.io"

    /// Names the group of a binding's role and of its users and groups where nobody did.
    static func fillIn(_ object: inout JSONValue) {
        if object["roleRef"] != nil, (object["roleRef"]?["apiGroup"]?.stringValue ?? "").isEmpty {
            object[path: ["roleRef", "apiGroup"]] = group
        }
        guard let subjects = object["subjects"]?.arrayValue else { return }
        object["subjects"] = .array(
            subjects.map { subject in
                var subject = subject
                let isNamed = subject["kind"]?.stringValue != "ServiceAccount"
                if isNamed, (subject["apiGroup"]?.stringValue ?? "").isEmpty { subject["apiGroup"] = group }
                return subject
            })
    }

    /// What is wrong with a role or a binding.
    static func validate(_ new: JSONValue, old: JSONValue?) -> [FieldError] {
        let isNamespaced = new["metadata"]?["namespace"] != nil
        guard let reference = new["roleRef"] else {
            let isBinding = new["kind"]?.stringValue?.hasSuffix("Binding") == true
            return isBinding ? [.required("roleRef")] : rules(new, isNamespaced: isNamespaced)
        }
        if let before = old?["roleRef"], before != reference {
            return [.invalid("roleRef", reference, "cannot change roleRef")]
        }
        var errors: [FieldError] = []
        let kinds = isNamespaced ? ["Role", "ClusterRole"] : ["ClusterRole"]
        if !kinds.contains(reference["kind"]?.stringValue ?? "") {
            errors.append(.notSupported("roleRef.kind", reference["kind"] ?? "", supported: kinds))
        }
        if (reference["name"]?.stringValue ?? "").isEmpty { errors.append(.required("roleRef.name")) }
        for (index, subject) in (new["subjects"]?.arrayValue ?? []).enumerated() {
            let path = "subjects[\(index)]"
            if (subject["name"]?.stringValue ?? "").isEmpty { errors.append(.required("\(path).name")) }
            switch subject["kind"]?.stringValue ?? "" {
            case "ServiceAccount":
                if (subject["namespace"]?.stringValue ?? "").isEmpty { errors.append(.required("\(path).namespace")) }
            case "User", "Group": break
            case let kind:
                let kinds = ["ServiceAccount", "User", "Group"]
                errors.append(.notSupported("\(path).kind", .string(kind), supported: kinds))
            }
        }
        return errors
    }

    private static func rules(_ role: JSONValue, isNamespaced: Bool) -> [FieldError] {
        var errors: [FieldError] = []
        for (index, value) in (role["rules"]?.arrayValue ?? []).enumerated() {
            let rule = PolicyRule(value)
            let path = "rules[\(index)]"
            if rule.verbs.isEmpty { errors.append(.required("\(path).verbs", "verbs must contain at least one value")) }
            if !rule.nonResourceURLs.isEmpty {
                let urls = value["nonResourceURLs"] ?? .null
                if isNamespaced {
                    errors.append(
                        .invalid(
                            "\(path).nonResourceURLs", urls,
                            "namespaced rules cannot apply to non-resource URLs"))
                }
                if !rule.apiGroups.isEmpty || !rule.resources.isEmpty || !rule.resourceNames.isEmpty {
                    errors.append(
                        .invalid(
                            "\(path).nonResourceURLs", urls,
                            "rules cannot apply to both regular resources and non-resource URLs"))
                }
                continue
            }
            if rule.apiGroups.isEmpty {
                errors.append(.required("\(path).apiGroups", "resource rules must supply at least one api group"))
            }
            if rule.resources.isEmpty {
                errors.append(.required("\(path).resources", "resource rules must supply at least one resource"))
            }
        }
        return errors
    }
}
