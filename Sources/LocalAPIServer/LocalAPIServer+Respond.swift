public import KubernetesCore

extension LocalAPIServer {
    /// Answers a request.
    ///
    /// - Parameters:
    ///   - request: The request, with its `Authorization` where `user` is nil.
    ///   - user: Who asks, where that is known already, as it is in process; may speak for others by headers.
    /// - Returns: The answer; failures are answers too.
    public func respond(to request: APIRequest, user: ServerUser? = nil) async -> ServerResponse {
        do {
            let sender = try user ?? authenticate(request)
            guard let segments = RequestTarget.segments(request.path) else {
                throw Status.badRequest("the path is malformed")
            }
            let target = RequestTarget.isResource(segments) ? RequestTarget(segments: segments) : nil
            let access = target.map { AccessRequest(request, $0) } ?? AccessRequest(path: request)
            let user = try impersonate(request, sender, for: access)
            try authorize(access, user)
            return try await ServerUser.$current.withValue(user) {
                guard let target else { return try discover(request, segments) }
                return try await answer(request, target, user)
            }
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

    private func answer(
        _ request: APIRequest, _ target: RequestTarget, _ user: ServerUser
    ) async throws -> ServerResponse {
        if target.group == "authorization.k8s.io" || target.group == "authentication.k8s.io" {
            return .whole(try review(request, target, user))
        }
        if target.group == MetricsGroup.name, let meter = configuration.meter {
            return .whole(try await metrics(request, target, from: meter))
        }
        guard let resource = resource(target.group, target.version, target.plural) else {
            if target.group.isEmpty, target.plural == "bindings", let namespace = target.namespace {
                return .whole(try await bind(request, namespace: namespace, name: nil))
            }
            let isCustom = registry.isCustom(group: target.group)
            if isCustom { throw PlainAnswer.pageNotFound }
            throw Status.resourceNotFound
        }
        var response = try await dispatch(request, target, resource)
        if let warning = resource.strategy.warning { response.warn(Self.warningHeader([warning])) }
        return response
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
