import KubernetesCore

/// Merges an apply configuration into an object, and takes fields out of it.
enum TypedMerge {
    /// The object with what the configuration says.
    static func merge(_ live: JSONValue, _ applied: JSONValue, _ type: FieldType) -> JSONValue {
        switch type.kind(of: applied) {
        case .scalar: return applied
        case .map:
            let before = live.objectValue ?? [:]
            let after = applied.objectValue ?? [:]
            if type.isAtomicMap || (before.isEmpty && after.isEmpty) { return applied }
            var result = before
            for (name, new) in after {
                result[name] = before[name].map { merge($0, new, type.member(name)) } ?? new
            }
            return .object(result)
        case .list:
            let before = live.arrayValue ?? []
            let after = applied.arrayValue ?? []
            if type.elements == .atomic || (before.isEmpty && after.isEmpty) { return applied }
            return .array(mergeElements(before, after, type))
        }
    }

    /// Elements that both have stand in the configuration's order, with those of the object alone between them.
    private static func mergeElements(
        _ before: [JSONValue], _ after: [JSONValue], _ type: FieldType
    ) -> [JSONValue] {
        let old = before.map { (identity: type.pathElement(of: $0), value: $0) }
        let new = after.map { (identity: type.pathElement(of: $0), value: $0) }
        let inNew = Set(new.compactMap(\.identity))
        let oldValues = Dictionary(
            old.compactMap { element in element.identity.map { ($0, element.value) } }, uniquingKeysWith: { $1 })
        var shared = new.compactMap(\.identity).filter { oldValues[$0] != nil }[...]
        var merged: Set<String> = []
        var result: [JSONValue] = []
        var oldIndex = 0
        var newIndex = 0
        func takeNew() {
            let (identity, value) = new[newIndex]
            let counterpart = identity.flatMap { oldValues[$0] }
            result.append(counterpart.map { merge($0, value, type.element) } ?? value)
            if let identity { merged.insert(identity) }
            if shared.first == identity { shared = shared.dropFirst() }
            newIndex += 1
        }
        while oldIndex < old.count || newIndex < new.count {
            guard oldIndex < old.count else {
                takeNew()
                continue
            }
            let (identity, value) = old[oldIndex]
            let isShared = identity.map(inNew.contains) ?? false
            if !isShared {
                result.append(value)
                oldIndex += 1
            } else if newIndex < new.count, identity == new[newIndex].identity {
                takeNew()
                oldIndex += 1
            } else if newIndex < new.count, shared.first != nil, shared.first != identity {
                // It stands elsewhere in the configuration, so its turn was or comes there.
                oldIndex += 1
            } else {
                if newIndex == new.count || identity.map(merged.contains) == true { oldIndex += 1 }
                if newIndex < new.count { takeNew() }
            }
        }
        return result
    }

    /// The value without these fields; null where nothing is left of a map or list.
    static func remove(_ fields: FieldSet, from value: JSONValue, _ type: FieldType) -> JSONValue {
        if fields.isEmpty { return value }
        switch (type.kind(of: value), value) {
        case (.map, .object(let members)) where !members.isEmpty:
            if type.isAtomicMap { return .null }
            var result = members
            for (element, node) in fields.children {
                guard let name = PathElement.fieldName(element), let member = members[name] else { continue }
                result.removeValue(forKey: name)
                if FieldSet.isMember(node) { continue }
                result[name] = remove(FieldSet.below(node), from: member, type.member(name))
            }
            return result.isEmpty ? .null : .object(result)
        case (.list, .array(let elements)) where !elements.isEmpty:
            if type.elements == .atomic { return .null }
            let result = elements.compactMap { element -> JSONValue? in
                guard let identity = type.pathElement(of: element), let node = fields.children[identity] else {
                    return element
                }
                if FieldSet.isMember(node) { return Optional.none }
                return remove(FieldSet.below(node), from: element, type.element)
            }
            return result.isEmpty ? .null : .array(result)
        default:
            return value
        }
    }
}
