import KubernetesCore

/// The validation of metadata, which all kinds share.
enum ObjectMetaRules {
    /// What is wrong with an object's metadata.
    ///
    /// - Parameters:
    ///   - metadata: The metadata, its name given or generated.
    ///   - isNamespaced: Whether objects of the kind live in a namespace.
    ///   - isCustom: Whether the kind comes from a CustomResourceDefinition.
    ///   - nameProblems: The kind's rule for names.
    static func validate(
        _ metadata: JSONValue?, isNamespaced: Bool, isCustom: Bool, nameProblems: (String) -> [String]
    ) -> [FieldError] {
        let path = "metadata"
        var errors: [FieldError] = []
        let name = metadata?["name"]?.stringValue ?? ""
        if let generateName = metadata?["generateName"]?.stringValue, !generateName.isEmpty {
            // The name's end is generated, so a trailing dash is fine.
            let sample = generateName.hasSuffix("-") ? "\(generateName.dropLast())a" : generateName
            errors += nameProblems(sample).map { .invalid("metadata.generateName", .string(generateName), $0) }
        }
        if name.isEmpty {
            errors.append(.required("metadata.name", "name or generateName is required"))
        } else {
            errors += nameProblems(name).map { .invalid("metadata.name", .string(name), $0) }
        }
        if let namespace = metadata?["namespace"]?.stringValue, !namespace.isEmpty {
            if isNamespaced {
                errors += NameRules.label(namespace).map { .invalid("metadata.namespace", .string(namespace), $0) }
            } else {
                errors.append(.forbidden("metadata.namespace", "not allowed on this type"))
            }
        }
        return errors + common(metadata, path: path, isCustom: isCustom)
    }

    /// What is wrong with the metadata of an object that is embedded in another.
    static func validateEmbedded(_ metadata: JSONValue?, path: String) -> [FieldError] {
        common(metadata, path: path, isCustom: true)
    }

    private static func common(_ metadata: JSONValue?, path: String, isCustom: Bool) -> [FieldError] {
        labels(metadata?["labels"], path: path.field("labels"))
            + annotations(metadata?["annotations"], path: path.field("annotations"))
            + owners(metadata?["ownerReferences"], path: path.field("ownerReferences"))
            + finalizers(metadata?["finalizers"], path: path.field("finalizers"), isCustom: isCustom)
    }

    /// What is wrong with labels.
    static func labels(_ labels: JSONValue?, path: String) -> [FieldError] {
        var errors: [FieldError] = []
        for (key, value) in (labels?.objectValue ?? [:]).sorted(by: { $0.key < $1.key }) {
            errors += NameRules.qualifiedName(key).map { .invalid(path, .string(key), $0) }
            errors += NameRules.labelValue(value.stringValue ?? "").map { .invalid(path, value, $0) }
        }
        return errors
    }

    private static func annotations(_ annotations: JSONValue?, path: String) -> [FieldError] {
        var errors: [FieldError] = []
        var size = 0
        for (key, value) in (annotations?.objectValue ?? [:]).sorted(by: { $0.key < $1.key }) {
            errors += NameRules.qualifiedName(key.lowercased()).map { .invalid(path, .string(key), $0) }
            size += key.utf8.count + (value.stringValue?.utf8.count ?? 0)
        }
        if size > 262_144 { errors.append(.tooLong(path, maxBytes: 262_144)) }
        return errors
    }

    private static func owners(_ owners: JSONValue?, path: String) -> [FieldError] {
        var errors: [FieldError] = []
        var controller: JSONValue?
        for owner in owners?.arrayValue ?? [] {
            let version = GroupVersionKind(apiVersion: owner["apiVersion"]?.stringValue ?? "", kind: "").version
            if version.isEmpty {
                errors.append(
                    .invalid(path.field("apiVersion"), owner["apiVersion"] ?? "", "version must not be empty"))
            }
            for name in ["kind", "name", "uid"] where (owner[name]?.stringValue ?? "").isEmpty {
                errors.append(.invalid(path.field(name), owner[name] ?? "", "must not be empty"))
            }
            guard owner["controller"]?.boolValue == true else { continue }
            if let first = controller {
                func title(_ owner: JSONValue) -> String {
                    "\(owner["kind"]?.stringValue ?? "")/\(owner["name"]?.stringValue ?? "")"
                }
                errors.append(
                    FieldError(
                        path: path, reason: .invalid,
                        message: "Invalid value: \(rendered(owners)): Only one reference can have Controller set to "
                            + "true. Found \"true\" in references for \(title(first)) and \(title(owner))"))
            } else {
                controller = owner
            }
        }
        return errors
    }

    /// Owner references with their members in the order of Kubernetes' type.
    private static func rendered(_ owners: JSONValue?) -> String {
        let names = ["apiVersion", "kind", "name", "uid", "controller", "blockOwnerDeletion"]
        let texts = (owners?.arrayValue ?? []).map { owner in
            let members = names.compactMap { name in owner[name].map { "\"\(name)\":\(JSONWriter.string($0))" } }
            return "{\(members.joined(separator: ","))}"
        }
        return "[\(texts.joined(separator: ","))]"
    }

    private static func finalizers(_ finalizers: JSONValue?, path: String, isCustom: Bool) -> [FieldError] {
        let standard: Set<String> = ["kubernetes", "orphan", "foregroundDeletion"]
        var errors: [FieldError] = []
        for (index, finalizer) in (finalizers?.arrayValue ?? []).enumerated() {
            let text = finalizer.stringValue ?? ""
            let problems = NameRules.qualifiedName(text)
            errors += problems.map { .invalid(path, finalizer, $0) }
            if !isCustom, problems.isEmpty, !text.contains("/"), !standard.contains(text) {
                errors.append(
                    .invalid(
                        path.index(index), finalizer,
                        "name is neither a standard finalizer name nor is it fully qualified"))
            }
        }
        return errors
    }
}
