import DequeModule
import KubernetesCore
import OrderedCollections

/// Why a write was refused.
enum WriteRefusal: Error {
    case exists(ObjectImage)
    case absent
    case changed
    case namespaceMissing
    case namespaceTerminating
}

/// What must be true for a write.
enum WriteCondition: Sendable {
    case absent
    case unchanged(since: Int64)
}

/// Something for the controllers to look at; they look at the store anew, so that early or double work is harmless.
enum BackgroundWork: Sendable, Hashable {
    /// Dependents of that uid may have lost their owner.
    case dependents(ofUID: String)
    /// The object waits for the garbage collector, or names an owner that is not there.
    case object(ObjectReference)
    case namespace(String)
    /// The objects of a CustomResourceDefinition that is being deleted.
    case customResources(String)
    /// The roles whose rules are those of others.
    case clusterRoles
}

/// The decisions of the store: what each collection holds, what a write does to it, and what watchers may see.
///
/// Guarantees: revisions rise by one with each write; nothing appears in a history before ``publish(through:)``
/// said that it is safely stored; ``rollBack()`` restores the state of the last publication.
struct ObjectStore: Sendable {
    /// A write that is not published yet.
    private struct Pending: Sendable {
        var collection: String
        var change: ObjectChange
        var previous: LiveObject?
    }

    /// The newest revision.
    private(set) var revision: Int64
    /// The newest revision that is safely stored.
    private(set) var published: Int64
    private(set) var owners = OwnerIndex()
    /// Who may do what.
    private(set) var access = AccessPolicy()
    private var collections: [String: StoredCollection] = [:]
    private var pending: Deque<Pending> = []
    private var taken = 0
    private var work: OrderedSet<BackgroundWork> = []
    private let historyCapacity: Int
    /// The oldest revision from which a collection that has no history yet may be watched.
    private var floor: Int64

    init(revision: Int64 = 1, historyCapacity: Int = 8192) {
        self.revision = revision
        published = revision
        floor = revision
        self.historyCapacity = historyCapacity
    }

    /// Puts in what a file held; only before the first write.
    mutating func load(_ object: LiveObject, collection: String) {
        let empty = emptyCollection()
        collections[collection, default: empty].set(object)
        let reference = ObjectReference(collection: collection, key: object.key)
        owners.update(reference, from: nil, to: object.image.attributes)
        access.update(reference, to: object.value)
        enqueueWork(after: object.image.attributes, reference)
    }

    /// Looks at every object anew, since a file may hold what a stopped server had left to do.
    mutating func enqueueMissingOwners() {
        for (name, collection) in collections {
            collection.visit(namespace: nil, after: nil) { object in
                let reference = ObjectReference(collection: name, key: object.key)
                if object.image.attributes.owners.contains(where: { owners.object(uid: $0.uid) == nil }) {
                    work.append(.object(reference))
                }
                return true
            }
        }
    }

    private func emptyCollection() -> StoredCollection {
        StoredCollection(history: ChangeHistory(floor: floor, capacity: historyCapacity))
    }

    /// A collection; an empty one where nothing was ever stored.
    func collection(_ name: String) -> StoredCollection { collections[name] ?? emptyCollection() }

    /// Changes of a collection that watchers may not see yet.
    func unpublishedChanges(of collection: String) -> [ObjectChange] {
        pending.lazy.filter { $0.collection == collection }.map(\.change)
    }

    /// One object.
    func object(_ reference: ObjectReference) -> LiveObject? { collections[reference.collection]?[reference.key] }

    /// Whether a namespace is there and not on its way out; nil where it is missing.
    func isActive(namespace: String) -> Bool? {
        let key = ObjectKey(namespace: nil, name: namespace)
        return collections["namespaces"]?[key].map { !$0.image.attributes.isBeingDeleted }
    }

    /// Creates or replaces an object.
    @discardableResult
    mutating func put(
        _ draft: ObjectDraft, in collection: String, if condition: WriteCondition
    ) throws(WriteRefusal) -> ObjectImage {
        let key = draft.attributes.key
        let previous = collections[collection]?[key]
        switch condition {
        case .absent:
            if let previous { throw .exists(previous.image) }
            if let namespace = key.namespace, let isActive = isActive(namespace: namespace) {
                if !isActive { throw .namespaceTerminating }
            } else if key.namespace != nil {
                throw .namespaceMissing
            }
        case .unchanged(let since):
            guard let previous else { throw .absent }
            if previous.image.revision != since { throw .changed }
        }
        revision += 1
        let image = ObjectImage(encoded: draft.encoded, attributes: draft.attributes, revision: revision)
        let live = LiveObject(image: image, value: draft.value)
        let empty = emptyCollection()
        collections[collection, default: empty].set(live)
        let reference = ObjectReference(collection: collection, key: key)
        owners.update(reference, from: previous?.image.attributes, to: image.attributes)
        access.update(reference, to: draft.value)
        enqueueWork(after: image.attributes, reference)
        let change = ObjectChange(
            revision: revision, previous: previous?.image, current: image, isDeletion: false)
        pending.append(Pending(collection: collection, change: change, previous: previous))
        return image
    }

