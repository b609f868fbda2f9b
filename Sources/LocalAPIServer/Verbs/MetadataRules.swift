import KubernetesCore

/// What an object's metadata may be.
enum MetadataRules {
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
            let new = (metadata["finalizers"]?.arrayValue ?? []).compactMap(\.stringValue).filter {
                !known.contains($0)
            }
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
        let common = problems(of: value, resource)
        // Kubernetes checks the metadata of custom resources more than once and names each mistake as often.
        return resource.isCustom ? errors + errors + common + common + common : errors + common
    }
}
