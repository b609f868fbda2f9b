import KubernetesCore

extension LocalAPIServer {
    /// `PATCH` on an object or a subresource that has its form.
    func patch(
        _ request: APIRequest, _ key: ObjectKey, _ resource: ServedResource, subresource: String?
    ) async throws -> APIResponse {
        let type = try Self.patchType(request, resource)
        let bytes = request.body ?? []
        try RequestBody.checkSize(bytes)
        let options = try RequestOptions(request, kind: "PatchOptions")
        if type == .apply { return try await apply(request, key, resource, subresource, options) }
        if options.force {
            throw Status.invalidOptions(
                "PatchOptions", [.forbidden("force", "may not be specified for non-apply patch")])
        }
        let patch: JSONValue
        do throws(JSONParseError) {
            patch = try JSONParser.parse(bytes)
        } catch {
            throw Status.badRequest("error decoding patch: \(RequestBody.goMessage(error, bytes))")
        }
        var warnings: [String] = []
        func changed(_ old: JSONValue) throws -> JSONValue {
            let shown = resource.isNewEvent ? EventConversion.served(old) : old
            let result = try Self.patched(shown, by: patch, type, resource)
            let body: RequestBody
            do throws(Status) {
                body = try RequestBody(patched: result, for: resource, options)
            } catch {
                // A patch whose result cannot be decoded is invalid rather than malformed.
                guard error.code == 400, !resource.isCustom, options.fieldValidation != .strict else { throw error }
                let problem = FieldError.invalid("patch", .string(JSONWriter.string(patch)), error.message ?? "")
                var status = FieldError.status(kind: "", group: "", name: "", errors: [problem])
                status.details?.kind = nil
                throw status
            }
            warnings = body.warnings
            var new = resource.isNewEvent ? EventConversion.stored(body.value) : body.value
            try Self.checkAddress(&new, key)
            return new
        }
        do {
            let updated = try await update(key, resource, options, subresource: subresource, changed)
            return try answer(updated, request, resource, warnings: warnings)
        } catch let failure as Status {
            throw WarnedFailure(status: failure, warnings: warnings)
        }
    }

    private static func patchType(_ request: APIRequest, _ resource: ServedResource) throws(Status) -> PatchType {
        let type = request.mediaType.flatMap { PatchType(rawValue: $0) }
        if let type, !(resource.isCustom && type == .strategicMerge) { return type }
        guard resource.isCustom else {
            throw Status(
                code: 415, reason: "UnsupportedMediaType", message: "415: Unsupported Media Type",
                details: Status.Details())
        }
        throw Status.unsupportedMediaType(
            ["application/json-patch+json", "application/merge-patch+json", "application/apply-patch+yaml"])
    }

    private static func patched(
        _ old: JSONValue, by patch: JSONValue, _ type: PatchType, _ resource: ServedResource
    ) throws(Status) -> JSONValue {
        do throws(PatchError) {
            switch type {
            case .json: return try JSONPatch.apply(patch, to: old)
            case .merge: return try MergePatch.applyRequest(patch, to: old)
            case .strategicMerge, .apply:
                return try StrategicMergePatch.apply(patch, to: old, schema: resource.kind.schema)
            }
        } catch {
            throw error.status
        }
    }

