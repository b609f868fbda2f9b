/// RFC 7386: a document of which each member replaces, null removes, and objects merge.
public enum MergePatch {
    /// The target after the patch.
    public static func apply(_ patch: JSONValue, to target: JSONValue) -> JSONValue {
        guard case .object(let changes) = patch else { return patch }
        var members: [String: JSONValue] = [:]
        if case .object(let existing) = target { members = existing }
        for (name, change) in changes {
            if change.isNull {
                members[name] = nil
            } else {
                members[name] = apply(change, to: members[name] ?? .null)
            }
        }
        return .object(members)
    }

    /// The smallest patch that turns `old` into `new`, nil where they are equal; neither holds a null inside.
    public static func difference(from old: JSONValue, to new: JSONValue) -> JSONValue? {
        if old == new { return nil }
        guard case .object(let before) = old, case .object(let after) = new else { return new }
        var changes: [String: JSONValue] = [:]
        for name in before.keys where after[name] == nil { changes[name] = .null }
        for (name, value) in after {
            guard let previous = before[name] else {
                changes[name] = value
                continue
            }
            if let change = difference(from: previous, to: value) { changes[name] = change }
        }
        return .object(changes)
    }
}
