import KubernetesCore

extension ObjectMeta {
    /// Whether an object is what an owner of the same kind and name left, which is removed in a moment.
    ///
    /// - Parameters:
    ///   - owner: Whose the object is.
    ///   - type: The kind of the owner that these are the metadata of.
    func hasPredecessor(_ owner: OwnerReference?, of type: ResourceType) -> Bool {
        guard let owner, owner.kind == type.gvk.kind else { return false }
        return owner.name == name && owner.uid != uid
    }
}
