import KubernetesCore

/// What a deletion asks for, from its body and its query.
struct DeletionRequest: Sendable {
    var gracePeriodSeconds: Int64?
    var propagationPolicy: String?
    var uid: String?
    var resourceVersion: String?
    var isDryRun = false

    init() {}

    /// Reads a deletion.
    ///
    /// - Throws: 400, 415, or 422 for options that do not exist.
    init(_ request: APIRequest, group: String) throws(Status) {
        var body: JSONValue = .object([:])
        if let bytes = request.body, !bytes.isEmpty { body = try Self.parse(request, bytes) }
        let grace = try request.integer("gracePeriodSeconds")
        gracePeriodSeconds = body["gracePeriodSeconds"]?.integerValue ?? grace
        propagationPolicy = body["propagationPolicy"]?.stringValue ?? request.query("propagationPolicy")
        uid = body["preconditions"]?["uid"]?.stringValue
        resourceVersion = body["preconditions"]?["resourceVersion"]?.stringValue
        var errors: [FieldError] = []
        let dryRun =
            (body["dryRun"]?.arrayValue ?? []).compactMap(\.stringValue)
            + request.query.filter { $0.name == "dryRun" }.map(\.value)
        isDryRun = !dryRun.isEmpty
        if dryRun.contains(where: { $0 != "All" }) {
            errors.append(.notSupported("dryRun", .array(dryRun.map { .string($0) }), supported: ["All"]))
        }
        if let policy = propagationPolicy, !policy.isEmpty {
            if body["orphanDependents"]?.boolValue != nil {
                errors.append(
                    .invalid(
                        "propagationPolicy", .string(policy),
                        "orphanDependents and deletionPropagation cannot be both set"))
            } else if !["Foreground", "Background", "Orphan"].contains(policy) {
                errors.append(
                    .notSupported(
                        "propagationPolicy", .string(policy),
                        supported: ["Foreground", "Background", "Orphan", "nil"]))
            }
        }
        if !errors.isEmpty { throw Status.invalidOptions("DeleteOptions", errors) }
        if let orphan = body["orphanDependents"]?.boolValue { propagationPolicy = orphan ? "Orphan" : "Background" }
    }

    private static func parse(_ request: APIRequest, _ bytes: [UInt8]) throws(Status) -> JSONValue {
        try RequestBody.checkSize(bytes)
        let type = request.mediaType ?? "application/json"
        guard RequestBody.mediaTypes.contains(type) else { throw Status.unsupportedMediaType(RequestBody.mediaTypes) }
        var body: JSONValue
        if type == "application/vnd.kubernetes.protobuf" {
            body = try RequestBody.protobuf(bytes, kind: "DeleteOptions")
        } else if type == "application/yaml" {
            guard let value = try? YAMLDocument.parse(bytes) else {
                throw Status.badRequest("couldn't get version/kind; yaml parse error")
            }
            body = value
        } else {
            do throws(JSONParseError) {
                body = try JSONParser.parse(bytes)
            } catch {
                throw Status.badRequest(
                    "couldn't get version/kind; json parse error: \(RequestBody.goMessage(error, bytes))")
            }
        }
        if let kind = body["kind"]?.stringValue, kind != "DeleteOptions" {
            let version = body["apiVersion"]?.stringValue ?? ""
            throw Status.badRequest(
                "no kind \"\(kind)\" is registered for version \"\(version)\" in scheme \"pkg/runtime/scheme.go:111\"")
        }
        return body
    }
}

extension LocalAPIServer {
    /// What became of a deletion.
    enum Deletion {
        /// The object is gone; its last state.
        case gone(JSONValue)
        /// The object waits for finalizers, its grace period, or the node.
        case waiting(AnsweredObject)
    }

    /// `DELETE` on an object.
    func delete(_ request: APIRequest, _ key: ObjectKey, _ resource: ServedResource) async throws -> APIResponse {
        let options = try DeletionRequest(request, group: resource.type.gvk.group)
        switch try await delete(key, resource, options) {
        case .waiting(let object): return try answer(object, request, resource)
        case .gone(let value):
            if Self.shownOnceGone.contains(resource.collection) { return try answer(.value(value), request, resource) }
            return Self.response(Self.success(key, resource, uid: value["metadata"]?["uid"]?.stringValue))
        }
    }

    /// Kinds whose deletion is answered with the object as it was, rather than with a `Status`.
    private static let shownOnceGone: Set<String> = [
        "persistentvolumeclaims", "persistentvolumes", "pods", "podtemplates", "resourcequotas", "serviceaccounts",
        "services",
    ]

