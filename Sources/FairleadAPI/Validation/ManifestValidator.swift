public import KubernetesCore

/// Judges a whole object, as `fairlead validate` does for each document of a file.
public enum ManifestValidator {
    /// What is wrong with an object; empty where nothing is, and for kinds of other groups.
    public static func validate(_ object: JSONValue, limits: Limits = .published) -> [InvalidField] {
        guard case .object(let members) = object else {
            return [InvalidField(path: "", message: "must be an object, not \(DecodingProblem.name(of: object))")]
        }
        guard let apiVersion = members["apiVersion"]?.stringValue else {
            return [InvalidField(path: "apiVersion", message: "is required")]
        }
        guard let kind = members["kind"]?.stringValue else {
            return [InvalidField(path: "kind", message: "is required")]
        }
        let gvk = GroupVersionKind(apiVersion: apiVersion, kind: kind)
        guard gvk.group == FairleadGroup.name else { return [] }
        guard gvk.version == FairleadGroup.version else {
            let message = "must be \(FairleadGroup.apiVersion), not \(Quoted.text(apiVersion))"
            return [InvalidField(path: "apiVersion", message: message)]
        }
        let kinds = CustomResourceDefinitions.all.map(\.type.gvk.kind)
        guard kinds.contains(kind) else {
            let message = "unknown kind \(Quoted.text(kind))\(NearestName.suggestion(kind, among: kinds))"
            return [InvalidField(path: "kind", message: message)]
        }
        var problems = nameProblems(members["metadata"] ?? .null, kind: kind, limits)
        let known = ["apiVersion", "kind", "metadata", "spec", "status"]
        for name in members.keys.sorted() where !known.contains(name) {
            let message = "unknown field \(Quoted.text(name))\(NearestName.suggestion(name, among: known))"
            problems.append(InvalidField(path: name, message: message))
        }
        guard let spec = members["spec"], !spec.isNull else {
            return problems + [InvalidField(path: "spec", message: "is required")]
        }
        switch kind {
        case ResourceType.pipeline.gvk.kind:
            let name = members["metadata"]?["name"]?.stringValue
            problems += PipelineValidator.validate(json: spec, named: name, limits: limits)
        case ResourceType.trainingJob.gvk.kind: problems += TrainingJobValidator.validate(json: spec, limits: limits)
        case ResourceType.trigger.gvk.kind: problems += TriggerValidator.validate(json: spec, limits: limits)
        case ResourceType.connection.gvk.kind, ResourceType.clusterConnection.gvk.kind:
            problems += ConnectionValidator.validate(json: spec)
        case ResourceType.clusterProfile.gvk.kind: problems += ClusterProfileValidator.validate(json: spec)
        case ResourceType.model.gvk.kind: problems += ModelValidator.validate(json: spec)
        case ResourceType.modelVersion.gvk.kind:
            problems += ModelVersionValidator.validate(json: spec, name: members["metadata"]?["name"]?.stringValue)
        case ResourceType.inferenceService.gvk.kind:
            problems += InferenceServiceValidator.validate(json: spec, limits: limits)
        case ResourceType.servingRuntime.gvk.kind, ResourceType.clusterServingRuntime.gvk.kind:
            problems += ServingRuntimeValidator.validate(json: spec)
        default: problems += RunValidator.validate(json: spec, limits: limits)
        }
        return problems
    }

    private static func nameProblems(_ metadata: JSONValue, kind: String, _ limits: Limits) -> [InvalidField] {
        let path = FieldPath("metadata")["name"].description
        let limit =
            switch kind {
            case ResourceType.pipeline.gvk.kind: limits.pipelineName
            case ResourceType.trigger.gvk.kind: limits.triggerName
            case ResourceType.model.gvk.kind: ModelName.longest
            default: limits.runName
            }
        switch metadata["name"] {
        case .string(let name):
            let problem =
                kind == ResourceType.inferenceService.gvk.kind
                ? InferenceServiceValidator.nameProblem(name, limits: limits)
                : NameRule.objectProblem(name, limit: limit)
            return problem.map { [InvalidField(path: path, message: $0)] } ?? []
        case .bool(let truth): return [InvalidField(path: path, message: YAMLTrap.message(forBoolean: truth))]
        case nil where metadata["generateName"]?.stringValue != nil: return []
        case nil: return [InvalidField(path: path, message: "is required")]
        case let other?:
            return [InvalidField(path: path, message: "must be a string, not \(DecodingProblem.name(of: other))")]
        }
    }
}
