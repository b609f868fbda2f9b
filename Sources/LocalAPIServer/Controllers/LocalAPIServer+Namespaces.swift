import KubernetesCore

/// The namespace controller: what a namespace is born with, and how it ends.
extension LocalAPIServer {
    private static let description =
        "Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the "
        + "internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of "
        + "Kubernetes clusters."

    /// Makes the ServiceAccount and the ConfigMap that every namespace has.
    func furnish(namespace: String) async throws {
        let options = RequestOptions(fieldManager: "kube-controller-manager")
        if let resource = builtin("serviceaccounts") {
            let account: JSONValue = [
                "apiVersion": "v1", "kind": "ServiceAccount",
                "metadata": ["name": "default", "namespace": .string(namespace)],
            ]
            try await createQuietly(account, resource, options)
        }
        if let resource = builtin("configmaps") {
            let authority: JSONValue = [
                "apiVersion": "v1", "kind": "ConfigMap",
                "metadata": [
                    "name": "kube-root-ca.crt", "namespace": .string(namespace),
                    "annotations": ["kubernetes.io/description": .string(Self.description)],
                ],
                "data": ["ca.crt": .string(configuration.certificateAuthority)],
            ]
            try await createQuietly(authority, resource, options)
        }
    }

    /// Makes what every cluster or namespace has, unless it is there.
    func createQuietly(
        _ value: JSONValue, _ resource: ServedResource, _ options: RequestOptions
    ) async throws {
        do {
            _ = try await create(value, resource, options)
        } catch let failure as Status where failure.code == 409 || failure.code == 403 {}
    }

    /// Deletes what a terminating namespace holds, pods first as KEP-5080 orders, and the namespace when it is empty.
    func empty(namespace: String) async throws {
        guard engine.read({ $0.isActive(namespace: namespace) }) == false else { return }
        let all = registry.collections.filter { $0.type.isNamespaced }
        let pods = all.filter { $0.collection == "pods" }
        if try await deleteAll(of: pods, in: namespace) > 0 { return }
        let others = all.filter { $0.collection != "pods" }
        if try await deleteAll(of: others, in: namespace) > 0 { return }
        try await setNamespaceFinalizers(namespace, to: nil)
    }

    /// Deletes the objects of some kinds in a namespace.
    ///
    /// - Returns: How many are still there.
    private func deleteAll(of resources: [ServedResource], in namespace: String) async throws -> Int {
        var left = 0
        for resource in resources {
            let page = engine.read { store in
                store.page(
                    of: resource.collection, namespace: namespace, at: nil, after: nil, limit: nil,
                    matches: { _ in true })
            }
            for image in page?.images ?? [] {
                if !image.attributes.isBeingDeleted {
                    var options = DeletionRequest()
                    options.propagationPolicy = "Background"
                    do {
                        _ = try await delete(image.key, resource, options)
                    } catch let failure as Status where failure.code == 404 {}
                }
                let place = ObjectReference(collection: resource.collection, key: image.key)
                if engine.read({ $0.object(place) }) != nil { left += 1 }
            }
        }
        return left
    }

    /// Sets `spec.finalizers`, which hold a namespace as `metadata.finalizers` hold other objects.
    func setNamespaceFinalizers(_ namespace: String, to finalizers: JSONValue?) async throws {
        guard let resource = builtin("namespaces") else { return }
        let place = ObjectReference(
            collection: "namespaces", key: ObjectKey(namespace: nil, name: namespace))
        for _ in 0..<50 {
            guard let live = engine.read({ $0.object(place) }) else { return }
            var value = live.value
            value[path: ["spec", "finalizers"]] = finalizers?.arrayValue?.isEmpty == false ? finalizers : nil
            let draft = resource.draft(value)
            let isFinished = Self.isFinished(draft, value, resource)
            let revision = live.image.revision
            do {
                try await engine.write { store in
                    if isFinished {
                        _ = try store.remove(draft, from: "namespaces", ifUnchangedSince: revision)
                    } else {
                        _ = try store.put(draft, in: "namespaces", if: .unchanged(since: revision))
                    }
                }
                return
            } catch WriteRefusal.changed {
                continue
            } catch WriteRefusal.absent {
                return
            }
        }
    }
}
