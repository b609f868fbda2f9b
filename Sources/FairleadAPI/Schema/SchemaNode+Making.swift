extension SchemaNode {
    static func string(_ description: String, maximum: Int? = nil) -> SchemaNode {
        var node = SchemaNode(.string, description)
        node.maximum = maximum.map(Int64.init)
        return node
    }

    static func boolean(_ description: String) -> SchemaNode { SchemaNode(.boolean, description) }
    static func number(_ description: String, minimum: Int64? = nil, maximum: Int64? = nil) -> SchemaNode {
        var node = SchemaNode(.number, description)
        node.minimum = minimum
        node.maximum = maximum
        return node
    }

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

    static func map(_ description: String, of value: SchemaNode, maximum: Int? = nil) -> SchemaNode {
        var node = SchemaNode(.map(value), description)
        node.maximum = maximum.map(Int64.init)
        return node
    }

    static func list(
        _ description: String, of element: SchemaNode, key: String? = nil, maximum: Int? = nil
    ) -> SchemaNode {
        var node = SchemaNode(.list(element), description)
        node.listKey = key
        node.maximum = maximum.map(Int64.init)
        return node
    }

    /// The same shape, with a rule that the API server checks.
    func ruled(_ rule: String, message: String) -> SchemaNode {
        var node = self
        node.rules.append(SchemaRule(rule, message: message))
        return node
    }

    /// The same shape with other words.
    func described(_ description: String) -> SchemaNode {
        var node = self
        node.description = description
        return node
    }

    /// The same shape without words on what is inside, for one that is described elsewhere.
    func undescribed() -> SchemaNode {
        func bare(_ node: SchemaNode) -> SchemaNode { node.undescribed().described("") }
        var node = self
        switch shape {
        case .object(let fields):
            node.shape = .object(fields.map { SchemaField($0.name, bare($0.node), isRequired: $0.isRequired) })
        case .map(let value): node.shape = .map(bare(value))
        case .list(let element): node.shape = .list(bare(element))
        default: break
        }
        return node
    }

    /// A choice among names of which one is `Off`: the CRD leaves it open, since it may come as `false`.
    static func choiceWithOff<Value: NamedValue>(_ type: Value.Type, _ description: String) -> SchemaNode {
        var node = choice(type, description).schemaless(description)
        node.takesFalse = true
        return node
    }

    /// The same shape, which the CRD leaves open.
    func schemaless(_ description: String) -> SchemaNode {
        var node = described(description)
        node.isSchemaless = true
        return node
    }
}
