import KubernetesCore

/// How values at one place in an object merge and who may own them, by the schema where there is one.
///
/// Where there is none, the type follows from the value: objects are granular maps, lists are atomic.
struct FieldType {
    /// What a value is merged as.
    enum Kind: Equatable {
        case map
        case list
        case scalar
    }

    /// How the elements of a list are told apart.
    enum Elements: Equatable {
        /// Not at all: the list is one value.
        case atomic
        /// By their value.
        case set
        /// By these members.
        case map(keys: [String])
    }

    let schema: ObjectSchema?
    private let isRoot: Bool

    /// The type of a whole object.
    init(root schema: ObjectSchema) {
        self.schema = schema
        isRoot = true
    }

    private init(_ schema: ObjectSchema?) {
        self.schema = schema
        isRoot = false
    }

    /// What a value of this type is merged as; null goes with everything.
    func kind(of value: JSONValue) -> Kind {
        switch schema?.type {
        case "object": .map
        case "array": .list
        case nil:
            switch value {
            case .object, .null: .map
            case .array: .list
            default: .scalar
            }
        default: .scalar
        }
    }

    /// Whether a map is one value.
    var isAtomicMap: Bool { schema?.mapType == "atomic" }

    /// How the elements of a list are told apart.
    var elements: Elements {
        guard let schema else { return .atomic }
        switch schema.listType {
        case "set": return .set
        case "map": return .map(keys: schema.listMapKeys)
        default: return .atomic
        }
    }

    /// Whether the schema names this member, rather than allowing any name.
    func declares(_ name: String) -> Bool {
        guard let schema else { return false }
        return schema.properties[name] != nil || (isRoot && Self.rootMembers.contains(name))
    }

    /// Whether the schema knows members of this name.
    func allows(_ name: String) -> Bool {
        guard let schema else { return true }
        return declares(name) || schema.additionalProperties != nil || schema.preservesUnknownFields
            || schema.properties.isEmpty
    }

    private static let rootMembers: Set<String> = ["apiVersion", "kind", "metadata"]

    /// The type of a member.
    func member(_ name: String) -> FieldType {
        // Schemas of custom resources say nothing of metadata, whose type is the same for all kinds.
        if isRoot, name == "metadata" { return FieldType(BuiltinSchemas.objectMeta) }
        guard let schema else { return self }
        return FieldType(schema.properties[name] ?? schema.additionalProperties)
    }

    /// The type of a list's elements.
    var element: FieldType { FieldType(schema?.items) }

    /// What tells an element from the others of its list, nil where it lacks that.
    func pathElement(of element: JSONValue) -> String? {
        switch elements {
        case .atomic: return nil
        case .set:
            switch element {
            case .object, .array, .null: return nil
            default: return PathElement.value(element)
            }
        case .map(let keys):
            guard case .object(let members) = element else { return nil }
            var identity: [String: JSONValue] = [:]
            for key in keys { identity[key] = members[key] ?? schema?.items?.properties[key]?.defaultValue }
            return identity.isEmpty ? nil : PathElement.key(identity)
        }
    }
}
