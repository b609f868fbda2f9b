import KubernetesCore

/// The controllers of CustomResourceDefinitions: names, serving, and the end of their objects.
extension LocalAPIServer {
    private static let definitions = "customresourcedefinitions.apiextensions.k8s.io"

    private static func place(_ name: String) -> ObjectReference {
        ObjectReference(collection: definitions, key: ObjectKey(namespace: nil, name: name))
    }

    /// Serves a definition as it is now, after giving it the status that follows from its spec.
    func definitionChanged(_ name: String) async throws {
        guard let resource = builtin(Self.definitions) else { return }
        for _ in 0..<50 {
            guard let live = engine.read({ $0.object(Self.place(name)) }) else { return }
            let value = live.value
            if live.image.attributes.isBeingDeleted {
                serve(value, name)
                return
            }
            let others = otherDefinitions(than: name)
            var new = value
            new["status"] = CustomKinds.status(of: value, among: others, now: now)
            if new == value {
                serve(value, name)
                return
            }
            new = KindPreparation.track(
                old: value, new: new, resource, manager: "kube-apiserver", subresource: "status", now: now)
            let draft = resource.draft(new)
            let revision = live.image.revision
            do {
                try await engine.write {
                    _ = try $0.put(draft, in: Self.definitions, if: .unchanged(since: revision))
                }
                serve(new, name)
                return
            } catch WriteRefusal.changed {
                continue
            } catch WriteRefusal.absent {
                return
            }
        }
    }

    private func otherDefinitions(than name: String) -> [JSONValue] {
        let page = engine.read { store in
            store.page(of: Self.definitions, namespace: nil, at: nil, after: nil, limit: nil, matches: { _ in true })
        }
        return (page?.images ?? []).filter { $0.key.name != name }.map { $0.parsed() }
    }

    private func serve(_ definition: JSONValue, _ name: String) {
        let served = CustomKinds.served(by: definition)
        replaceKinds(of: name, by: served)
        guard let first = served.first else { return }
        // New defaults show in objects that were stored before.
        engine.reencode(collection: name) { stored in
            var value = stored
            first.kind.schema.applyDefaults(&value)
            return first.draft(value)
        }
    }

    /// Ends the serving of a definition's kind.
    func definitionRemoved(_ name: String) {
        replaceKinds(of: name, by: [])
        engine.wakeAll(collection: name)
    }

    /// Deletes the objects of a definition that is being deleted, and the definition when none is left.
    func removeObjects(ofDefinition name: String) async throws {
        guard let live = engine.read({ $0.object(Self.place(name)) }), live.image.attributes.isBeingDeleted,
            let definitions = builtin(Self.definitions)
        else { return }
        let cleanup = "customresourcecleanup.apiextensions.k8s.io"
        guard live.image.attributes.finalizers.contains(cleanup) else { return }
        let page = engine.read { store in
            store.page(of: name, namespace: nil, at: nil, after: nil, limit: nil, matches: { _ in true })
        }
        var left = 0
        for image in page?.images ?? [] {
            guard let resource = builtin(name) else { break }
            if !image.attributes.isBeingDeleted {
                do {
                    _ = try await delete(image.key, resource, DeletionRequest())
                } catch let failure as Status where failure.code == 404 {}
            }
            let place = ObjectReference(collection: name, key: image.key)
            if engine.read({ $0.object(place) }) != nil { left += 1 }
        }
        if left == 0 { try await removeFinalizer(cleanup, from: Self.place(name), definitions) }
    }
}
