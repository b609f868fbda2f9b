import KubernetesCore

/// A column of `kubectl get`.
struct PrinterColumn: Sendable, Hashable {
    var name: String
    var type: String
    var jsonPath: String
    var isWide: Bool

    init(_ name: String, _ jsonPath: String, type: String = "string", isWide: Bool = false) {
        self.name = name
        self.type = type
        self.jsonPath = jsonPath
        self.isWide = isWide
    }

    static let age = PrinterColumn("Age", ".metadata.creationTimestamp", type: "date")

    var json: JSONValue {
        var column: JSONValue = ["name": .string(name), "type": .string(type), "jsonPath": .string(jsonPath)]
        if isWide { column["priority"] = 1 }
        return column
    }
}
