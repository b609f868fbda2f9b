public import KubernetesCore

extension LocalAPIServer {
    /// Answers a request.
    ///
    /// - Parameters:
    ///   - request: The request, with its `Authorization` where `user` is nil.
    ///   - user: Who asks, where that is known already, as it is in process.
    /// - Returns: The answer; failures are answers too.
    public func respond(to request: APIRequest, user: ServerUser? = nil) async -> ServerResponse {
        do {
            let user = try user ?? authenticate(request)
            let response = try await answer(request, user)
            return response
        } catch let failure as Status {
            return .whole(Self.response(failure))
        } catch let failure as WarnedFailure {
            var answer = Self.response(failure.status)
            if !failure.warnings.isEmpty { answer.headers["warning"] = Self.warningHeader(failure.warnings) }
            return .whole(answer)
        } catch let answer as DocumentAnswer {
            return .whole(Self.response(answer.document, status: answer.code))
        } catch let answer as PlainAnswer {
            return .whole(
                APIResponse(
                    status: answer.status, headers: Self.headers("text/plain; charset=utf-8"),
                    body: Array(answer.text.utf8)))
        } catch is CancellationError {
            return .whole(
                Self.response(Status(code: 499, reason: "Timeout", message: "the request was cancelled")))
        } catch {
            return .whole(Self.response(Status.internalError("\(error)")))
        }
    }

    static func headers(_ type: String = "application/json") -> [String: String] {
        ["content-type": type, "cache-control": "no-cache, private"]
    }

    static func response(_ status: Status) -> APIResponse {
        APIResponse(status: status.code ?? 500, headers: headers(), body: JSONWriter.bytes(status.document))
    }

    static func response(_ value: JSONValue, status: Int = 200) -> APIResponse {
        APIResponse(status: status, headers: headers(), body: JSONWriter.bytes(value))
    }

    private func authenticate(_ request: APIRequest) throws(Status) -> ServerUser {
        guard let header = request.header("authorization") else { return .anonymous }
        let parts = header.split(separator: " ", maxSplits: 1).map(String.init)
        guard parts.count == 2, parts[0].lowercased() == "bearer" else { return .anonymous }
        guard configuration.tokens.contains(parts[1].trimmed) else { throw Status.unauthorized }
        return .admin
    }

    private func answer(_ request: APIRequest, _ user: ServerUser) async throws -> ServerResponse {
        guard let segments = RequestTarget.segments(request.path) else {
            throw Status.badRequest("the path is malformed")
        }
        guard let root = segments.first, root == "api" || root == "apis", segments.count > 1 else {
            return try discover(request, segments, user)
        }
        if segments.count <= (root == "api" ? 2 : 3) { return try discover(request, segments, user) }
        guard let target = RequestTarget(segments: segments) else { throw PlainAnswer.pageNotFound }
        try authorize(request, target, user)
        if target.group == "authorization.k8s.io" || target.group == "authentication.k8s.io" {
            return .whole(try review(request, target, user))
        }
        guard let resource = resource(target.group, target.version, target.plural) else {
            if target.group.isEmpty, target.plural == "bindings", let namespace = target.namespace {
                return .whole(try await bind(request, namespace: namespace, name: nil))
            }
            let isCustom = registry.isCustom(group: target.group)
            if isCustom { throw PlainAnswer.pageNotFound }
            throw Status.resourceNotFound
        }
        return try await dispatch(request, target, resource)
    }

    /// Everything is allowed to the cluster's owner, and nothing here to others.
    private func authorize(_ request: APIRequest, _ target: RequestTarget, _ user: ServerUser) throws(Status) {
        guard !user.groups.contains("system:masters") else { return }
        let isList = target.name == nil
        let verb =
            switch request.method {
            case .get: request.flag("watch") ? "watch" : isList ? "list" : "get"
            case .post: "create"
            case .put: "update"
            case .patch: "patch"
            case .delete: isList ? "deletecollection" : "delete"
            }
        let resource = ResourceType(group: target.group, version: "", kind: "", plural: target.plural)
        let place = target.namespace.map { " in the namespace \"\($0)\"" } ?? " at the cluster scope"
        let subject = target.name.map { "\(resource.qualifiedName) \"\($0)\"" } ?? resource.qualifiedName
        throw Status(
            code: 403, reason: "Forbidden",
            message: "\(subject) is forbidden: User \"\(user.name)\" cannot \(verb) resource \"\(target.plural)\" in "
                + "API group \"\(target.group)\"\(place)",
            details: Status.Details(
                name: target.name, group: target.group.isEmpty ? nil : target.group, kind: target.plural))
    }

    private func dispatch(
        _ request: APIRequest, _ target: RequestTarget, _ resource: ServedResource
    ) async throws -> ServerResponse {
        if let subresource = target.subresource, !target.isWatchPath {
            return try await respond(to: request, target, resource, subresource: subresource)
        }
        if resource.type.isNamespaced, target.namespace == nil, target.name != nil {
            if resource.isCustom { throw PlainAnswer.pageNotFound }
            throw Status.resourceNotFound
        }
        guard let name = target.name else { return try await respondForCollection(request, target, resource) }
        let key = ObjectKey(namespace: target.namespace, name: name)
        if target.isWatchPath { return try await watch(request, target, resource) }
        switch request.method {
        case .get: return .whole(try await get(request, key, resource))
        case .put: return .whole(try await replace(request, key, resource, subresource: nil))
        case .patch: return .whole(try await patch(request, key, resource, subresource: nil))
        case .delete: return .whole(try await delete(request, key, resource))
        case .post:
            guard resource.isCustom else { throw Status.methodNotAllowed }
            return .whole(try await create(request, namespace: target.namespace, resource))
        }
    }

    private func respondForCollection(
        _ request: APIRequest, _ target: RequestTarget, _ resource: ServedResource
    ) async throws -> ServerResponse {
        let isWhole = resource.type.isNamespaced && target.namespace == nil
        switch request.method {
        case .get:
            if request.flag("watch") || target.isWatchPath { return try await watch(request, target, resource) }
            return .whole(try await list(request, target, resource))
        case .post:
            if isWhole {
                if resource.isCustom { throw PlainAnswer.pageNotFound }
                throw Status.methodNotAllowed
            }
            return .whole(try await create(request, namespace: target.namespace, resource))
        case .delete:
            guard !isWhole, resource.kind.verbs.contains("deletecollection") else { throw Status.methodNotAllowed }
            return .whole(try await deleteCollection(request, target, resource))
        case .put, .patch:
            if resource.isCustom { throw Status.badRequest("name must be provided") }
            throw Status.methodNotAllowed
        }
    }
}
