import KubernetesCore

extension LocalAPIServer {
    /// Answers a request for a subresource.
    func respond(
        to request: APIRequest, _ target: RequestTarget, _ resource: ServedResource, subresource: String
    ) async throws -> ServerResponse {
        guard let key = target.key, !resource.type.isNamespaced || target.namespace != nil else {
            throw PlainAnswer.pageNotFound
        }
        guard resource.kind.subresources.contains(subresource) else {
            let place = ObjectReference(collection: resource.collection, key: key)
            if resource.isCustom, subresource.contains("/"), engine.read({ $0.object(place) }) == nil {
                throw Status.notFound(resource, key.name)
            }
            throw Status.resourceNotFound
        }
        switch (subresource, request.method) {
        case ("status", .get), ("ephemeralcontainers", .get), ("resize", .get), ("finalize", .get):
            return .whole(try await get(request, key, resource))
        case ("status", .put), ("ephemeralcontainers", .put), ("resize", .put):
            return .whole(try await replace(request, key, resource, subresource: subresource))
        case ("status", .patch), ("ephemeralcontainers", .patch), ("resize", .patch):
            return .whole(try await patch(request, key, resource, subresource: subresource))
        case ("finalize", .put): return .whole(try await finalize(request, key, resource))
        case ("scale", .get), ("scale", .put), ("scale", .patch):
            return .whole(try await scale(request, key, resource))
        case ("binding", .post):
            return .whole(try await bind(request, namespace: key.namespace ?? "", name: key.name))
        case ("eviction", .post): return .whole(try await evict(request, key, resource))
        case ("log", .get): return try await log(request, key, resource)
        case ("token", .post): return .whole(try serviceAccountToken(request, key, resource))
        default:
            guard resource.isCustom else { throw Status.methodNotAllowed }
            throw Status.notSupported(request.method, resource)
        }
    }

    private static func created() -> APIResponse {
        let document: JSONValue = [
            "kind": "Status", "apiVersion": "v1", "metadata": [:], "status": "Success", "code": 201,
        ]
        return response(document, status: 201)
    }

    /// `POST` on a pod's binding, or on the old collection of bindings.
    func bind(_ request: APIRequest, namespace: String, name: String?) async throws -> APIResponse {
        guard let pods = builtin("pods") else { throw Status.resourceNotFound }
        guard request.method == .post else { throw Status.methodNotAllowed }
        let (binding, _) = try RequestBody.parse(request, kind: "Binding")
        let options = try RequestOptions(request, kind: "CreateOptions")
        let node = binding["target"]?["name"]?.stringValue ?? ""
        if node.isEmpty { throw Status.internalError("target.name: Required value") }
        let pod = name ?? binding["metadata"]?["name"]?.stringValue ?? ""
        let now = self.now
        _ = try await update(
            ObjectKey(namespace: namespace, name: pod), pods, options, subresource: "binding", managed: true
        ) { old in
            if let bound = old["spec"]?["nodeName"]?.stringValue, !bound.isEmpty {
                var conflict = Status.conflict(pods, pod, "pod \(pod) is already assigned to node \"\(bound)\"")
                conflict.message = conflict.message?.replacing(" on pods ", with: " on pods/binding ")
                conflict.details?.kind = "pods/binding"
                throw conflict
            }
            var new = old
            new[path: ["spec", "nodeName"]] = .string(node)
            for (key, value) in binding["metadata"]?["annotations"]?.objectValue ?? [:] {
                new[path: ["metadata", "annotations", key]] = value
            }
            Self.setCondition(
                &new,
                [
                    "type": "PodScheduled", "status": "True", "lastProbeTime": .null,
                    "lastTransitionTime": .string(now.description),
                ])
            return new
        }
        return Self.created()
    }

    /// Sets a pod's condition.
    static func setCondition(_ pod: inout JSONValue, _ condition: JSONValue) {
        var conditions = (pod["status"]?["conditions"]?.arrayValue ?? []).filter { $0["type"] != condition["type"] }
        conditions.append(condition)
        pod[path: ["status", "conditions"]] = .array(conditions)
    }

    /// `POST` on a pod's eviction.
    private func evict(
        _ request: APIRequest, _ key: ObjectKey, _ resource: ServedResource
    ) async throws -> APIResponse {
        let (eviction, _) = try RequestBody.parse(request, kind: "Eviction")
        let options = try RequestOptions(request, kind: "CreateOptions")
        let name = eviction["metadata"]?["name"]?.stringValue ?? key.name
        if name != key.name { throw Status.badRequest("name in URL does not match name in Eviction object") }
        let place = ObjectReference(collection: resource.collection, key: key)
        guard let live = engine.read({ $0.object(place) }) else { throw Status.notFound(resource, key.name) }
        try checkBudgets(of: live, key)
        if options.isDryRun { return Self.created() }
        let now = self.now
        if !live.image.attributes.isBeingDeleted {
            _ = try await update(key, resource, options, subresource: "eviction") { old in
                var new = old
                Self.setCondition(
                    &new,
                    [
                        "type": "DisruptionTarget", "status": "True", "reason": "EvictionByEvictionAPI",
                        "message": "Eviction API: evicting", "lastProbeTime": .null,
                        "lastTransitionTime": .string(now.description),
                    ])
                return new
            }
        }
        var deletion = DeletionRequest()
        deletion.gracePeriodSeconds = eviction["deleteOptions"]?["gracePeriodSeconds"]?.integerValue
        deletion.propagationPolicy = eviction["deleteOptions"]?["propagationPolicy"]?.stringValue
        deletion.uid = eviction["deleteOptions"]?["preconditions"]?["uid"]?.stringValue
        _ = try await delete(key, resource, deletion)
        return Self.created()
    }

