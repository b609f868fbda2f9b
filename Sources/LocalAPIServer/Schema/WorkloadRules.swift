import KubernetesCore

/// The defaults and the validation of kinds that make pods of a template.
enum WorkloadRules {
    /// The details of a rolling update, where the strategy is one.
    static func fillInStrategy(_ object: inout JSONValue) {
        let schema = BuiltinTypes.self
        let details: [(String, String)] = [
            ("strategy", "RollingUpdateDeployment"),
            (
                "updateStrategy",
                object["kind"]?.stringValue == "DaemonSet"
                    ? "RollingUpdateDaemonSet" : "RollingUpdateStatefulSetStrategy"
            ),
        ]
        for (field, type) in details {
            guard let strategy = object["spec"]?[field], strategy["type"]?.stringValue == "RollingUpdate" else {
                continue
            }
            var rolling = strategy["rollingUpdate"] ?? .object([:])
            for (name, member) in schema.schema("io.k8s.api.apps.v1.\(type)")?.properties ?? [:]
            where rolling[name] == nil {
                rolling[name] = member.defaultValue
            }
            object[path: ["spec", field, "rollingUpdate"]] = rolling
        }
    }

    /// The defaults of a Job's spec that depend on other fields.
    static func fillInJob(_ object: inout JSONValue, at path: [String]) {
        guard var spec = object[path: path], spec.objectValue != nil else { return }
        if spec["completions"] == nil, spec["parallelism"] == nil {
            spec["completions"] = 1
            spec["parallelism"] = 1
        }
        if spec["parallelism"] == nil { spec["parallelism"] = 1 }
        if spec["backoffLimit"] == nil {
            spec["backoffLimit"] = spec["backoffLimitPerIndex"] == nil ? 6 : 2_147_483_647
        }
        if spec["podReplacementPolicy"] == nil {
            spec["podReplacementPolicy"] = spec["podFailurePolicy"] == nil ? "TerminatingOrFailed" : "Failed"
        }
        object[path: path] = spec
    }

    /// Gives a Job the selector and its pods the labels that are made of its uid and name.
    static func selectByIdentity(_ job: inout JSONValue) {
        guard job["spec"]?["manualSelector"]?.boolValue != true, let uid = job["metadata"]?["uid"] else { return }
        let name = job["metadata"]?["name"] ?? ""
        let labels: [(String, JSONValue)] = [
            ("batch.kubernetes.io/controller-uid", uid), ("batch.kubernetes.io/job-name", name),
            ("controller-uid", uid), ("job-name", name),
        ]
        for (key, value) in labels { job[path: ["spec", "template", "metadata", "labels", key]] = value }
        job[path: ["spec", "selector", "matchLabels", "batch.kubernetes.io/controller-uid"]] = uid
    }

    /// What is wrong with a Deployment, ReplicaSet, StatefulSet, DaemonSet or Job.
    static func validate(_ gvk: GroupVersionKind, _ object: JSONValue, old: JSONValue?) -> [FieldError] {
        let spec = object["spec"] ?? .object([:])
        let isJob = gvk.kind == "Job"
        var errors: [FieldError] = []
        for field in ["replicas", "completions", "parallelism", "backoffLimit", "minReadySeconds"] {
            guard let number = spec[field]?.integerValue, number < 0 else { continue }
            errors.append(
                .invalid("spec.\(field)", .integer(number), "must be greater than or equal to 0"))
        }
        let labels = spec["template"]?["metadata"]?["labels"] ?? .object([:])
        if let selector = spec["selector"] {
            errors += validateSelector(selector, labels: labels)
        } else if !isJob {
            errors.append(.required("spec.selector"))
        }
        let template = "spec.template.spec"
        if let pod = spec["template"]?["spec"] {
            let restarts = isJob ? ["OnFailure", "Never"] : ["Always"]
            errors += ObjectMetaRules.labels(labels, path: "spec.template.metadata.labels")
            errors += PodRules.validate(pod, path: template, restart: restarts)
        } else {
            errors.append(.required("\(template).containers"))
        }
        guard let old else { return errors }
        if spec["selector"] != old["spec"]?["selector"] {
            errors.append(.invalid("spec.selector", spec["selector"] ?? .null, "field is immutable"))
        }
        if isJob, spec["suspend"] != true, spec["template"] != old["spec"]?["template"] {
            errors.append(.invalid("spec.template", spec["template"] ?? .null, "field is immutable"))
        }
        return errors
    }

    private static func validateSelector(_ selector: JSONValue, labels: JSONValue) -> [FieldError] {
        let wanted = selector["matchLabels"]?.objectValue ?? [:]
        if wanted.isEmpty, (selector["matchExpressions"]?.arrayValue ?? []).isEmpty {
            return [.invalid("spec.selector", selector, "empty selector is invalid for deployment")]
        }
        for (key, value) in wanted where labels[key] != value {
            return [
                .invalid(
                    "spec.template.metadata.labels", labels, "`selector` does not match template `labels`")
            ]
        }
        return []
    }
}
