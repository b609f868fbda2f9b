import KubernetesCore

extension LocalAPIServer {
    /// `PUT` on an object or a subresource that has its form.
    func replace(
        _ request: APIRequest, _ key: ObjectKey, _ resource: ServedResource, subresource: String?
    ) async throws -> APIResponse {
        let options = try RequestOptions(request, kind: "UpdateOptions")
        let body = try RequestBody(request, for: resource, options)
        var sent = resource.isNewEvent ? EventConversion.stored(body.value) : body.value
        try Self.checkAddress(&sent, key)
        let version = sent["metadata"]?["resourceVersion"]?.stringValue ?? ""
        let updated = try await warned(body.warnings, key, resource, options, subresource) { old in
            if version.isEmpty || version == "0", !resource.strategy.allowsUnconditionalUpdate {
                let error = FieldError.invalid("metadata.resourceVersion", 0, "must be specified for an update")
                var status = FieldError.status(
                    kind: resource.type.plural, group: resource.type.gvk.group, name: key.name, errors: [error])
                status.details?.kind = resource.type.plural
                throw status
            }
            let uid = sent["metadata"]?["uid"]?.stringValue ?? ""
            if let live = old["metadata"]?["uid"]?.stringValue, !uid.isEmpty, uid != live {
                throw Status.conflict(
                    resource, key.name,
                    "Precondition failed: UID in precondition: \(uid), UID in object meta: \(live)")
            }
            return sent
        }
        return try answer(updated, request, resource, warnings: body.warnings)
    }

    /// Changes an object; a failure carries the warnings about what was sent.
    private func warned(
        _ warnings: [String], _ key: ObjectKey, _ resource: ServedResource, _ options: RequestOptions,
        _ subresource: String?, _ change: (JSONValue) throws -> JSONValue
    ) async throws -> AnsweredObject {
        do {
            return try await update(key, resource, options, subresource: subresource, change)
        } catch let failure as Status {
            throw WarnedFailure(status: failure, warnings: warnings)
        }
    }

    /// Refuses an object that names another place than its path, and fills in what it left out.
    static func checkAddress(_ value: inout JSONValue, _ key: ObjectKey) throws(Status) {
        let name = value["metadata"]?["name"]?.stringValue ?? ""
        if !name.isEmpty, name != key.name {
            throw Status.badRequest(
                "the name of the object (\(name)) does not match the name on the URL (\(key.name))")
        }
        let namespace = value["metadata"]?["namespace"]?.stringValue ?? ""
        if !namespace.isEmpty, namespace != key.namespace { throw namespaceMismatch }
        value[path: ["metadata", "name"]] = .string(key.name)
        if let namespace = key.namespace { value[path: ["metadata", "namespace"]] = .string(namespace) }
    }

    /// Changes an object under its optimistic lock, again where another writer was faster and the change allows it.
    ///
    /// - Parameters:
    ///   - key: The object.
    ///   - resource: Its kind.
    ///   - options: The request's options.
    ///   - subresource: `status`, or another with the object's form; nil for the main resource.
    ///   - managed: Whether the change sets the managed fields itself, as server-side apply does.
    ///   - change: The new object from the old one, in the stored form; may be called more than once.
    /// - Throws: A `Status`.
    func update(
        _ key: ObjectKey, _ resource: ServedResource, _ options: RequestOptions, subresource: String? = nil,
        managed: Bool = false, _ change: (JSONValue) throws -> JSONValue
    ) async throws -> AnsweredObject {
        let place = ObjectReference(collection: resource.collection, key: key)
        for _ in 0..<200 {
            guard let live = engine.read({ $0.object(place) }) else { throw Status.notFound(resource, key.name) }
            var old = live.value
            old["apiVersion"] = .string(resource.apiVersion)
            old["kind"] = .string(resource.type.gvk.kind)
            var new = try change(old)
            let version = new["metadata"]?["resourceVersion"]?.stringValue ?? ""
            if !version.isEmpty, version != "0", version != String(live.image.revision) {
                throw Status.conflict(resource, key.name)
            }
            try prepare(&new, old: old, resource, subresource)
            try checkEscalation(new, old: old, resource)
            if !managed {
                new = KindPreparation.track(
                    old: old, new: new, resource, manager: options.fieldManager, subresource: subresource, now: now)
            }
            if Self.isUnchanged(new, old) {
                try await engine.stored(through: live.image.revision)
                return .image(live.image)
            }
            if let answer = try await store(new, old: old, in: place, since: live.image.revision, resource, options) {
                return answer
            }
            try Task.checkCancellation()
        }
        throw Status.conflict(resource, key.name)
    }

