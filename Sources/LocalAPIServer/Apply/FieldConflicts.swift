public import KubernetesCore

/// An apply wants to change fields that others own: a 409 unless it is forced.
public struct FieldConflicts: Error, Hashable, Sendable {
    /// One field that another manager owns.
    public struct Conflict: Hashable, Sendable {
        /// The manager as the server names it in messages, such as `"alice" with subresource "status"`.
        public var manager: String
        /// The field's path, such as `.spec.tasks[name="a"].image`.
        public var field: String
    }

    /// The conflicts, by manager.
    public var conflicts: [Conflict]

    /// What an API server says to people.
    public var message: String {
        if conflicts.count == 1 {
            return "Apply failed with 1 conflict: conflict with \(conflicts[0].manager): \(conflicts[0].field)"
        }
        var lines: [String] = []
        var manager: String?
        for conflict in conflicts {
            if conflict.manager != manager { lines.append("conflicts with \(conflict.manager):") }
            manager = conflict.manager
            lines.append("- \(conflict.field)")
        }
        return "Apply failed with \(conflicts.count) conflicts: \(lines.joined(separator: "\n"))"
    }

    /// The causes of the answer, one a field.
    public var causes: [Status.Cause] {
        conflicts.map {
            Status.Cause(reason: "FieldManagerConflict", message: "conflict with \($0.manager)", field: $0.field)
        }
    }

    /// The answer of an API server.
    public var status: Status {
        Status(code: 409, reason: "Conflict", message: message, details: Status.Details(causes: causes))
    }
}

/// An apply configuration that cannot be applied at all.
public struct FieldManagementError: Error, Hashable, Sendable {
    /// The HTTP status.
    public var code: Int
    /// For programs, nil where the server gives none.
    public var reason: String?
    /// For people, as an API server words it.
    public var message: String

    /// The answer of an API server.
    public var status: Status {
        var status = Status(code: code, reason: reason ?? "", message: message)
        status.reason = reason
        return status
    }
}
