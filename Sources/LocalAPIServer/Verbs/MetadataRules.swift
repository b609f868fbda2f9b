import KubernetesCore

/// What an object's metadata may be.
enum MetadataRules {
    /// Why metadata cannot be decoded at all, in the manner of Go's decoder; nil where it can.
    static func decodingProblem(of value: JSONValue) -> String? {
        guard let metadata = value["metadata"], !metadata.isNull else { return nil }
        guard case .object(let members) = metadata else {
            return "json: cannot unmarshal \(metadata.typeName) into Go struct field .metadata of type v1.ObjectMeta"
        }
        for name in ["name", "namespace", "generateName", "uid", "resourceVersion"] {
            if let member = members[name], !member.isNull, member.stringValue == nil {
                return mismatch(member, "metadata.\(name)", "string")
            }
        }
        for name in ["labels", "annotations"] {
            guard let map = members[name], !map.isNull else { continue }
            guard let entries = map.objectValue else { return mismatch(map, "metadata.\(name)", "map[string]string") }
            for entry in entries.values where entry.stringValue == nil && !entry.isNull {
                return mismatch(entry, "metadata.\(name)", "string")
            }
        }
        for name in ["creationTimestamp", "deletionTimestamp"] {
            guard let time = members[name], !time.isNull else { continue }
            guard let text = time.stringValue else { return mismatch(time, "metadata.\(name)", "string") }
            if Time(text) == nil {
                return "parsing time \"\(text)\" as \"2006-01-02T15:04:05Z07:00\": cannot parse \"\(text)\" as \"2006\""
            }
        }
        for name in ["finalizers", "ownerReferences", "managedFields"] {
            if let list = members[name], !list.isNull, list.arrayValue == nil {
                return mismatch(list, "metadata.\(name)", "[]string")
            }
        }
        return nil
    }

    private static func mismatch(_ value: JSONValue, _ path: String, _ type: String) -> String {
        let name =
            switch value {
            case .integer, .double: "number"
            case .bool: "bool"
            default: value.typeName
            }
        return "json: cannot unmarshal \(name) into Go struct field ObjectMeta.\(path) of type \(type)"
    }

    /// What is wrong with the metadata of a new object.
    static func problems(of value: JSONValue, _ resource: ServedResource) -> [FieldError] {
        ObjectMetaRules.validate(
            value["metadata"], isNamespaced: resource.type.isNamespaced, isCustom: resource.isCustom,
            nameProblems: resource.strategy.nameRule.problems)
    }

    /// What is wrong with the metadata of a changed object; name, uid and times were filled in before.
    static func problems(of value: JSONValue, old: JSONValue, _ resource: ServedResource) -> [FieldError] {
        let metadata = value["metadata"] ?? .object([:])
        let before = old["metadata"] ?? .object([:])
        var errors: [FieldError] = []
        if before["deletionTimestamp"]?.stringValue != nil {
            let known = Set((before["finalizers"]?.arrayValue ?? []).compactMap(\.stringValue))
            let new = (metadata["finalizers"]?.arrayValue ?? []).compactMap(\.stringValue).filter { !known.contains($0) }
            if !new.isEmpty {
                let list = new.map { "\"\($0)\"" }.joined(separator: ", ")
                errors.append(
                    .forbidden(
                        "metadata.finalizers",
                        "no new finalizers can be added if the object is being deleted, found new finalizers "
                            + "[]string{\(list)}"))
            }
        }
        for name in ["uid", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds"] {
            let value = metadata[name] ?? .null
            if value != before[name] ?? .null {
                errors.append(.invalid("metadata.\(name)", value, "field is immutable"))
            }
        }
        let all = errors + problems(of: value, resource)
        // Kubernetes checks the metadata of custom resources twice and names each mistake twice.
        return resource.isCustom ? all + all : all
    }
}
