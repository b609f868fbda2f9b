import KubernetesCore

/// A set of paths in an object, kept as the `fieldsV1` that managedFields hold.
///
/// `{}` is a field of the set with nothing below it, `.` says that a node with something below is itself one. Set
/// operations work on this form, so that the fields of managers that a write does not touch are never parsed.
struct FieldSet: Hashable, Sendable {
    /// What stands below the root, which is never a field itself.
    private(set) var children: [String: JSONValue]

    static let empty = FieldSet(children: [:])

    private static let member = JSONValue.object([:])
    private static let itself = "."

    /// Takes a `fieldsV1` that this server wrote.
    init(children: [String: JSONValue]) {
        self.children = children
    }

    /// The set of one path of elements such as `f:spec`.
    init(path: [String]) {
        var node = Self.member
        for element in path.dropFirst().reversed() { node = .object([element: node]) }
        children = path.first.map { [$0: node] } ?? [:]
    }

    /// The `fieldsV1`.
    var json: JSONValue { .object(children) }

    var isEmpty: Bool { children.isEmpty }

    /// A node of these children, nil where it is neither a field nor has any below.
    static func node(_ children: [String: JSONValue], isMember: Bool) -> JSONValue? {
        if children.isEmpty { return isMember ? member : Optional.none }
        guard isMember else { return .object(children) }
        var children = children
        children[itself] = member
        return .object(children)
    }

    /// Whether a node is a field itself.
    static func isMember(_ node: JSONValue) -> Bool {
        guard case .object(let members) = node else { return false }
        return members.isEmpty || members[itself] != nil
    }

    /// What stands below a node.
    static func below(_ node: JSONValue) -> FieldSet {
        guard case .object(var members) = node else { return .empty }
        members[itself] = nil
        return FieldSet(children: members)
    }

    /// Whether an element directly below the root is a field.
    func contains(_ element: String) -> Bool { children[element].map(Self.isMember) ?? false }

    /// The set below an element.
    func below(_ element: String) -> FieldSet { children[element].map(Self.below) ?? .empty }

    /// Every path, shorter ones before those below them, siblings sorted.
    var paths: [[String]] {
        var paths: [[String]] = []
        collect(into: &paths, prefix: [])
        return paths
    }

    private func collect(into paths: inout [[String]], prefix: [String]) {
        let sorted = children.sorted { $0.key < $1.key }
        for (element, node) in sorted where Self.isMember(node) { paths.append(prefix + [element]) }
        for (element, node) in sorted { Self.below(node).collect(into: &paths, prefix: prefix + [element]) }
    }

    /// The fields that are in either.
    func union(_ other: FieldSet) -> FieldSet {
        if other.isEmpty { return self }
        if isEmpty { return other }
        return FieldSet(children: children.merging(other.children, uniquingKeysWith: Self.union))
    }

    private static func union(_ left: JSONValue, _ right: JSONValue) -> JSONValue {
        if left == right { return left }
        let isMember = isMember(left) || isMember(right)
        return node(below(left).union(below(right)).children, isMember: isMember) ?? member
    }

    /// The fields that are in both.
    func intersection(_ other: FieldSet) -> FieldSet {
        let (small, large) = children.count <= other.children.count ? (self, other) : (other, self)
        var result: [String: JSONValue] = [:]
        for (element, node) in small.children {
            guard let counterpart = large.children[element] else { continue }
            result[element] = Self.node(
                Self.below(node).intersection(Self.below(counterpart)).children,
                isMember: Self.isMember(node) && Self.isMember(counterpart))
        }
        return FieldSet(children: result)
    }

    /// The fields that are not in the other set; what stands below a field stays, unless it is there too.
    func subtracting(_ other: FieldSet) -> FieldSet {
        if other.isEmpty || isEmpty { return self }
        var result = children
        for (element, removed) in other.children {
            guard let node = children[element] else { continue }
            result[element] = Self.node(
                Self.below(node).subtracting(Self.below(removed)).children,
                isMember: Self.isMember(node) && !Self.isMember(removed))
        }
        return FieldSet(children: result)
    }

    /// The fields that are neither in the other set nor below one of its fields.
    func subtractingTrees(_ other: FieldSet) -> FieldSet {
        if other.isEmpty || isEmpty { return self }
        var result = children
        for (element, removed) in other.children {
            guard let node = children[element] else { continue }
            result.removeValue(forKey: element)
            if Self.isMember(removed) { continue }
            result[element] = Self.node(
                Self.below(node).subtractingTrees(Self.below(removed)).children, isMember: Self.isMember(node))
        }
        return FieldSet(children: result)
    }

    /// The set with every member that the schema names as a field as soon as something below it is one.
    func withNamedFields(of type: FieldType) -> FieldSet {
        var result: [String: JSONValue] = [:]
        for (element, node) in children {
            let below = Self.below(node)
            var isMember = Self.isMember(node)
            let inner: FieldType
            if let name = PathElement.fieldName(element) {
                isMember = isMember || type.declares(name)
                inner = type.member(name)
            } else {
                inner = type.element
            }
            result[element] = Self.node(below.withNamedFields(of: inner).children, isMember: isMember)
        }
        return FieldSet(children: result)
    }
}
