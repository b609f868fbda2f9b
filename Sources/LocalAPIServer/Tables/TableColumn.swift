import KubernetesCore

/// A column of a table: what it is called, and how a row's cell is found.
struct TableColumn: Sendable {
    /// The heading.
    var name: String
    /// `string`, `integer`, `number`, `boolean` or `date`.
    var type = "string"
    /// `name` for the column of names.
    var format = ""
    /// For people.
    var description: String
    /// 0 for columns that are always shown, more for those of wide output.
    var priority: Int64 = 0
    /// A row's cell at a moment.
    var cell: @Sendable (JSONValue, Time) -> JSONValue

    /// The definition as the server sends it.
    var definition: JSONValue {
        [
            "name": .string(name), "type": .string(type), "format": .string(format),
            "description": .string(description), "priority": .integer(priority),
        ]
    }

    /// The column of names.
    static let name = TableColumn(
        name: "Name", format: "name", description: "The object's name, one of its kind in the namespace."
    ) { object, _ in object["metadata"]?["name"] ?? "" }

    /// The column of ages, as built-in kinds have it.
    static let age = TableColumn(name: "Age", description: ageDescription) { object, now in
        .string(HumanDuration.since(object["metadata"]?["creationTimestamp"], now: now) ?? "<unknown>")
    }

    /// The columns of custom kinds that declare none.
    static let customDefaults = [
        name,
        TableColumn(name: "Age", type: "date", description: ageDescription) { object, now in
            HumanDuration.since(object["metadata"]?["creationTimestamp"], now: now).map { .string($0) } ?? .null
        },
    ]

    /// The columns of built-in kinds that have none of their own.
    static let builtinDefaults = [
        name,
        TableColumn(name: "Created At", type: "date", description: ageDescription) { object, _ in
            object["metadata"]?["creationTimestamp"] ?? .null
        },
    ]

    private static let ageDescription = "The time since the object was made."

    /// A column of texts.
    static func text(
        _ name: String, _ description: String, priority: Int64 = 0, type: String = "string",
        _ cell: @escaping @Sendable (JSONValue) -> String
    ) -> TableColumn {
        TableColumn(name: name, type: type, description: description, priority: priority) { object, _ in
            .string(cell(object))
        }
    }

    /// A column of counts.
    static func count(
        _ name: String, _ description: String, type: String = "integer",
        _ cell: @escaping @Sendable (JSONValue) -> Int64
    ) -> TableColumn {
        TableColumn(name: name, type: type, description: description) { object, _ in .integer(cell(object)) }
    }
}
