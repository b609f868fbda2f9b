import KubernetesCore

/// The uniqueness that `x-kubernetes-list-type` asks for.
extension ObjectSchema {
    /// Finds elements that stand twice in sets and in maps by key.
    func validateLists(_ value: JSONValue, old: JSONValue?, path: String, into errors: inout [FieldError]) {
        if let old, old == value { return }
        switch value {
        case .object(let members):
            for name in members.keys.sorted() {
                guard let schema = member(name), let inner = members[name] else { continue }
                schema.validateLists(inner, old: old?[name], path: path.field(name), into: &errors)
            }
        case .array(let elements):
            switch self.listType {
            case "set": reportDuplicates(elements, path: path, into: &errors) { $0 }
            case "map": reportDuplicates(elements, path: path, into: &errors) { .object(listKey($0)) }
            default: break
            }
            guard let items = self.items else { return }
            for (index, element) in elements.enumerated() {
                items.validateLists(element, old: nil, path: path.index(index), into: &errors)
            }
        default: return
        }
    }

    private func reportDuplicates(
        _ elements: [JSONValue], path: String, into errors: inout [FieldError], key: (JSONValue) -> JSONValue
    ) {
        guard elements.count > 1 else { return }
        var seen: Set<JSONValue> = []
        for (index, element) in elements.enumerated() {
            let identity = key(element)
            if !seen.insert(identity).inserted { errors.append(.duplicate(path.index(index), identity)) }
        }
    }

    /// The members that identify an element of a list that is a map, absent ones at their defaults.
    func listKey(_ element: JSONValue) -> [String: JSONValue] {
        var key: [String: JSONValue] = [:]
        for name in self.listMapKeys {
            key[name] = element[name] ?? self.items?.properties[name]?.defaultValue
        }
        return key
    }

    /// The elements of an old list that is a map, by what identifies them.
    func oldByKey(_ old: JSONValue?) -> [[String: JSONValue]: JSONValue] {
        guard let elements = old?.arrayValue else { return [:] }
        return Dictionary(elements.map { (listKey($0), $0) }, uniquingKeysWith: { first, _ in first })
    }
}
