import KubernetesCore

/// A Swagger 2.0 document as gnostic's message `openapi.v2.Document`; the numbers are those of its fields.
enum SwaggerProtobuf {
    /// The message's bytes.
    static func encode(_ document: JSONValue) -> [UInt8] {
        var writer = ProtobufWriter()
        writer.text(1, document["swagger"]?.stringValue)
        writer.message(2) { info in
            info.text(1, document["info"]?["title"]?.stringValue)
            info.text(2, document["info"]?["version"]?.stringValue)
        }
        writer.message(8) { paths in
            for (name, item) in sorted(document["paths"]) {
                paths.message(2) { named in
                    named.text(1, name)
                    named.message(2) { pathItem(item, into: &$0) }
                }
            }
        }
        writer.message(9) { named(document["definitions"], into: &$0) }
        return writer.bytes
    }

    private static func sorted(_ value: JSONValue?) -> [(key: String, value: JSONValue)] {
        (value?.objectValue ?? [:]).sorted { $0.key < $1.key }
    }

    /// Schemas by name.
    private static func named(_ schemas: JSONValue?, into writer: inout ProtobufWriter) {
        for (name, value) in sorted(schemas) {
            writer.message(1) { named in
                named.text(1, name)
                named.message(2) { schema(value, into: &$0) }
            }
        }
    }

    private static func schema(_ value: JSONValue, into writer: inout ProtobufWriter) {
        writer.text(1, value["$ref"]?.stringValue)
        writer.text(2, value["format"]?.stringValue)
        writer.text(4, value["description"]?.stringValue)
        writer.double(6, value["multipleOf"]?.doubleValue)
        writer.double(7, value["maximum"]?.doubleValue)
        writer.bool(8, value["exclusiveMaximum"]?.boolValue)
        writer.double(9, value["minimum"]?.doubleValue)
        writer.bool(10, value["exclusiveMinimum"]?.boolValue)
        writer.integer(11, value["maxLength"]?.integerValue)
        writer.integer(12, value["minLength"]?.integerValue)
        writer.text(13, value["pattern"]?.stringValue)
        writer.integer(14, value["maxItems"]?.integerValue)
        writer.integer(15, value["minItems"]?.integerValue)
        writer.integer(17, value["maxProperties"]?.integerValue)
        writer.integer(18, value["minProperties"]?.integerValue)
        for name in value["required"]?.arrayValue ?? [] { writer.text(19, name.stringValue) }
        for constant in value["enum"]?.arrayValue ?? [] { writer.message(20) { yaml(constant, into: &$0) } }
        if let values = value["additionalProperties"] {
            writer.message(21) { item in
                if values.objectValue != nil {
                    item.message(1) { schema(values, into: &$0) }
                } else {
                    item.bool(2, values.boolValue)
                }
            }
        }
        if let type = value["type"]?.stringValue { writer.message(22) { $0.text(1, type) } }
        if let items = value["items"] {
            writer.message(23) { item in item.message(1) { schema(items, into: &$0) } }
        }
        if value["properties"] != nil { writer.message(25) { named(value["properties"], into: &$0) } }
        extensions(31, of: value, into: &writer)
    }

    /// A JSON value, which is YAML too.
    private static func yaml(_ value: JSONValue, into writer: inout ProtobufWriter) {
        writer.text(2, JSONWriter.string(value) + "\n")
    }

    private static func extensions(_ field: Int, of value: JSONValue, into writer: inout ProtobufWriter) {
        for (name, content) in sorted(value) where name.hasPrefix("x-") {
            writer.message(field) { named in
                named.text(1, name)
                named.message(2) { yaml(content, into: &$0) }
            }
        }
    }

    private static func pathItem(_ item: JSONValue, into writer: inout ProtobufWriter) {
        for (field, method) in [(2, "get"), (3, "put"), (4, "post"), (5, "delete"), (8, "patch")] {
            guard let value = item[method] else { continue }
            writer.message(field) { operation(value, into: &$0) }
        }
        for value in item["parameters"]?.arrayValue ?? [] { writer.message(9) { parameter(value, into: &$0) } }
    }

    private static func operation(_ value: JSONValue, into writer: inout ProtobufWriter) {
        for tag in value["tags"]?.arrayValue ?? [] { writer.text(1, tag.stringValue) }
        writer.text(3, value["description"]?.stringValue)
        writer.text(5, value["operationId"]?.stringValue)
        for type in value["consumes"]?.arrayValue ?? [] { writer.text(7, type.stringValue) }
        for inner in value["parameters"]?.arrayValue ?? [] { writer.message(8) { parameter(inner, into: &$0) } }
        writer.message(9) { responses in
            for (code, response) in sorted(value["responses"]) {
                responses.message(1) { named in
                    named.text(1, code)
                    named.message(2) { value in
                        value.message(1) { inner in
                            inner.text(1, response["description"]?.stringValue)
                            guard let type = response["schema"] else { return }
                            inner.message(2) { item in item.message(1) { schema(type, into: &$0) } }
                        }
                    }
                }
            }
        }
        extensions(13, of: value, into: &writer)
    }

    /// `ParametersItem`, with a `Parameter` that is a body or one of the others inside.
    private static func parameter(_ value: JSONValue, into writer: inout ProtobufWriter) {
        let place = value["in"]?.stringValue
        let name = value["name"]?.stringValue
        writer.message(1) { parameter in
            if place == "body" {
                parameter.message(1) { body in
                    body.text(2, name)
                    body.text(3, place)
                    body.bool(4, value["required"]?.boolValue)
                    if let type = value["schema"] { body.message(5) { schema(type, into: &$0) } }
                }
                return
            }
            let isPath = place == "path"
            parameter.message(2) { other in
                other.message(isPath ? 4 : 3) { inner in
                    inner.bool(1, value["required"]?.boolValue)
                    inner.text(2, place)
                    inner.text(4, name)
                    inner.text(isPath ? 5 : 6, value["type"]?.stringValue)
                    inner.bool(isPath ? 19 : 20, value["uniqueItems"]?.boolValue)
                }
            }
        }
    }
}
