import KubernetesCore

/// How the verbs complete, check and record objects of built-in and custom kinds alike.
enum KindPreparation {
    /// Completes a new object, which has been defaulted.
    static func prepareForCreate(
        _ value: inout JSONValue, _ resource: ServedResource, _ surroundings: BuiltinObjects.Surroundings
    ) {
        if resource.strategy.hasStatus { value["status"] = nil }
        guard !resource.isCustom else { return }
        if resource.strategy.hasStatus { value["status"] = [:] }
        BuiltinObjects.prepareForCreate(resource.storedKind, &value, surroundings: surroundings)
    }

    /// Completes a changed object, which has been defaulted.
    static func prepareForUpdate(
        _ value: inout JSONValue, old: JSONValue, _ resource: ServedResource,
        _ surroundings: BuiltinObjects.Surroundings
    ) {
        guard !resource.isCustom else { return }
        BuiltinObjects.prepareForUpdate(resource.storedKind, &value, old: old, surroundings: surroundings)
    }

    /// What is wrong with an object beside its metadata.
    static func problems(of value: JSONValue, old: JSONValue?, _ resource: ServedResource) -> [FieldError] {
        guard resource.isCustom else { return BuiltinObjects.validate(resource.type.gvk, value, old: old) }
        return resource.kind.schema.validate(
            value, old: old, scale: ScaleRules.errors(in: value, scale: resource.scale))
    }

    /// What admission adds to new objects, so that no client owns it.
    private static func admittedPaths(_ resource: ServedResource) -> [[String]] {
        switch resource.collection {
        case "pods":
            ["serviceAccountName", "serviceAccount", "priority", "preemptionPolicy", "tolerations"].map {
                ["spec", $0]
            }
        case "services": ["clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy"].map { ["spec", $0] }
        default: []
        }
    }

    /// Records who made an object.
    ///
    /// - Parameters:
    ///   - new: The object, complete.
    ///   - sent: The object before admission.
    static func trackCreate(
        _ new: JSONValue, sent: JSONValue, _ resource: ServedResource, manager: String, now: Time
    ) -> JSONValue {
        var shown = new
        for path in admittedPaths(resource) where sent[path: path] == nil { shown[path: path] = nil }
        if resource.collection == "namespaces" { shown["spec"] = nil }
        let tracked = track(old: nil, new: shown, resource, manager: manager, subresource: nil, now: now)
        var result = new
        result[path: ["metadata", "managedFields"]] = tracked["metadata"]?["managedFields"]
        return result
    }

    /// Records who changed an object.
    static func track(
        old: JSONValue?, new: JSONValue, _ resource: ServedResource, manager: String, subresource: String?, now: Time
    ) -> JSONValue {
        // Events are stored in the core group's form, but their fields are owned in the form that was written.
        let before = resource.isNewEvent ? old.map { EventConversion.served($0) } : old
        let after = resource.isNewEvent ? EventConversion.served(new) : new
        let tracked = FieldManagement.trackUpdate(
            old: before, new: after, manager: manager, subresource: subresource,
            apiVersion: resource.type.gvk.apiVersion, schema: resource.kind.schema, now: now,
            resetFields: resource.resetFields(subresource))
        guard resource.isNewEvent else { return tracked }
        var result = new
        result[path: ["metadata", "managedFields"]] = tracked["metadata"]?["managedFields"]
        return result
    }
}
