import KubernetesCore

/// The garbage collector: objects follow their owners.
extension LocalAPIServer {
    /// Looks at one object: whether its owners are gone, and whether its dependents hold it.
    func collect(_ reference: ObjectReference) async throws {
        guard let live = engine.read({ $0.object(reference) }), let resource = builtin(reference.collection) else {
            return
        }
        let attributes = live.image.attributes
        if attributes.isBeingDeleted {
            if attributes.finalizers.contains("orphan") {
                try await orphanDependents(of: attributes.uid)
                try await removeFinalizer("orphan", from: reference, resource)
            } else if attributes.finalizers.contains("foregroundDeletion") {
                try await deleteDependents(of: reference, resource, uid: attributes.uid)
            }
            return
        }
        try await deleteIfAbandoned(live, reference, resource)
    }

    /// What the owners of an object are up to.
    private struct Owners {
        var present: [String] = []
        var missing: Set<String> = []
        /// Whether an owner waits in the foreground for this object.
        var isAwaited = false
        /// Whether an owner is of a kind that nobody serves now, so that nothing is known of it.
        var isUnknown = false
    }

    private func owners(of attributes: ObjectAttributes) -> Owners {
        var owners = Owners()
        for owner in attributes.owners {
            let place = engine.read { $0.owners.object(uid: owner.uid) }
            if let place {
                owners.present.append(owner.uid)
                let image = engine.read { $0.object(place) }?.image
                if image?.attributes.finalizers.contains("foregroundDeletion") == true,
                    owner.blockOwnerDeletion == true
                {
                    owners.isAwaited = true
                }
            } else {
                owners.missing.insert(owner.uid)
                let gvk = GroupVersionKind(apiVersion: owner.apiVersion, kind: owner.kind)
                let isServed = registry.knows(group: gvk.group, kind: gvk.kind)
                if !isServed { owners.isUnknown = true }
            }
        }
        return owners
    }

    private func deleteIfAbandoned(
        _ live: LiveObject, _ reference: ObjectReference, _ resource: ServedResource
    ) async throws {
        let owners = owners(of: live.image.attributes)
        guard !owners.missing.isEmpty, !owners.isUnknown else { return }
        if !owners.present.isEmpty {
            // Another owner still wants it: only the references to those that are gone go.
            try await changeMetadata(of: reference, resource) { metadata in
                let kept = (metadata["ownerReferences"]?.arrayValue ?? []).filter {
                    !owners.missing.contains($0["uid"]?.stringValue ?? "")
                }
                metadata["ownerReferences"] = kept.isEmpty ? nil : .array(kept)
            }
            return
        }
        var options = DeletionRequest()
        options.uid = live.image.attributes.uid
        options.propagationPolicy = "Background"
        try await deleteQuietly(reference.key, resource, options)
    }

    private func deleteQuietly(
        _ key: ObjectKey, _ resource: ServedResource, _ options: DeletionRequest
    ) async throws {
        do {
            _ = try await delete(key, resource, options)
        } catch let failure as Status where failure.code == 404 || failure.code == 409 {}
    }

    /// Deletes the dependents of an object that waits in the foreground; lets it go when none holds it.
    private func deleteDependents(
        of reference: ObjectReference, _ resource: ServedResource, uid: String
    ) async throws {
        var isHeld = false
        for dependent in engine.read({ $0.owners.dependents(of: uid) }).sorted(by: { $0.key < $1.key }) {
            guard let live = engine.read({ $0.object(dependent) }), let kind = builtin(dependent.collection) else {
                continue
            }
            let attributes = live.image.attributes
            let others = attributes.owners.filter { $0.uid != uid }.contains { owner in
                engine.read { $0.owners.object(uid: owner.uid) } != nil
            }
            if others { continue }
            if !attributes.isBeingDeleted {
                var options = DeletionRequest()
                options.uid = attributes.uid
                let hasDependents = !engine.read { $0.owners.dependents(of: attributes.uid) }.isEmpty
                options.propagationPolicy = hasDependents ? "Foreground" : "Background"
                try await deleteQuietly(dependent.key, kind, options)
            }
            let holds = attributes.owners.contains { $0.uid == uid && $0.blockOwnerDeletion == true }
            if holds, engine.read({ $0.object(dependent) })?.image.attributes.uid == attributes.uid { isHeld = true }
        }
        if !isHeld { try await removeFinalizer("foregroundDeletion", from: reference, resource) }
    }

    private func orphanDependents(of uid: String) async throws {
        for dependent in engine.read({ $0.owners.dependents(of: uid) }) {
            guard let kind = builtin(dependent.collection) else { continue }
            try await changeMetadata(of: dependent, kind) { metadata in
                let kept = (metadata["ownerReferences"]?.arrayValue ?? []).filter { $0["uid"]?.stringValue != uid }
                metadata["ownerReferences"] = kept.isEmpty ? nil : .array(kept)
            }
        }
    }

    /// Takes a finalizer from an object.
    func removeFinalizer(
        _ finalizer: String, from reference: ObjectReference, _ resource: ServedResource
    ) async throws {
        try await changeMetadata(of: reference, resource) { metadata in
            let kept = (metadata["finalizers"]?.arrayValue ?? []).filter { $0.stringValue != finalizer }
            metadata["finalizers"] = kept.isEmpty ? nil : .array(kept)
        }
    }

    private func changeMetadata(
        of reference: ObjectReference, _ resource: ServedResource, _ change: (inout [String: JSONValue]) -> Void
    ) async throws {
        let options = RequestOptions(fieldManager: "kube-controller-manager")
        do {
            _ = try await update(reference.key, resource, options) { old in
                var new = old
                var metadata = old["metadata"]?.objectValue ?? [:]
                change(&metadata)
                new["metadata"] = .object(metadata)
                return new
            }
        } catch let failure as Status where failure.code == 404 {}
    }
}
