public import KubernetesCore

extension Client {
    /// Merges into an object's status, guarded against writing to another object or over another's write.
    ///
    /// - Parameters:
    ///   - type: The kind.
    ///   - metadata: The object as it was read; a 409 says that it is not the newest, or that it was replaced.
    ///   - status: What changes; null removes.
    ///   - guardsVersion: Whether the object's version must still be that of `metadata`.
    @discardableResult
    public func patchStatus(
        _ type: ResourceType, _ metadata: ObjectMeta, _ status: JSONValue, guardsVersion: Bool = true
    ) async throws -> JSONValue {
        var identity: [String: JSONValue] = [:]
        if !metadata.uid.isEmpty { identity["uid"] = .string(metadata.uid) }
        if guardsVersion, let version = metadata.resourceVersion {
            identity["resourceVersion"] = .string(version.rawValue)
        }
        let patch: JSONValue = ["metadata": .object(identity), "status": status]
        let key = ObjectKey(namespace: metadata.namespace, name: metadata.name)
        return try await self.patch(type, key, patch, as: .merge, subresource: "status")
    }
}
