import KubernetesCore

/// What the server makes of objects of built-in kinds before it keeps them.
///
/// A write of a built-in kind goes through these steps, in this order:
/// 1. ``decode(_:_:)`` of the body; a problem is answered with 400,
/// 2. `BuiltinSchemas.schema(for:)`'s `unknownFields`, `prune` and `applyDefaults`,
/// 3. ``prepareForCreate(_:_:surroundings:)``, or ``prepareForUpdate(_:_:old:)``, after the subresource has been sorted
///    out (who writes the spec leaves the status alone, and the other way round),
/// 4. ``validate(_:_:old:)``; errors are answered with `FieldError.status`.
///
/// The rules about metadata are those of ``ObjectMetaRules``, which custom kinds obey too.
enum BuiltinObjects {
    /// What a new object gets from its surroundings.
    struct Surroundings {
        /// Five random characters for the name of a pod's token volume; nil where pods get no token.
        var tokenVolumeSuffix: String?
        /// Whether the pod's service account says that its pods get no token.
        var serviceAccountRefusesToken = false
        /// The next free address of a Service.
        var nextClusterIP: () -> String
        /// The next free port of all nodes.
        var nextNodePort: () -> Int64

        /// Describes surroundings.
        init(
            tokenVolumeSuffix: String? = nil, serviceAccountRefusesToken: Bool = false,
            nextClusterIP: @escaping () -> String = { "127.128.0.10" }, nextNodePort: @escaping () -> Int64 = { 30_000 }
        ) {
            self.tokenVolumeSuffix = tokenVolumeSuffix
            self.serviceAccountRefusesToken = serviceAccountRefusesToken
            self.nextClusterIP = nextClusterIP
            self.nextNodePort = nextNodePort
        }
    }

    /// An object as Kubernetes' Go types carry it: canonical quantities and times, no nulls, no empty lists.
    ///
    /// - Throws: `TypedDecoder.Problem`, whose message belongs behind
    ///   `Pod in version "v1" cannot be handled as a Pod: `.
    static func decode(_ gvk: GroupVersionKind, _ object: JSONValue) throws(TypedDecoder.Problem) -> JSONValue {
        try TypedDecoder.decode(object, schema: BuiltinSchemas.schema(for: gvk))
    }

    /// Fills in what depends on more than one field, and resets what a client can't set.
    ///
    /// The object has been defaulted; its metadata has its uid already, since a Job's selector is made of it.
    static func prepareForCreate(
        _ gvk: GroupVersionKind, _ object: inout JSONValue, surroundings: Surroundings = Surroundings()
    ) {
        fillIn(gvk, &object)
        switch (gvk.group, gvk.kind) {
        case ("apiextensions.k8s.io", "CustomResourceDefinition"):
            object["status"] = nil
            object = CustomResourceDefinitions.defaulted(object)
        case ("", "Pod"): PodDefaults.admit(&object, surroundings: surroundings)
        case ("", "Namespace"):
            let name = object["metadata"]?["name"] ?? ""
            object[path: ["metadata", "labels", "kubernetes.io/metadata.name"]] = name
            if object["spec"]?["finalizers"] == nil { object[path: ["spec", "finalizers"]] = ["kubernetes"] }
            object["status"] = ["phase": "Active"]
        case ("", "Service"): ServiceRules.allocate(&object, old: nil, surroundings: surroundings)
        case ("", "PersistentVolumeClaim"): object["status"] = ["phase": "Pending"]
        case ("", "PersistentVolume"): object["status"] = ["phase": "Available"]
        case ("batch", "Job"):
            WorkloadRules.selectByIdentity(&object)
            object["status"] = .object([:])
        case ("apps", _), ("batch", "CronJob"), ("policy", _), ("networking.k8s.io", "Ingress"):
            if object["status"] != nil { object["status"] = BuiltinSchemas.emptyStatus(of: gvk) }
        default: break
        }
    }

    /// Fills in what depends on more than one field, and keeps what an update leaves out but can't take away.
    static func prepareForUpdate(
        _ gvk: GroupVersionKind, _ object: inout JSONValue, old: JSONValue, surroundings: Surroundings = Surroundings()
    ) {
        fillIn(gvk, &object)
        switch (gvk.group, gvk.kind) {
        case ("", "Service"): ServiceRules.allocate(&object, old: old, surroundings: surroundings)
        case ("", "Pod"): PodDefaults.keepAdmitted(&object, old: old)
        case ("", "Namespace"):
            object[path: ["spec", "finalizers"]] = old[path: ["spec", "finalizers"]]
            object[path: ["metadata", "labels", "kubernetes.io/metadata.name"]] = old["metadata"]?["name"]
        case ("apiextensions.k8s.io", "CustomResourceDefinition"):
            object = CustomResourceDefinitions.defaulted(object)
        case ("batch", "Job"):
            if object["spec"]?["selector"] == nil {
                object[path: ["spec", "selector"]] = old[path: ["spec", "selector"]]
            }
        default: break
        }
    }

