extension SchemaNode {
    static func string(_ description: String) -> SchemaNode { SchemaNode(.string, description) }
    static func boolean(_ description: String) -> SchemaNode { SchemaNode(.boolean, description) }
    static func number(_ description: String) -> SchemaNode { SchemaNode(.number, description) }

    static func integer(_ description: String, minimum: Int64? = nil, maximum: Int64? = nil) -> SchemaNode {
        var node = SchemaNode(.integer, description)
        node.minimum = minimum
        node.maximum = maximum
        return node
    }

    static func choice<Value: NamedValue>(_ type: Value.Type, _ description: String) -> SchemaNode {
        var node = SchemaNode(.string, description)
        node.allowed = type.names
        return node
    }

    static func time(_ description: String) -> SchemaNode {
        var node = SchemaNode(.string, description)
        node.format = .dateTime
        return node
    }

    static func duration(_ description: String) -> SchemaNode {
        var node = SchemaNode(.string, description)
        node.format = .duration
        return node
    }

    static func quantity(_ description: String) -> SchemaNode {
        var node = SchemaNode(.scalarText, description)
        node.format = .quantity
        return node
    }

    /// Any value, or one of these shapes; the CRD takes any.
    static func any(_ description: String, _ shapes: [SchemaNode] = []) -> SchemaNode {
        var node = SchemaNode(.any(shapes), description)
        node.isSchemaless = true
        return node
    }

    /// A field that is promised.
    static func later(_ description: String) -> SchemaNode { .any("\(description) Not supported yet.") }

    static func object(
        _ description: String, _ fields: [SchemaField], exactlyOneOf: [String] = []
    ) -> SchemaNode {
        var node = SchemaNode(.object(fields), description)
        node.exactlyOneOf = exactlyOneOf
        return node
    }

    static func map(_ description: String, of value: SchemaNode) -> SchemaNode {
        SchemaNode(.map(value), description)
    }

    static func list(
        _ description: String, of element: SchemaNode, key: String? = nil, maximum: Int? = nil
    ) -> SchemaNode {
        var node = SchemaNode(.list(element), description)
        node.listKey = key
        node.maximum = maximum.map(Int64.init)
        return node
    }

    /// The same shape with other words.
    func described(_ description: String) -> SchemaNode {
        var node = self
        node.description = description
        return node
    }

    /// The same shape, which the CRD leaves open.
    func schemaless(_ description: String) -> SchemaNode {
        var node = described(description)
        node.isSchemaless = true
        return node
    }
}
