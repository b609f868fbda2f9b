public import KubernetesCore

extension ObjectMeta {
    /// The key of the object that manages this one, if that is of a kind; what its queue wants to hear when a child
    /// changes.
    ///
    /// The version in the reference does not matter: a kind has several, and is still the same.
    public func controllerKey(_ type: ResourceType) -> ObjectKey? {
        guard let owner = controller, owner.kind == type.gvk.kind,
            GroupVersionKind(apiVersion: owner.apiVersion, kind: owner.kind).group == type.gvk.group
        else { return nil }
        return ObjectKey(namespace: type.isNamespaced ? namespace : nil, name: owner.name)
    }
}

extension Store {
    /// The object that manages a child: the one that its reference means, not one that was made later under the name.
    public func controller(of child: ObjectMeta) -> T? {
        guard let key = child.controllerKey(T.type), let owner = self[key], owner.metadata.uid == child.controller?.uid
        else { return nil }
        return owner
    }
}
