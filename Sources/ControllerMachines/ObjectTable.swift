public import KubernetesCore

/// A difference between two states of a table.
public enum ObjectChange<Value: Resource>: Sendable {
    /// The object is new.
    case added(Value)
    /// The object has another version.
    case updated(old: Value, new: Value)
    /// The object is gone; this is its last known state, which may be older than the one it had at its end.
    case deleted(last: Value)

    /// The object as it is now, or as it last was.
    public var object: Value {
        switch self {
        case .added(let value), .updated(_, let value), .deleted(let value): value
        }
    }

    /// The object's address.
    public var key: ObjectKey { object.key }

    /// Whether the object is gone.
    public var isDeletion: Bool {
        if case .deleted = self { true } else { false }
    }
}

/// The objects of a collection as far as a watch has told, with indexes.
///
/// Guarantees: a list replaces what was there in one step and yields a deletion for each object that vanished
/// meanwhile; an object that was made anew under its name is a deletion and an addition.
public struct ObjectTable<Value: Resource>: Sendable {
    private struct Index: Sendable {
        let name: String
        let terms: @Sendable (Value) -> [String]
        var keys: [String: Set<ObjectKey>] = [:]

        mutating func change(_ key: ObjectKey, from old: Value?, to new: Value?) {
            let before = old.map(terms) ?? []
            let after = new.map(terms) ?? []
            if before == after { return }
            for term in before {
                keys[term]?.remove(key)
                if keys[term]?.isEmpty == true { keys[term] = nil }
            }
            for term in after { keys[term, default: []].insert(key) }
        }
    }

    private var objects: [ObjectKey: Value] = [:]
    /// A list, since there are few of them and each change goes through all.
    private var indexes: [Index] = []
    /// By namespace where namespaces are watched one by one, else under nil.
    private var versions: [String?: ResourceVersion] = [:]

    /// An empty table.
    public init() {}

    /// How many objects there are.
    public var count: Int { objects.count }

    /// The object of that key.
    public subscript(key: ObjectKey) -> Value? { objects[key] }

    /// All objects, in no order.
    public var values: [Value] { Array(objects.values) }

    /// All keys, in no order.
    public var keys: [ObjectKey] { Array(objects.keys) }

    /// Adds an index: each object is found under every term that `terms` gives it.
    public mutating func addIndex(_ name: String, _ terms: @escaping @Sendable (Value) -> [String]) {
        var index = Index(name: name, terms: terms)
        for (key, value) in objects { index.change(key, from: nil, to: value) }
        indexes.removeAll { $0.name == name }
        indexes.append(index)
    }

    /// The keys of the objects that an index has under a term.
    public func keys(index: String, term: String) -> Set<ObjectKey> {
        indexes.first { $0.name == index }?.keys[term] ?? []
    }

    /// The objects that an index has under a term, in no order.
    public func values(index: String, term: String) -> [Value] {
        keys(index: index, term: term).compactMap { objects[$0] }
    }

    /// The version up to which the table knows a namespace's objects; nil before its first list.
    public func lastResourceVersion(namespace: String? = nil) -> ResourceVersion? {
        versions[nil as String?] ?? versions[namespace]
    }

    /// Notes that everything up to a version has been seen.
    public mutating func advance(to resourceVersion: ResourceVersion, scope: String? = nil) {
        versions[scope] = resourceVersion
    }

    /// Puts an object's state in; nil where the table has that very version already.
    ///
    /// An object made anew under its name yields two changes.
    public mutating func upsert(_ value: Value) -> [ObjectChange<Value>] {
        let key = value.key
        let old = objects[key]
        if let old, old.metadata.uid == value.metadata.uid, let version = value.metadata.resourceVersion,
            old.metadata.resourceVersion == version
        {
            return []
        }
        objects[key] = value
        reindex(key, from: old, to: value)
        guard let old else { return [.added(value)] }
        if old.metadata.uid != value.metadata.uid { return [.deleted(last: old), .added(value)] }
        return [.updated(old: old, new: value)]
    }

    /// Takes an object out.
    ///
    /// - Parameters:
    ///   - key: The object.
    ///   - last: Its last state, where that is known better than the table has it.
    public mutating func remove(_ key: ObjectKey, last: Value? = nil) -> [ObjectChange<Value>] {
        guard let old = objects.removeValue(forKey: key) else { return [] }
        reindex(key, from: old, to: nil)
        guard let last, last.metadata.uid == old.metadata.uid else { return [.deleted(last: old)] }
        return [.deleted(last: last)]
    }

    /// Replaces everything in a scope by what a list showed.
    ///
    /// - Parameters:
    ///   - values: The list.
    ///   - resourceVersion: The list's version.
    ///   - scope: The namespace that was listed; nil for everything.
    ///   - keeping: Objects that the list had but that could not be read: their last known state stays.
    /// - Returns: Deletions in order of keys, then the others in the list's order.
    public mutating func replace(
        with values: [Value], resourceVersion: ResourceVersion, scope: String? = nil, keeping: Set<ObjectKey> = []
    ) -> [ObjectChange<Value>] {
        let present = Set(values.map(\.key)).union(keeping)
        let vanished = objects.keys.filter { (scope == nil || $0.namespace == scope) && !present.contains($0) }
        var changes: [ObjectChange<Value>] = []
        for key in vanished.sorted() { changes += remove(key) }
        for value in values { changes += upsert(value) }
        versions[scope] = resourceVersion
        return changes
    }

    private mutating func reindex(_ key: ObjectKey, from old: Value?, to new: Value?) {
        for position in indexes.indices { indexes[position].change(key, from: old, to: new) }
    }
}