    private static func success(_ key: ObjectKey, _ resource: ServedResource, uid: String?) -> JSONValue {
        var status = Status(code: 200, reason: "", message: "")
        status.status = "Success"
        status.reason = nil
        status.message = nil
        status.code = nil
        status.details = Status.details(resource, key.name)
        status.details?.uid = uid
        return status.document
    }

    /// Deletes an object, or begins to.
    func delete(
        _ key: ObjectKey, _ resource: ServedResource, _ options: DeletionRequest
    ) async throws -> Deletion {
        let place = ObjectReference(collection: resource.collection, key: key)
        if resource.collection == "namespaces", ["default", "kube-system", "kube-public"].contains(key.name) {
            throw Status.forbidden(resource, key.name, "this namespace may not be deleted")
        }
        for _ in 0..<200 {
            guard let live = engine.read({ $0.object(place) }) else { throw Status.notFound(resource, key.name) }
            try Self.checkPreconditions(live, resource, options)
            let plan = DeletionPlan(live.value, resource, options, now: now)
            do {
                return try await perform(plan, live, place, resource, options)
            } catch WriteRefusal.changed {
                try Task.checkCancellation()
            } catch WriteRefusal.absent {
                throw Status.notFound(resource, key.name)
            }
        }
        throw Status.conflict(resource, key.name)
    }

    private func perform(
        _ plan: DeletionPlan, _ live: LiveObject, _ place: ObjectReference, _ resource: ServedResource,
        _ options: DeletionRequest
    ) async throws -> Deletion {
        let revision = live.image.revision
        switch plan {
        case .nothing: return .waiting(.image(live.image))
        case .mark(let value):
            if options.isDryRun { return .waiting(.value(value)) }
            let draft = resource.draft(value)
            let image = try await engine.write {
                try $0.put(draft, in: place.collection, if: .unchanged(since: revision))
            }
            if resource.collection == "customresourcedefinitions.apiextensions.k8s.io" {
                try await definitionChanged(place.key.name)
            }
            return .waiting(.image(image))
        case .remove(let value):
            if options.isDryRun { return .gone(value) }
            let draft = resource.draft(value)
            try await engine.write {
                _ = try $0.remove(draft, from: place.collection, ifUnchangedSince: revision)
            }
            return .gone(value)
        case .markAndRemove(let value):
            if options.isDryRun { return .gone(value) }
            let draft = resource.draft(value)
            let removed = try await engine.write { store in
                let marked = try store.put(draft, in: place.collection, if: .unchanged(since: revision))
                return try store.remove(draft, from: place.collection, ifUnchangedSince: marked.revision)
            }
            var shown = value
            shown[path: ["metadata", "resourceVersion"]] = .string(String(removed.revision))
            return .gone(shown)
        }
    }

    private static func checkPreconditions(
        _ live: LiveObject, _ resource: ServedResource, _ options: DeletionRequest
    ) throws(Status) {
        func fail(_ text: String) -> Status {
            let gvk = resource.type.gvk
            let qualified = gvk.group.isEmpty ? gvk.kind : "\(gvk.kind).\(gvk.group)"
            return Status(
                code: 409, reason: "Conflict",
                message: "Operation cannot be fulfilled on \(qualified) \"\(live.key.name)\": \(text)",
                details: Status.Details(
                    name: live.key.name, group: gvk.group.isEmpty ? nil : gvk.group, kind: gvk.kind))
        }
        let uid = live.image.attributes.uid
        if let wanted = options.uid, wanted != uid {
            throw fail(
                "the UID in the precondition (\(wanted)) does not match the UID in record (\(uid)). The object might "
                    + "have been deleted and then recreated")
        }
        let version = String(live.image.revision)
        if let wanted = options.resourceVersion, wanted != version {
            throw fail(
                "the ResourceVersion in the precondition (\(wanted)) does not match the ResourceVersion in record "
                    + "(\(version)). The object might have been modified")
        }
    }

    /// `DELETE` on a collection: of what is selected, or of as many of it as the limit says.
    func deleteCollection(
        _ request: APIRequest, _ target: RequestTarget, _ resource: ServedResource
    ) async throws -> APIResponse {
        let options = try DeletionRequest(request, group: resource.type.gvk.group)
        let limit = try ListOptions(request, isWatch: false).limit
        let selection = try Selection(request, resource)
        let (page, revision) = engine.read { store in
            (
                store.page(
                    of: resource.collection, namespace: target.namespace, at: nil, after: nil, limit: limit,
                    matches: selection.matches), store.revision
            )
        }
        let images = page?.images ?? []
        for image in images {
            do {
                _ = try await delete(image.key, resource, options)
            } catch let failure as Status where failure.reason == "NotFound" {}
        }
        try await engine.stored(through: revision)
        let position = page.map { Self.position(of: $0, at: revision, selection) }
        return try answerList(images, request, resource, position ?? ListPosition(revision: revision))
    }
}
