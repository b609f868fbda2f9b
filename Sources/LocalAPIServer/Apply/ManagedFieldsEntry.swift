import KubernetesCore

/// One manager's part of an object: an entry of `metadata.managedFields`.
struct ManagedFieldsEntry: Hashable, Sendable {
    /// How a manager came to own fields.
    enum Operation: String, Hashable, Sendable {
        case apply = "Apply"
        case update = "Update"
    }

    /// What tells entries apart.
    struct Identity: Hashable, Sendable {
        var manager: String
        var operation: Operation
        /// Nil for appliers, who have one entry whatever version they use.
        var apiVersion: String?
        var subresource: String?
    }

    var manager: String
    var operation: Operation
    var apiVersion: String
    var time: String?
    var fields: FieldSet
    var subresource: String?

    var identity: Identity {
        Identity(
            manager: manager, operation: operation, apiVersion: operation == .apply ? nil : apiVersion,
            subresource: subresource)
    }

    init(
        manager: String, operation: Operation, apiVersion: String, time: String? = nil, fields: FieldSet,
        subresource: String? = nil
    ) {
        self.manager = manager
        self.operation = operation
        self.apiVersion = apiVersion
        self.time = time
        self.fields = fields
        self.subresource = subresource
    }

    /// Reads an entry that this server wrote; nil where it is malformed.
    init?(_ json: JSONValue) {
        guard case .object(let members) = json,
            let operation = members["operation"]?.stringValue.flatMap(Operation.init(rawValue:)),
            let apiVersion = members["apiVersion"]?.stringValue, !apiVersion.isEmpty,
            members["fieldsType"]?.stringValue == "FieldsV1"
        else { return nil }
        manager = members["manager"]?.stringValue ?? ""
        self.operation = operation
        self.apiVersion = apiVersion
        time = members["time"]?.stringValue
        fields = FieldSet(children: members["fieldsV1"]?.objectValue ?? [:])
        subresource = members["subresource"]?.stringValue.flatMap { $0.isEmpty ? nil : $0 }
    }

    /// The entry as it stands in metadata.
    var json: JSONValue {
        var members: [String: JSONValue] = [
            "manager": .string(manager), "operation": .string(operation.rawValue), "apiVersion": .string(apiVersion),
            "fieldsType": "FieldsV1", "fieldsV1": fields.json,
        ]
        if let time { members["time"] = .string(time) }
        if let subresource { members["subresource"] = .string(subresource) }
        return .object(members)
    }

    /// The order of entries in metadata: appliers first, then by time and by name.
    static func isOrdered(_ left: ManagedFieldsEntry, _ right: ManagedFieldsEntry) -> Bool {
        if left.operation != right.operation { return left.operation == .apply }
        if left.time != right.time, left.seconds != right.seconds { return left.seconds < right.seconds }
        return (left.manager, left.apiVersion, left.subresource ?? "")
            < (right.manager, right.apiVersion, right.subresource ?? "")
    }

    var seconds: Int64 { time.flatMap { Time($0) }?.secondsSince1970 ?? 0 }

    /// Reads the entries of a list; nil where one of them is malformed.
    static func entries(_ list: JSONValue?) -> [ManagedFieldsEntry]? {
        guard case .array(let elements)? = list else { return [] }
        var entries: [ManagedFieldsEntry] = []
        entries.reserveCapacity(elements.count)
        for element in elements {
            guard let entry = ManagedFieldsEntry(element) else { return nil }
            entries.append(entry)
        }
        return entries
    }

    /// Reads entries that came in a request: their paths are put into this server's spelling.
    static func foreignEntries(_ list: JSONValue?) -> [ManagedFieldsEntry]? {
        guard var entries = entries(list) else { return nil }
        for index in entries.indices {
            guard let fields = FieldSet(foreign: entries[index].fields.json) else { return nil }
            entries[index].fields = fields
        }
        var byIdentity: [Identity: ManagedFieldsEntry] = [:]
        for entry in entries { byIdentity[entry.identity] = entry }
        return Array(byIdentity.values)
    }
}

extension FieldSet {
    /// Reads a `fieldsV1` that came in a request; nil where it is malformed.
    init?(foreign json: JSONValue) {
        guard let children = Self.canonicalChildren(json) else { return nil }
        self.init(children: children)
    }

    private static func canonicalChildren(_ json: JSONValue) -> [String: JSONValue]? {
        guard case .object(let members) = json else { return nil }
        var children: [String: JSONValue] = [:]
        for (element, node) in members where element != "." {
            guard let name = PathElement.canonical(element) else { return nil }
            guard let below = canonicalChildren(node) else { return nil }
            children[name] = Self.node(below, isMember: isMember(node))
        }
        return children
    }
}