    /// The defaults that a schema can't express, for create and update.
    private static func fillIn(_ gvk: GroupVersionKind, _ object: inout JSONValue) {
        switch (gvk.group, gvk.kind) {
        case ("", "Pod"):
            PodDefaults.fillIn(&object, at: ["spec"], isPod: true)
            PodDefaults.fillInStatus(&object)
        case ("", "Event"):
            // Clients sort by times that an object must have for that, be they null.
            if object["source"] == nil { object["source"] = [:] }
            for name in ["firstTimestamp", "lastTimestamp", "eventTime"] where object[name] == nil {
                object[name] = .null
            }
            for name in ["reportingComponent", "reportingInstance"] where object[name] == nil { object[name] = "" }
        case ("rbac.authorization.k8s.io", _): AccessRules.fillIn(&object)
        case ("", "PodTemplate"): PodDefaults.fillIn(&object, at: ["template", "spec"], isPod: false)
        case ("batch", "CronJob"):
            WorkloadRules.fillInJob(&object, at: ["spec", "jobTemplate", "spec"])
            PodDefaults.fillIn(&object, at: ["spec", "jobTemplate", "spec", "template", "spec"], isPod: false)
        case ("apps", _), ("batch", "Job"), ("", "ReplicationController"):
            if gvk.kind == "Job" { WorkloadRules.fillInJob(&object, at: ["spec"]) }
            WorkloadRules.fillInStrategy(&object)
            PodDefaults.fillIn(&object, at: ["spec", "template", "spec"], isPod: false)
        case ("", "Secret"): DataRules.foldStrings(&object)
        case ("", "Service"): ServiceRules.fillIn(&object)
        default: break
        }
    }

    /// What is wrong with an object beside its metadata.
    ///
    /// - Parameters:
    ///   - gvk: The kind.
    ///   - new: The object, prepared.
    ///   - old: The object before an update; nil for a create.
    static func validate(_ gvk: GroupVersionKind, _ new: JSONValue, old: JSONValue?) -> [FieldError] {
        switch (gvk.group, gvk.kind) {
        case ("", "Pod"):
            let spec = PodRules.validate(new["spec"] ?? .object([:]), path: "spec", restart: PodRules.allRestarts)
            guard let old else { return spec }
            return spec + PodRules.validateUpdate(new, old: old)
        case ("", "Event"), ("events.k8s.io", "Event"):
            let isNew = gvk.group == "events.k8s.io"
            return old.map { EventRules.validateUpdate(new, old: $0, isNew: isNew) }
                ?? EventRules.validate(new, isNew: isNew)
        case ("", "ConfigMap"): return DataRules.validateConfigMap(new, old: old)
        case ("", "Secret"): return DataRules.validateSecret(new, old: old)
        case ("", "Service"): return ServiceRules.validate(new, old: old)
        case ("apps", "Deployment"), ("apps", "ReplicaSet"), ("apps", "StatefulSet"), ("apps", "DaemonSet"),
            ("batch", "Job"):
            return WorkloadRules.validate(gvk, new, old: old)
        case ("rbac.authorization.k8s.io", _): return AccessRules.validate(new, old: old)
        case ("apiextensions.k8s.io", "CustomResourceDefinition"):
            return old.map { CustomResourceDefinitions.validateUpdate(new, old: $0) }
                ?? CustomResourceDefinitions.validate(new)
        default: return required(BuiltinSchemas.schema(for: gvk), new)
        }
    }

    /// The fields of the spec that a kind can't do without, for kinds that have no rules of their own here.
    private static func required(_ schema: ObjectSchema, _ object: JSONValue) -> [FieldError] {
        var errors: [FieldError] = []
        // An empty list is none at all in Kubernetes' Go types, and allowed: that of a slice without endpoints.
        for name in schema.required where object[name] == nil && schema.properties[name]?.type != "array" {
            errors.append(.required(name))
        }
        if let spec = schema.properties["spec"], let value = object["spec"] {
            for name in spec.required where value[name] == nil { errors.append(.required("spec.\(name)")) }
        }
        return errors
    }
}
