import FairleadAPI
public import KubernetesClient
public import KubernetesCore

extension Client {
    /// Lets a version of a model go: takes away the finalizer that kept it until nothing used it.
    ///
    /// - Parameter metadata: The version as it was read.
    /// - Throws: `APIError`, a conflict where the version has changed since; `TransportError` or `CancellationError`.
    public func releaseModelVersion(_ metadata: ObjectMeta) async throws {
        let rest = metadata.finalizers.filter { $0 != FairleadLabel.registryFinalizer }
        var change: JSONValue = ["uid": .string(metadata.uid), "finalizers": .array(rest.map { .string($0) })]
        if let version = metadata.resourceVersion { change["resourceVersion"] = .string(version.rawValue) }
        let key = ObjectKey(namespace: metadata.namespace, name: metadata.name)
        _ = try await Self.ifPresent { try await patch(.modelVersion, key, ["metadata": change]) }
    }
}