    /// Refuses what a PodDisruptionBudget's status does not allow.
    private func checkBudgets(of pod: LiveObject, _ key: ObjectKey) throws(Status) {
        let page = engine.read { store in
            store.page(
                of: "poddisruptionbudgets.policy", namespace: key.namespace, at: nil, after: nil, limit: nil,
                matches: { _ in true })
        }
        for image in page?.images ?? [] {
            let budget = image.parsed()
            guard let value = budget["spec"]?["selector"], let selector = LabelSelector(value),
                selector.matches(pod.image.attributes.labels)
            else { continue }
            let status = budget["status"]
            let allowed = status?["disruptionsAllowed"]?.integerValue ?? 0
            if allowed > 0 { continue }
            let desired = status?["desiredHealthy"]?.integerValue ?? 0
            let healthy = status?["currentHealthy"]?.integerValue ?? 0
            throw Status(
                code: 429, reason: "TooManyRequests",
                message: "Cannot evict pod as it would violate the pod's disruption budget.",
                details: Status.Details(causes: [
                    Status.Cause(
                        reason: "DisruptionBudget",
                        message: "The disruption budget \(image.key.name) needs \(desired) healthy pods and has "
                            + "\(healthy) currently", field: nil)
                ]))
        }
    }

    /// `PUT` on a namespace's finalize.
    private func finalize(
        _ request: APIRequest, _ key: ObjectKey, _ resource: ServedResource
    ) async throws -> APIResponse {
        let options = try RequestOptions(request, kind: "UpdateOptions")
        let body = try RequestBody(request, for: resource, options)
        let finalizers = body.value["spec"]?["finalizers"]
        try await setNamespaceFinalizers(key.name, to: finalizers)
        return try answer(.value(body.value), request, resource)
    }

    /// `GET` on a pod's log.
    private func log(
        _ request: APIRequest, _ key: ObjectKey, _ resource: ServedResource
    ) async throws -> ServerResponse {
        let place = ObjectReference(collection: resource.collection, key: key)
        guard let live = engine.read({ $0.object(place) }) else { throw Status.notFound(resource, key.name) }
        let value = live.value
        let names = (value["spec"]?["containers"]?.arrayValue ?? []).compactMap { $0["name"]?.stringValue }
        let initNames = (value["spec"]?["initContainers"]?.arrayValue ?? []).compactMap { $0["name"]?.stringValue }
        let container = request.query("container") ?? (names.count == 1 ? names[0] : "")
        if container.isEmpty {
            var text = "a container name must be specified for pod \(key.name), choose one of: "
            text += "[\(names.joined(separator: " "))]"
            if !initNames.isEmpty { text += " or one of the init containers: [\(initNames.joined(separator: " "))]" }
            throw Status.badRequest(text)
        }
        guard names.contains(container) || initNames.contains(container) else {
            throw Status.badRequest("container \(container) is not valid for pod \(key.name)")
        }
        guard let logs = podLogs, value["spec"]?["nodeName"]?.stringValue?.isEmpty == false else {
            return .whole(APIResponse(status: 200, headers: Self.headers("text/plain")))
        }
        if request.query("sinceTime") != nil, request.query("sinceSeconds") != nil {
            throw FieldError.status(
                kind: "PodLogOptions", group: "", name: key.name,
                errors: [
                    FieldError(
                        path: FieldError.noPath, reason: .forbidden,
                        message: "Forbidden: at most one of `sinceTime` or `sinceSeconds` may be specified")
                ])
        }
        let wanted = PodLogRequest(
            namespace: key.namespace ?? "", pod: key.name, uid: live.image.attributes.uid, container: container,
            follow: request.flag("follow"), previous: request.flag("previous"),
            timestamps: request.flag("timestamps"),
            tailLines: try request.integer("tailLines").map { Int(clamping: $0) },
            sinceSeconds: try request.integer("sinceSeconds").map { Int(clamping: $0) },
            sinceTime: request.query("sinceTime").flatMap { Time($0) },
            limitBytes: try request.integer("limitBytes").map { Int(clamping: $0) })
        return .stream(status: 200, headers: Self.headers("text/plain")) { write in
            try await logs.stream(wanted, to: write)
        }
    }
}
