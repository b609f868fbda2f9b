import KubernetesCore

/// An object's place in the store.
struct ObjectReference: Sendable, Hashable {
    /// The collection, as ``ResourceType/qualifiedName`` writes it.
    var collection: String
    var key: ObjectKey
}

/// Who owns whom, by uid: what the garbage collector asks without walking the store.
struct OwnerIndex: Sendable {
    private var objects: [String: ObjectReference] = [:]
    private var dependentsByOwner: [String: Set<ObjectReference>] = [:]

    /// The object of that uid, if it lives.
    func object(uid: String) -> ObjectReference? { objects[uid] }

    /// The objects that name that uid as an owner.
    func dependents(of uid: String) -> Set<ObjectReference> { dependentsByOwner[uid] ?? [] }

    mutating func update(_ reference: ObjectReference, from old: ObjectAttributes?, to new: ObjectAttributes?) {
        if let old, old.uid != new?.uid { objects[old.uid] = nil }
        if let new { objects[new.uid] = reference }
        if let old, let new, old.owners == new.owners { return }
        for owner in old?.owners ?? [] {
            dependentsByOwner[owner.uid]?.remove(reference)
            if dependentsByOwner[owner.uid]?.isEmpty == true { dependentsByOwner[owner.uid] = nil }
        }
        for owner in new?.owners ?? [] { dependentsByOwner[owner.uid, default: []].insert(reference) }
    }
}
