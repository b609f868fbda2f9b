import KubernetesCore

/// Which fields a write added, changed and removed.
struct ObjectComparison {
    private(set) var added = FieldSet.empty
    private(set) var modified = FieldSet.empty
    private(set) var removed = FieldSet.empty

    /// What differs below one place.
    private struct Difference {
        var added: JSONValue?
        var modified: JSONValue?
        var removed: JSONValue?

        var isEmpty: Bool { added == nil && modified == nil && removed == nil }
    }

    /// What differs among the members or elements of one place.
    private struct Children {
        var added: [String: JSONValue] = [:]
        var modified: [String: JSONValue] = [:]
        var removed: [String: JSONValue] = [:]

        mutating func set(_ element: String, _ difference: Difference) {
            added[element] = difference.added
            modified[element] = difference.modified
            removed[element] = difference.removed
        }

        var difference: Difference {
            Difference(
                added: FieldSet.node(added, isMember: false), modified: FieldSet.node(modified, isMember: false),
                removed: FieldSet.node(removed, isMember: false))
        }
    }

    /// Compares two states of an object.
    init(from old: JSONValue, to new: JSONValue, type: FieldType) {
        let difference = Self.compare(old, new, type)
        added = difference.added.map(FieldSet.below) ?? .empty
        modified = difference.modified.map(FieldSet.below) ?? .empty
        removed = difference.removed.map(FieldSet.below) ?? .empty
    }

    /// Fields that the writer takes over.
    var taken: FieldSet { added.union(modified) }

    var isEmpty: Bool { added.isEmpty && modified.isEmpty && removed.isEmpty }

    /// Leaves out the fields that the server sets back.
    mutating func exclude(_ fields: FieldSet) {
        if fields.isEmpty { return }
        added = added.subtractingTrees(fields)
        modified = modified.subtractingTrees(fields)
        removed = removed.subtractingTrees(fields)
    }

    private static func compare(_ old: JSONValue, _ new: JSONValue, _ type: FieldType) -> Difference {
        // Parts that a patch left alone share their storage, for which this costs nothing.
        if old == new { return Difference() }
        let oldKind = type.kind(of: old)
        let newKind = type.kind(of: new)
        let difference = compare(old, new, type, as: newKind)
        if oldKind == newKind { return difference }
        let other = compare(old, new, type, as: oldKind)
        return Difference(
            added: union(difference.added, other.added), modified: union(difference.modified, other.modified),
            removed: union(difference.removed, other.removed))
    }

    private static func union(_ left: JSONValue?, _ right: JSONValue?) -> JSONValue? {
        guard let left, let right else { return left ?? right }
        let children = FieldSet.below(left).union(FieldSet.below(right)).children
        return FieldSet.node(children, isMember: FieldSet.isMember(left) || FieldSet.isMember(right))
    }

    private static func compare(
        _ old: JSONValue, _ new: JSONValue, _ type: FieldType, as kind: FieldType.Kind
    ) -> Difference {
        let leaf = Difference(modified: .object([:]))
        switch kind {
        case .scalar: return leaf
        case .map:
            let before = old.objectValue ?? [:]
            let after = new.objectValue ?? [:]
            if type.isAtomicMap || (before.isEmpty && after.isEmpty) { return leaf }
            return compareMembers(before, after, type)
        case .list:
            let before = old.arrayValue ?? []
            let after = new.arrayValue ?? []
            if type.elements == .atomic || (before.isEmpty && after.isEmpty) { return leaf }
            return compareElements(type.grouped(before), type.grouped(after), type.element)
        }
    }

    private static func compareMembers(
        _ before: [String: JSONValue], _ after: [String: JSONValue], _ type: FieldType
    ) -> Difference {
        var children = Children()
        for (name, new) in after {
            guard let old = before[name] else {
                children.added[PathElement.field(name)] = FieldSet.whole(new, type.member(name))
                continue
            }
            let difference = compare(old, new, type.member(name))
            if !difference.isEmpty { children.set(PathElement.field(name), difference) }
        }
        for (name, old) in before where after[name] == nil {
            children.removed[PathElement.field(name)] = FieldSet.whole(old, type.member(name))
        }
        return children.difference
    }

    private static func compareElements(
        _ before: [String: [JSONValue]], _ after: [String: [JSONValue]], _ type: FieldType
    ) -> Difference {
        var children = Children()
        for element in Set(before.keys).union(after.keys) {
            let old = before[element] ?? []
            let new = after[element] ?? []
            if old == new { continue }
            switch (old.count, new.count) {
            case (1, 1): children.set(element, compare(old[0], new[0], type))
            case (0, 1): children.added[element] = FieldSet.whole(new[0], type)
            case (1, 0): children.removed[element] = FieldSet.whole(old[0], type)
            case (2..., 2...): children.modified[element] = .object([:])
            case (2..., _):
                if let first = new.first { children.added[element] = FieldSet.whole(first, type) }
                children.removed[element] = .object([:])
            default:
                if let first = old.first { children.removed[element] = FieldSet.whole(first, type) }
                children.added[element] = .object([:])
            }
        }
        return children.difference
    }
}
