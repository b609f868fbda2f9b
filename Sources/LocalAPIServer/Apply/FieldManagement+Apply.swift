public import KubernetesCore

extension FieldManagement {
    /// The state of an object after a server-side apply.
    ///
    /// The result is not yet defaulted, and what `resetFields` names is not yet set back.
    ///
    /// - Parameters:
    ///   - applied: The configuration: what the manager wants, whole.
    ///   - live: The stored state, nil where there is none.
    ///   - manager: The request's field manager.
    ///   - force: Whether to take over what others own.
    ///   - subresource: The subresource that is written, nil for the object itself.
    ///   - apiVersion: The version in which it is written.
    ///   - schema: The schema of the kind.
    ///   - now: The time of the write.
    ///   - resetFields: Paths which this endpoint sets back whatever was written, such as `["status"]`.
    /// - Returns: The object with `metadata.managedFields`; equal to `live` where nothing changed.
    /// - Throws: ``FieldConflicts``, or ``FieldManagementError`` for a configuration that goes against the schema.
    public static func apply(
        applied: JSONValue, to live: JSONValue?, manager: String, force: Bool, subresource: String? = nil,
        apiVersion: String, schema: ObjectSchema, now: Time, resetFields: [[String]] = []
    ) throws -> JSONValue {
        let application = Application(
            applied: applied, manager: manager, subresource: subresource, apiVersion: apiVersion, schema: schema,
            now: now, resetFields: FieldSet(paths: resetFields))
        do {
            return try application.apply(to: live, force: force)
        } catch let failure as Conflicting {
            // Objects that kubectl managed before by its annotation pass to server-side apply without force.
            if manager == "kubectl", let live, failure.fields.subtracting(application.lastApplied(live)).isEmpty {
                return try application.apply(to: live, force: true)
            }
            throw failure.conflicts
        }
    }

    /// Conflicts, with the set of fields that they are about.
    fileprivate struct Conflicting: Error {
        var conflicts: FieldConflicts
        var fields: FieldSet
    }

    /// One apply request.
    fileprivate struct Application {
        var applied: JSONValue
        var manager: String
        var subresource: String?
        var apiVersion: String
        var schema: ObjectSchema
        var now: Time
        var resetFields: FieldSet

        private var type: FieldType { FieldType(root: schema) }

        func apply(to live: JSONValue?, force: Bool) throws -> JSONValue {
            try validate()
            var live = live
            if let object = live, (ManagedFieldsEntry.entries(object["metadata"]?["managedFields"]) ?? []).isEmpty {
                var stripped = object
                stripped.setManagedFields(nil)
                live = trackUpdate(
                    old: nil, new: stripped, manager: firstApplyManager, subresource: subresource,
                    apiVersion: apiVersion, schema: schema, now: now)
            }
            var entries = ManagedFieldsEntry.entries(live?["metadata"]?["managedFields"]) ?? []
            live?.setManagedFields(nil)
            let before = live ?? .object([:])

            var own = ManagedFieldsEntry(
                manager: manager, operation: .apply, apiVersion: apiVersion,
                fields: FieldSet(applied: applied, type: type).subtractingTrees(resetFields), subresource: subresource)
            let previous = entries.first { $0.identity == own.identity }
            entries.removeAll { $0.identity == own.identity }

            var result = TypedMerge.merge(before, applied, type)
            if let last = previous?.fields, !last.isEmpty {
                let owned = entries.reduce(own.fields) { $0.union($1.fields) }
                result = pruned(result, last: last, owned: owned)
            }
            var comparison = ObjectComparison(from: before, to: result, type: type)
            comparison.exclude(resetFields)
            if !force { try refuseConflicts(of: entries, with: comparison) }
            release(comparison, in: &entries, except: own.identity)

            own.fields = own.fields.subtracting(unowned)
            own.time = live != nil && result == before ? previous?.time : now.description
            entries.append(own)
            entries.removeAll { $0.fields.isEmpty }
            result.setManagedFields(entries)
            return result
        }

        private func validate() throws {
            if let sent = applied["metadata"]?["managedFields"], !sent.isNull {
                throw FieldManagementError(
                    code: 400, reason: "BadRequest", message: "metadata.managedFields must be nil")
            }
            let errors = TypedValidation.errors(in: applied, type: type)
            if errors.isEmpty { return }
            let metadata = applied["metadata"]
            let gvk = GroupVersionKind(apiVersion: apiVersion, kind: applied["kind"]?.stringValue ?? "")
            let name = "\(metadata?["namespace"]?.stringValue ?? "")/\(metadata?["name"]?.stringValue ?? "")"
            throw FieldManagementError(
                code: 500, reason: nil,
                message:
                    "failed to create typed patch object (\(name); \(gvk.group)/\(gvk.version), Kind=\(gvk.kind)): "
                    + TypedValidation.text(errors))
        }

        /// The object without what the manager applied before, does not apply now, and nobody else owns.
        private func pruned(_ merged: JSONValue, last: FieldSet, owned: FieldSet) -> JSONValue {
            let last = last.withNamedFields(of: type)
            let all = FieldSet(applied: merged, type: type).withNamedFields(of: type)
            func remaining(_ object: JSONValue) -> FieldSet {
                FieldSet(applied: object, type: type).withNamedFields(of: type)
            }
            // Owned fields go back in first, then all that this manager never applied.
            let withoutLast = TypedMerge.remove(last, from: merged, type)
            let unowned = all.subtracting(remaining(withoutLast).union(owned.withNamedFields(of: type)))
            let withOwned = TypedMerge.remove(unowned, from: merged, type)
            let dangling = all.subtracting(remaining(withOwned)).intersection(last)
            return TypedMerge.remove(dangling, from: merged, type)
        }

        private func refuseConflicts(of entries: [ManagedFieldsEntry], with comparison: ObjectComparison) throws {
            var conflicts: [FieldConflicts.Conflict] = []
            var fields = FieldSet.empty
            let taken = comparison.taken
            for entry in entries.sorted(by: { $0.identity.text < $1.identity.text }) {
                let disputed = entry.fields.intersection(taken)
                fields = fields.union(disputed)
                conflicts += disputed.paths.map {
                    FieldConflicts.Conflict(manager: entry.identity.text, field: PathElement.text($0))
                }
            }
            if !conflicts.isEmpty {
                throw Conflicting(conflicts: FieldConflicts(conflicts: conflicts), fields: fields)
            }
        }

        /// The fields of kubectl's `last-applied-configuration`.
        func lastApplied(_ live: JSONValue) -> FieldSet {
            let annotation = live["metadata"]?["annotations"]?["kubectl.kubernetes.io/last-applied-configuration"]
            guard let text = annotation?.stringValue, let configuration = try? JSONParser.parse(text) else {
                return .empty
            }
            return FieldSet(applied: configuration, type: type)
        }
    }
}

extension ManagedFieldsEntry.Identity {
    /// The manager as messages name it.
    fileprivate var text: String {
        var text = JSONWriter.string(.string(manager))
        if let subresource { text += " with subresource \"\(subresource)\"" }
        if let apiVersion { text += " using \(apiVersion)" }
        return text
    }
}
