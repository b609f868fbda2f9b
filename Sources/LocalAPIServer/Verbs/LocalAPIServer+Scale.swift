import KubernetesCore

extension LocalAPIServer {
    /// The scale subresource: a view of an object's replicas as `autoscaling/v1` Scale.
    func scale(_ request: APIRequest, _ key: ObjectKey, _ resource: ServedResource) async throws -> APIResponse {
        let paths = ScalePaths(resource)
        let place = ObjectReference(collection: resource.collection, key: key)
        guard request.method != .get else {
            guard let live = engine.read({ $0.object(place) }) else { throw Status.notFound(resource, key.name) }
            return Self.response(paths.scale(of: live.value))
        }
        let kind = request.method == .put ? "UpdateOptions" : "PatchOptions"
        let options = try RequestOptions(request, kind: kind)
        let parsed: JSONValue?
        if request.method == .put {
            parsed = try RequestBody.parse(request, kind: "Scale").0
        } else {
            parsed = nil
        }
        let updated = try await update(key, resource, options, subresource: "scale") { old in
            let shown = paths.scale(of: old)
            let sent = try parsed ?? Self.patchedScale(request, shown)
            // What is left out counts as zero, as Kubernetes' own type has it.
            let given = sent["spec"]?["replicas"] ?? 0
            guard let replicas = given == .null ? 0 : given.integerValue else {
                throw Status.badRequest("spec.replicas must be an integer")
            }
            var new = old
            new[path: paths.specReplicas] = .integer(replicas)
            new[path: ["metadata", "resourceVersion"]] = sent["metadata"]?["resourceVersion"]
            return new
        }
        return Self.response(paths.scale(of: updated.value(for: resource)))
    }

    private static func patchedScale(_ request: APIRequest, _ shown: JSONValue) throws -> JSONValue {
        let bytes = request.body ?? []
        guard let patch = try? JSONParser.parse(bytes) else {
            throw Status.badRequest("error decoding patch: unexpected end of JSON input")
        }
        do throws(PatchError) {
            switch request.mediaType.flatMap({ PatchType(rawValue: $0) }) {
            case .json: return try JSONPatch.apply(patch, to: shown)
            case .merge, .strategicMerge: return try MergePatch.applyRequest(patch, to: shown)
            default:
                throw PatchError(
                    code: 415, reason: "UnsupportedMediaType", message: "415: Unsupported Media Type")
            }
        } catch {
            throw error.status
        }
    }
}

/// Where an object keeps the numbers that its scale shows.
private struct ScalePaths {
    var specReplicas: [String] = ["spec", "replicas"]
    var statusReplicas: [String] = ["status", "replicas"]
    var selector: [String]?

    init(_ resource: ServedResource) {
        guard let scale = resource.scale else { return }
        func path(_ name: String) -> [String]? {
            scale[name]?.stringValue?.split(separator: ".").map(String.init)
        }
        specReplicas = path("specReplicasPath") ?? specReplicas
        statusReplicas = path("statusReplicasPath") ?? statusReplicas
        selector = path("labelSelectorPath")
    }

    func scale(of value: JSONValue) -> JSONValue {
        let source = value["metadata"]
        var metadata: JSONValue = [:]
        for name in ["name", "namespace", "uid", "resourceVersion", "creationTimestamp"] {
            metadata[name] = source?[name]
        }
        var status: JSONValue = ["replicas": value[path: statusReplicas] ?? 0]
        if let selector {
            status["selector"] = value[path: selector]
        } else if let labels = value["spec"]?["selector"]?["matchLabels"]?.objectValue {
            status["selector"] = .string(
                labels.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value.stringValue ?? "")" }
                    .joined(separator: ","))
        }
        var spec: JSONValue = [:]
        spec["replicas"] = value[path: specReplicas]
        return [
            "kind": "Scale", "apiVersion": "autoscaling/v1", "metadata": metadata, "spec": spec, "status": status,
        ]
    }
}
