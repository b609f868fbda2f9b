import KubernetesCore

extension FieldSet {
    /// The fields that an apply configuration sets: leaves, elements of lists, members that no schema names.
    init(applied value: JSONValue, type: FieldType) {
        self.init(children: Self.belowApplied(value, type))
    }

    private static func belowApplied(_ value: JSONValue, _ type: FieldType) -> [String: JSONValue] {
        var children: [String: JSONValue] = [:]
        switch (type.kind(of: value), value) {
        case (.map, .object(let members)) where !type.isAtomicMap:
            for (name, member) in members {
                let isMember = member == .null || member == .object([:]) || !type.declares(name)
                children[PathElement.field(name)] = applied(member, type.member(name), isMember: isMember)
            }
        case (.list, .array(let elements)) where type.elements != .atomic:
            for (element, values) in type.grouped(elements) {
                let below = values.count == 1 ? belowApplied(values[0], type.element) : [:]
                children[element] = node(below, isMember: true)
            }
        default: break
        }
        return children
    }

    private static func applied(_ value: JSONValue, _ type: FieldType, isMember: Bool) -> JSONValue? {
        let isLeaf: Bool
        switch (type.kind(of: value), value) {
        case (.map, .object): isLeaf = type.isAtomicMap
        case (.list, .array): isLeaf = type.elements == .atomic
        case (.map, _): isLeaf = type.isAtomicMap
        case (.list, _): isLeaf = type.elements == .atomic
        case (.scalar, _): isLeaf = true
        }
        return node(belowApplied(value, type), isMember: isMember || isLeaf)
    }

    /// Every field of a value, itself and all that contain others included, as its appearance adds them.
    static func whole(_ value: JSONValue, _ type: FieldType) -> JSONValue {
        var children: [String: JSONValue] = [:]
        switch (type.kind(of: value), value) {
        case (.map, .object(let members)) where !type.isAtomicMap:
            children.reserveCapacity(members.count + 1)
            for (name, member) in members { children[PathElement.field(name)] = whole(member, type.member(name)) }
        case (.list, .array(let elements)) where type.elements != .atomic:
            for (element, values) in type.grouped(elements) {
                children[element] = values.count == 1 ? whole(values[0], type.element) : .object([:])
            }
        default: break
        }
        return node(children, isMember: true) ?? .object([:])
    }
}

extension FieldType {
    /// A list's elements by what tells them apart; those that lack it are left out.
    func grouped(_ list: [JSONValue]) -> [String: [JSONValue]] {
        var groups: [String: [JSONValue]] = [:]
        groups.reserveCapacity(list.count)
        for element in list {
            guard let identity = pathElement(of: element) else { continue }
            groups[identity, default: []].append(element)
        }
        return groups
    }
}