    /// Stores a change; nil where another writer was faster.
    private func store(
        _ new: JSONValue, old: JSONValue, in place: ObjectReference, since revision: Int64, _ resource: ServedResource,
        _ options: RequestOptions
    ) async throws -> AnsweredObject? {
        let draft = resource.draft(new)
        try Self.checkSize(draft)
        if options.isDryRun { return .value(new) }
        let isFinished = Self.isFinished(draft, new, resource)
        // Watchers see a finished object as it was before its last finalizer went.
        let last = isFinished ? resource.draft(old) : draft
        do {
            let image = try await engine.write { store in
                if isFinished {
                    return try store.remove(last, from: place.collection, ifUnchangedSince: revision)
                }
                return try store.put(draft, in: place.collection, if: .unchanged(since: revision))
            }
            if isFinished {
                if resource.collection == "customresourcedefinitions.apiextensions.k8s.io" {
                    definitionRemoved(place.key.name)
                }
                var shown = new
                shown[path: ["metadata", "resourceVersion"]] = .string(String(revision))
                return .value(shown)
            }
            if resource.collection == "customresourcedefinitions.apiextensions.k8s.io" {
                try await definitionChanged(place.key.name)
            }
            return .image(image)
        } catch WriteRefusal.changed {
            return nil
        } catch WriteRefusal.absent {
            throw Status.notFound(resource, place.key.name)
        }
    }

    /// Whether nothing holds an object any more that is being deleted.
    static func isFinished(_ draft: ObjectDraft, _ value: JSONValue, _ resource: ServedResource) -> Bool {
        guard draft.attributes.isBeingDeleted, draft.attributes.finalizers.isEmpty else { return false }
        if resource.collection == "namespaces" {
            return value["spec"]?["finalizers"]?.arrayValue?.isEmpty ?? true
        }
        return (value["metadata"]?["deletionGracePeriodSeconds"]?.integerValue ?? 0) == 0
    }

    private static func isUnchanged(_ new: JSONValue, _ old: JSONValue) -> Bool {
        var new = new
        new[path: ["metadata", "resourceVersion"]] = old["metadata"]?["resourceVersion"]
        return new == old
    }

    /// Completes and validates a changed object.
    private func prepare(
        _ new: inout JSONValue, old: JSONValue, _ resource: ServedResource, _ subresource: String?
    ) throws(Status) {
        let name = old["metadata"]?["name"]?.stringValue ?? ""
        var metadata = new["metadata"]?.objectValue ?? [:]
        let before = old["metadata"]?.objectValue ?? [:]
        for field in ["creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds"] {
            metadata[field] = before[field]
        }
        if metadata["uid"]?.stringValue?.isEmpty ?? true { metadata["uid"] = before["uid"] }
        metadata["generation"] = before["generation"]
        metadata["selfLink"] = nil
        new["metadata"] = .object(metadata)
        if subresource == "status" {
            new = Self.withStatus(of: new, in: old, resource)
        } else if resource.strategy.hasStatus, subresource != "binding", subresource != "eviction" {
            new["status"] = old["status"]
        }
        resource.storedSchema.applyDefaults(&new)
        KindPreparation.prepareForUpdate(&new, old: old, resource, surroundings)
        if resource.strategy.hasGeneration, subresource != "binding", Self.specChanged(new, old, resource) {
            let generation = before["generation"]?.integerValue ?? 0
            new[path: ["metadata", "generation"]] = .integer(generation &+ 1)
        }
        var errors = MetadataRules.problems(of: new, old: old, resource)
        if subresource != "binding", subresource != "ephemeralcontainers", subresource != "resize" {
            errors += KindPreparation.problems(of: new, old: old, resource)
        }
        if !errors.isEmpty { throw Self.invalid(resource, name, errors) }
    }

    private static func withStatus(of new: JSONValue, in old: JSONValue, _ resource: ServedResource) -> JSONValue {
        var result = old
        result["status"] = new["status"]
        if resource.isCustom {
            result[path: ["metadata", "managedFields"]] = new["metadata"]?["managedFields"]
        } else {
            var metadata = new["metadata"] ?? .object([:])
            metadata["ownerReferences"] = old["metadata"]?["ownerReferences"]
            result["metadata"] = metadata
        }
        return result
    }

    private static func specChanged(_ new: JSONValue, _ old: JSONValue, _ resource: ServedResource) -> Bool {
        guard resource.isCustom else { return new["spec"] != old["spec"] }
        var left = new.objectValue ?? [:]
        var right = old.objectValue ?? [:]
        for name in ["metadata", "apiVersion", "kind"] + (resource.strategy.hasStatus ? ["status"] : []) {
            left[name] = nil
            right[name] = nil
        }
        return left != right
    }
}
