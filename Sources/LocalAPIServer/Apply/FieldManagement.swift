public import KubernetesCore

/// Who owns which field of an object: Kubernetes' server-side apply, and the record that every other write keeps.
///
/// Fields follow structured-merge-diff: lists with `x-kubernetes-list-type` merge element by element, maps member by
/// member unless they are atomic, and what no schema describes merges as maps whose lists are atomic.
public enum FieldManagement {
    /// Entries for updates beyond this count are merged into one, the oldest first.
    private static let maxUpdateManagers = 10
    private static let mergedManager = "ancient-changes"
    static let firstApplyManager = "before-first-apply"

    /// Fields of the server, which nobody owns.
    static let unowned: FieldSet = {
        let metadata = [
            "name", "namespace", "creationTimestamp", "selfLink", "uid", "clusterName", "generation", "managedFields",
            "resourceVersion",
        ]
        return metadata.map { FieldSet(path: ["f:metadata", "f:\($0)"]) }.reduce(
            FieldSet(children: ["f:apiVersion": [:], "f:kind": [:], "f:metadata": [:]])
        ) { $0.union($1) }
    }()

    /// The new state of an object with the record of who owns what after a create, an update or a patch.
    ///
    /// - Parameters:
    ///   - old: The stored state, nil for a create.
    ///   - new: The state after the write, with defaults.
    ///   - manager: The request's field manager.
    ///   - subresource: The subresource that was written, nil for the object itself.
    ///   - apiVersion: The version in which it was written.
    ///   - schema: The schema of the kind.
    ///   - now: The time of the write.
    ///   - resetFields: Paths which this endpoint sets back whatever was written, such as `["status"]`.
    /// - Returns: `new` with `metadata.managedFields`.
    public static func trackUpdate(
        old: JSONValue?, new: JSONValue, manager: String, subresource: String? = nil, apiVersion: String,
        schema: ObjectSchema, now: Time, resetFields: [[String]] = []
    ) -> JSONValue {
        var result = new
        let sent = new["metadata"]?["managedFields"]
        let kept = old?["metadata"]?["managedFields"]
        result.setManagedFields(nil)
        var entries = currentEntries(sent: sent, kept: kept, isSubresource: subresource != nil)
        if entries.isEmpty, old != nil { return result }
        var before = old ?? EmptyObject.before(new)
        before.setManagedFields(nil)
        var comparison = ObjectComparison(from: before, to: result, type: FieldType(root: schema))
        comparison.exclude(FieldSet(paths: resetFields))
        let isRecordKept = sent == nil || sent == kept || subresource != nil
        if comparison.isEmpty, isRecordKept {
            result.setManagedFields(kept)
            return result
        }
        release(comparison, in: &entries, except: nil)
        let taken = comparison.taken.subtracting(unowned)
        if !taken.isEmpty {
            // Kubernetes gives the entries of scale no time.
            let entry = ManagedFieldsEntry(
                manager: manager, operation: .update, apiVersion: apiVersion,
                time: subresource == "scale" ? nil : now.description, fields: taken, subresource: subresource)
            if let index = entries.firstIndex(where: { $0.identity == entry.identity }) {
                entries[index].fields = entries[index].fields.union(taken)
                entries[index].time = entry.time
            } else {
                entries.append(entry)
            }
        }
        entries.removeAll { $0.fields.isEmpty }
        limitUpdateManagers(&entries)
        result.setManagedFields(entries)
        return result
    }

    /// The entries that hold before a write: the stored ones, unless the request sent sound ones of its own.
    private static func currentEntries(
        sent: JSONValue?, kept: JSONValue?, isSubresource: Bool
    ) -> [ManagedFieldsEntry] {
        let stored = ManagedFieldsEntry.entries(kept) ?? []
        guard !isSubresource, let sent, sent != kept else { return stored }
        // One empty entry is how a client asks for the record to be dropped.
        if sent == .array([.object([:])]) { return [] }
        guard let entries = ManagedFieldsEntry.foreignEntries(sent), !entries.isEmpty else { return stored }
        return entries
    }

    /// Takes fields away from those who no longer own them, since another changed them or they are gone.
    static func release(
        _ comparison: ObjectComparison, in entries: inout [ManagedFieldsEntry],
        except identity: ManagedFieldsEntry.Identity?
    ) {
        let taken = comparison.taken
        for index in entries.indices where entries[index].identity != identity {
            entries[index].fields = entries[index].fields.subtracting(taken).subtracting(comparison.removed)
        }
    }

    /// Merges the oldest entries of one version until no more are left than the limit.
    private static func limitUpdateManagers(_ entries: inout [ManagedFieldsEntry]) {
        var count = entries.count { $0.operation == .update }
        if count <= maxUpdateManagers { return }
        let oldest = entries.filter { $0.operation == .update }
            .sorted { ($0.seconds, $0.manager) < ($1.seconds, $1.manager) }
        var firstOfVersion: [String: ManagedFieldsEntry] = [:]
        for entry in oldest where count > maxUpdateManagers {
            guard let first = firstOfVersion[entry.apiVersion] else {
                firstOfVersion[entry.apiVersion] = entry
                continue
            }
            var bucket = ManagedFieldsEntry(
                manager: mergedManager, operation: .update, apiVersion: entry.apiVersion, time: entry.time,
                fields: entry.fields)
            if let index = entries.firstIndex(where: { $0.identity == bucket.identity }) {
                bucket.fields = bucket.fields.union(entries[index].fields)
                entries.remove(at: index)
            } else {
                bucket.fields = bucket.fields.union(first.fields)
                entries.removeAll { $0.identity == first.identity }
            }
            entries.removeAll { $0.identity == entry.identity }
            entries.append(bucket)
            count -= 1
        }
    }
}

extension FieldSet {
    /// The set of paths of member names.
    init(paths: [[String]]) {
        self = paths.reduce(.empty) { $0.union(FieldSet(path: $1.map(PathElement.field))) }
    }
}

extension JSONValue {
    /// Puts entries into the metadata, in their order; none at all where there are none.
    mutating func setManagedFields(_ entries: [ManagedFieldsEntry]) {
        let list = JSONValue.array(entries.sorted(by: ManagedFieldsEntry.isOrdered).map(\.json))
        setManagedFields(entries.isEmpty ? Optional.none : list)
    }

    /// Puts a list of entries into the metadata, or takes it away.
    mutating func setManagedFields(_ list: JSONValue?) {
        guard case .object(var members) = self else { return }
        if list == nil, members["metadata"]?["managedFields"] == nil { return }
        self = .null
        var metadata = members.removeValue(forKey: "metadata") ?? .object([:])
        metadata["managedFields"] = list
        members["metadata"] = metadata
        self = .object(members)
    }
}
