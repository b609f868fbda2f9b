import KubernetesCore

/// The objects of one kind, ordered by namespace and name as etcd orders them, and their newest changes.
struct StoredCollection: Sendable {
    /// The objects of one namespace.
    private struct Shelf: Sendable {
        var names: [String] = []
        var objects: [String: LiveObject] = [:]
    }

    private var shelves: [String: Shelf] = [:]
    private var namespaces: [String] = []
    /// How many objects there are.
    private(set) var count = 0
    /// The newest changes that are safely stored.
    var history: ChangeHistory

    init(history: ChangeHistory) { self.history = history }

    subscript(key: ObjectKey) -> LiveObject? { shelves[key.namespace ?? ""]?.objects[key.name] }

    func count(namespace: String?) -> Int {
        guard let namespace else { return count }
        return shelves[namespace]?.names.count ?? 0
    }

    mutating func set(_ object: LiveObject) {
        let key = object.key
        let namespace = key.namespace ?? ""
        if shelves[namespace] == nil {
            namespaces.insert(namespace, at: Self.position(of: namespace, in: namespaces))
        }
        if shelves[namespace, default: Shelf()].objects.updateValue(object, forKey: key.name) == nil {
            count += 1
            let index = Self.position(of: key.name, in: shelves[namespace]?.names ?? [])
            shelves[namespace]?.names.insert(key.name, at: index)
        }
    }

    mutating func remove(_ key: ObjectKey) {
        let namespace = key.namespace ?? ""
        guard shelves[namespace]?.objects.removeValue(forKey: key.name) != nil else { return }
        count -= 1
        let names = shelves[namespace]?.names ?? []
        let index = Self.position(of: key.name, in: names)
        if index < names.count { shelves[namespace]?.names.remove(at: index) }
        if names.count == 1 {
            shelves[namespace] = nil
            let place = Self.position(of: namespace, in: namespaces)
            if place < namespaces.count { namespaces.remove(at: place) }
        }
    }

    /// The keys after a key, in order, of one namespace or of all.
    func keys(namespace: String?, after start: ObjectKey?) -> [ObjectKey] {
        let chosen = namespace.map { [$0] } ?? namespaces
        var keys: [ObjectKey] = []
        for name in chosen {
            guard let shelf = shelves[name] else { continue }
            var first = 0
            if let start {
                let from = start.namespace ?? ""
                if name < from { continue }
                if name == from {
                    first = Self.position(of: start.name, in: shelf.names)
                    if first < shelf.names.count, shelf.names[first] == start.name { first += 1 }
                }
            }
            keys.reserveCapacity(keys.count + shelf.names.count - first)
            for item in shelf.names[first...] {
                keys.append(ObjectKey(namespace: name.isEmpty ? nil : name, name: item))
            }
        }
        return keys
    }

    /// Visits the objects after a key in order until the visitor returns false.
    func visit(namespace: String?, after start: ObjectKey?, _ visitor: (LiveObject) -> Bool) {
        let chosen = namespace.map { [$0] } ?? namespaces
        for name in chosen {
            guard let shelf = shelves[name] else { continue }
            var first = 0
            if let start {
                let from = start.namespace ?? ""
                if name < from { continue }
                if name == from {
                    first = Self.position(of: start.name, in: shelf.names)
                    if first < shelf.names.count, shelf.names[first] == start.name { first += 1 }
                }
            }
            for item in shelf.names[first...] {
                guard let object = shelf.objects[item] else { continue }
                if !visitor(object) { return }
            }
        }
    }

    /// Where a text stands, or would be put, in a sorted array; appending is the common case.
    private static func position(of text: String, in sorted: [String]) -> Int {
        guard let last = sorted.last else { return 0 }
        if last < text { return sorted.count }
        var low = 0
        var high = sorted.count
        while low < high {
            let middle = (low + high) / 2
            if sorted[middle] < text { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
