import KubernetesClient
import KubernetesCore

/// Decides which objects belong to an owner, by its selector and by their references.
enum Claim {
    /// What is done to a child.
    enum Action: Sendable, Hashable {
        case adopt, release
    }

    /// Whether a child is to be adopted or released; nil where it stays as it is.
    ///
    /// - Parameters:
    ///   - child: The child.
    ///   - owner: The owner, which takes nobody in any more while it is being deleted.
    ///   - selector: Which labels the owner's children have.
    static func action(on child: ObjectMeta, owner: ObjectMeta, selector: LabelSelector) -> Action? {
        let isMatch = selector.matches(child.labels)
        guard let controller = child.controller else {
            return isMatch && !child.isBeingDeleted && !owner.isBeingDeleted && !selector.requirements.isEmpty
                ? .adopt : nil
        }
        return controller.uid == owner.uid && !isMatch && !owner.isBeingDeleted ? .release : nil
    }

    /// Writes an adoption or a release, guarded by the child's identity; an owner's or a child's end undoes it.
    ///
    /// - Returns: The child as the server has it now; nil where it is gone or another's.
    static func write(
        _ action: Action, on child: ObjectMeta, _ childType: ResourceType, owner: ObjectMeta, _ type: ResourceType,
        client: Client
    ) async throws -> JSONValue? {
        var reference: JSONValue = ["uid": .string(owner.uid)]
        switch action {
        case .adopt:
            // Nobody may be adopted by an owner that has just gone: the cache may be late.
            let key = ObjectKey(namespace: owner.namespace, name: owner.name)
            let live = try await client.get(type, key)["metadata"]
            guard live?["uid"]?.stringValue == owner.uid, live?["deletionTimestamp"] == nil else { return nil }
            reference = try KubernetesJSON.value(of: OwnerReference(controller: type, metadata: owner))
        case .release: reference["$patch"] = "delete"
        }
        let patch: JSONValue = ["metadata": ["uid": .string(child.uid), "ownerReferences": [reference]]]
        do {
            return try await client.patch(
                childType, ObjectKey(namespace: child.namespace, name: child.name), patch, as: .strategicMerge)
        } catch let error as APIError where error.isNotFound || error.isConflict || error.isInvalid {
            return nil
        }
    }
}