    /// Server-side apply.
    private func apply(
        _ request: APIRequest, _ key: ObjectKey, _ resource: ServedResource, _ subresource: String?,
        _ options: RequestOptions
    ) async throws -> APIResponse {
        if (request.query("fieldManager") ?? "").isEmpty {
            throw Status.invalidOptions(
                "PatchOptions", [.required("fieldManager", "is required for apply patch")])
        }
        let bytes = request.body ?? []
        let sent: JSONValue
        do throws(YAMLDocument.ParseError) {
            if let value = try? JSONParser.parse(bytes) {
                if EscapedSlash.isIn(bytes) {
                    throw YAMLDocument.ParseError(message: "found unknown escape character")
                }
                sent = value
            } else {
                sent = try YAMLDocument.parse(bytes)
            }
        } catch {
            throw Status.badRequest(
                "error decoding YAML: error converting YAML to JSON: yaml: \(error.message)")
        }
        let checked = try Self.checkedApply(sent, key, resource)
        let applied = resource.isNewEvent ? EventConversion.stored(checked) : checked
        let warnings = try RequestBody(patched: applied, for: resource, options, isApply: true).warnings
        let place = ObjectReference(collection: resource.collection, key: key)
        for _ in 0..<8 {
            if engine.read({ $0.object(place) }) == nil {
                guard subresource == nil else { throw Status.notFound(resource, key.name) }
                do {
                    let created = try await createApplied(applied, key, resource, options)
                    return try answer(created, request, resource, status: 201, warnings: warnings)
                } catch let failure as Status where failure.reason == "AlreadyExists" { continue }
            }
            do {
                let updated = try await update(
                    key, resource, options, subresource: subresource, managed: true
                ) { old in
                    try self.merged(applied, into: old, options, resource, subresource)
                }
                return try answer(updated, request, resource, warnings: warnings)
            } catch let failure as Status
                where failure.reason == "NotFound" && failure.details?.name == key.name && subresource == nil
            { continue }
        }
        throw Status.conflict(resource, key.name)
    }

    private func createApplied(
        _ value: JSONValue, _ key: ObjectKey, _ resource: ServedResource, _ options: RequestOptions
    ) async throws -> AnsweredObject {
        if let uid = value["metadata"]?["uid"]?.stringValue, !uid.isEmpty {
            throw Status.conflict(
                resource, key.name,
                "uid mismatch: the provided object specified uid \(uid), and no existing object was found")
        }
        try authorizeCreation(key, resource)
        var value = value
        value[path: ["metadata", "resourceVersion"]] = nil
        if resource.strategy.hasStatus { value["status"] = nil }
        let new = try merged(value, into: nil, options, resource, nil)
        return try await create(new, resource, options, applied: true)
    }

    private func merged(
        _ applied: JSONValue, into live: JSONValue?, _ options: RequestOptions, _ resource: ServedResource,
        _ subresource: String?
    ) throws -> JSONValue {
        do {
            var merged = try FieldManagement.apply(
                applied: applied, to: live, manager: options.fieldManager, force: options.force,
                subresource: subresource, apiVersion: resource.apiVersion, schema: resource.kind.schema,
                now: now, resetFields: resource.resetFields(subresource))
            if !resource.isCustom, !resource.isNewEvent {
                do throws(TypedDecoder.Problem) {
                    merged = try BuiltinObjects.decode(resource.type.gvk, merged)
                } catch {
                    throw Status.internalError(error.message)
                }
            }
            resource.storedSchema.prune(&merged)
            // kubectl's client-side apply must go on from what its server-side apply did.
            let lastApplied = ["metadata", "annotations", "kubectl.kubernetes.io/last-applied-configuration"]
            if options.fieldManager == "kubectl", subresource == nil, live?[path: lastApplied]?.stringValue != nil {
                merged[path: lastApplied] = .string(JSONWriter.string(applied) + "\n")
            }
            return merged
        } catch let error as FieldManagementError {
            throw error.status
        } catch let conflicts as FieldConflicts {
            throw conflicts.status
        }
    }

    private static func checkedApply(
        _ sent: JSONValue, _ key: ObjectKey, _ resource: ServedResource
    ) throws(Status) -> JSONValue {
        let gvk = resource.type.gvk
        let kind = sent["kind"]?.stringValue ?? ""
        let apiVersion = sent["apiVersion"]?.stringValue ?? ""
        if kind != gvk.kind || apiVersion != gvk.apiVersion {
            let shown = apiVersion.isEmpty ? "/" : apiVersion
            throw Status.badRequest("invalid object type: \(shown), Kind=\(kind)")
        }
        if let fields = sent["metadata"]?["managedFields"], fields.arrayValue?.isEmpty == false {
            throw Status.badRequest("metadata.managedFields must be nil")
        }
        var applied = sent
        try checkAddress(&applied, key)
        return applied
    }
}