    /// Removes an object; watchers see the draft as its last state.
    @discardableResult
    mutating func remove(
        _ draft: ObjectDraft, from collection: String, ifUnchangedSince since: Int64
    ) throws(WriteRefusal) -> ObjectImage {
        let key = draft.attributes.key
        guard let previous = collections[collection]?[key] else { throw .absent }
        if previous.image.revision != since { throw .changed }
        revision += 1
        let image = ObjectImage(encoded: draft.encoded, attributes: draft.attributes, revision: revision)
        collections[collection]?.remove(key)
        let reference = ObjectReference(collection: collection, key: key)
        owners.update(reference, from: previous.image.attributes, to: nil)
        access.update(reference, to: nil)
        enqueueWork(afterRemovalOf: previous.image.attributes, reference)
        let change = ObjectChange(
            revision: revision, previous: previous.image, current: image, isDeletion: true)
        pending.append(Pending(collection: collection, change: change, previous: previous))
        return image
    }

    /// Puts new encodings of objects whose schema changed in place of the old ones: the same version, since the
    /// stored state did not change.
    mutating func reencode(collection: String, _ transform: (JSONValue) -> ObjectDraft) {
        var changed: [LiveObject] = []
        collections[collection]?.visit(namespace: nil, after: nil) { object in
            let draft = transform(object.value)
            let image = ObjectImage(
                encoded: draft.encoded, attributes: draft.attributes, revision: object.image.revision)
            changed.append(LiveObject(image: image, value: draft.value))
            return true
        }
        for object in changed { collections[collection]?.set(object) }
    }
}

// MARK: - Publication

extension ObjectStore {
    /// A row as it is to be stored; nil bytes remove it.
    struct Row: Sendable {
        var reference: ObjectReference
        var revision: Int64
        var bytes: [UInt8]?
    }

    /// Whether writes wait to be stored.
    var hasUntakenRows: Bool { taken < pending.count }

    /// The rows that were written since the last call.
    mutating func takeRows() -> [Row] {
        let rows = pending[taken...].map { item in
            Row(
                reference: ObjectReference(collection: item.collection, key: item.change.key),
                revision: item.change.revision, bytes: item.change.isDeletion ? nil : item.change.current.tail)
        }
        taken = pending.count
        return rows
    }

    /// Shows watchers the changes up to a revision.
    ///
    /// - Returns: The namespaces, empty for none, of the changes of each collection.
    mutating func publish(through revision: Int64) -> [String: Set<String>] {
        var touched: [String: Set<String>] = [:]
        let empty = emptyCollection()
        while let first = pending.first, first.change.revision <= revision {
            pending.removeFirst()
            taken = max(0, taken - 1)
            collections[first.collection, default: empty].history.append(first.change)
            touched[first.collection, default: []].insert(first.change.key.namespace ?? "")
        }
        published = max(published, revision)
        return touched
    }

    /// Undoes what could not be stored.
    mutating func rollBack() {
        while let last = pending.popLast() {
            let reference = ObjectReference(collection: last.collection, key: last.change.key)
            let attributes = last.change.isDeletion ? nil : last.change.current.attributes
            owners.update(reference, from: attributes, to: last.previous?.image.attributes)
            access.update(reference, to: last.previous?.value)
            if let previous = last.previous {
                collections[last.collection]?.set(previous)
            } else {
                collections[last.collection]?.remove(last.change.key)
            }
        }
        taken = 0
    }

    /// Forgets the history, as a compaction and a restart do together.
    mutating func compact() {
        floor = published
        for name in Array(collections.keys) { collections[name]?.history.forget(through: published) }
    }
}

// MARK: - Work for the controllers

extension ObjectStore {
    /// What is to be done, in order of appearance; none of it twice.
    mutating func takeWork() -> [BackgroundWork] {
        defer { work = [] }
        return Array(work)
    }

    var hasWork: Bool { !work.isEmpty }

    private mutating func enqueueWork(after attributes: ObjectAttributes, _ reference: ObjectReference) {
        if attributes.owners.contains(where: { owners.object(uid: $0.uid) == nil }) {
            work.append(.object(reference))
        }
        if reference.collection == "clusterroles.rbac.authorization.k8s.io" { work.append(.clusterRoles) }
        guard attributes.isBeingDeleted else { return }
        switch reference.collection {
        case "namespaces": work.append(.namespace(reference.key.name))
        case "customresourcedefinitions.apiextensions.k8s.io": work.append(.customResources(reference.key.name))
        default: break
        }
        if attributes.finalizers.contains("foregroundDeletion") || attributes.finalizers.contains("orphan") {
            work.append(.object(reference))
        }
    }

    private mutating func enqueueWork(afterRemovalOf attributes: ObjectAttributes, _ reference: ObjectReference) {
        if reference.collection == "clusterroles.rbac.authorization.k8s.io" { work.append(.clusterRoles) }
        if !owners.dependents(of: attributes.uid).isEmpty { work.append(.dependents(ofUID: attributes.uid)) }
        for owner in attributes.owners {
            guard let place = owners.object(uid: owner.uid), let live = object(place) else { continue }
            if live.image.attributes.finalizers.contains("foregroundDeletion") { work.append(.object(place)) }
        }
        if let namespace = reference.key.namespace, isActive(namespace: namespace) == false {
            work.append(.namespace(namespace))
        }
        let definition = ObjectReference(
            collection: "customresourcedefinitions.apiextensions.k8s.io",
            key: ObjectKey(namespace: nil, name: reference.collection))
        if object(definition)?.image.attributes.isBeingDeleted == true {
            work.append(.customResources(reference.collection))
        }
    }
}
