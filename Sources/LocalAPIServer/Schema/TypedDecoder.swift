import Foundation
import KubernetesCore

/// What decoding an object into Kubernetes' Go type and encoding it again would make of it.
///
/// Members of wrong type are refused with the decoder's words; nulls, empty lists and empty maps go; quantities and
/// times become canonical.
struct TypedDecoder {
    /// Why an object can't be decoded.
    struct Problem: Error, Hashable {
        /// In the words of Go's decoder.
        var message: String
    }

    /// An object of a built-in kind in its canonical form.
    ///
    /// - Throws: ``Problem``.
    static func decode(_ object: JSONValue, schema: ObjectSchema) throws(Problem) -> JSONValue {
        try TypedDecoder().changed(object, schema, Place(structure: shortName(schema), path: [])) ?? object
    }

    /// The metadata of an object of a custom kind in its canonical form.
    ///
    /// - Throws: ``Problem``.
    static func decodeMetadata(_ metadata: JSONValue) throws(Problem) -> JSONValue {
        let schema = BuiltinSchemas.objectMeta
        return try TypedDecoder().changed(metadata, schema, Place(structure: "ObjectMeta", path: [])) ?? metadata
    }

    /// Where a value stands: the Go struct that has the field, and the way there from the root.
    private struct Place {
        var structure: String
        var path: [String]
    }

    private static func shortName(_ schema: ObjectSchema) -> String {
        schema.typeName?.split(separator: ".").last.map(String.init) ?? ""
    }

    /// The value as it becomes; nil where it stays as it is.
    private func changed(
        _ value: JSONValue, _ schema: ObjectSchema, _ place: Place
    ) throws(Problem) -> JSONValue? {
        if value.isNull { return nil }
        let schema = schema.resolved
        if schema.isIntOrString { return try changedScalarUnion(value, schema, place) }
        switch schema.type {
        case "object": return try changedObject(value, schema, place)
        case "array":
            guard case .array(let elements) = value else { throw mismatch(value, schema, place) }
            guard let items = schema.items else { return nil }
            var result: [JSONValue]?
            for (index, element) in elements.enumerated() {
                let inner = Place(structure: Self.structure(of: items, else: place), path: place.path)
                guard let new = try changed(element, items, inner) else { continue }
                result = result ?? elements
                result?[index] = new
            }
            return result.map { .array($0) }
        case "string": return try changedString(value, schema, place)
        case "boolean":
            if value.boolValue == nil { throw mismatch(value, schema, place) }
            return nil
        case "integer":
            guard let integer = value.integerValue, schema.format != "int32" || Int32(exactly: integer) != nil else {
                throw mismatch(value, schema, place)
            }
            if case .integer = value { return nil }
            return JSONValue.integer(integer)
        case "number":
            if value.doubleValue == nil { throw mismatch(value, schema, place) }
            return nil
        default: return nil
        }
    }

    private func changedObject(
        _ value: JSONValue, _ schema: ObjectSchema, _ place: Place
    ) throws(Problem) -> JSONValue? {
        guard case .object(let members) = value else { throw mismatch(value, schema, place) }
        var result: [String: JSONValue]?
        for (name, member) in members {
            guard let inner = schema.member(name), !isPlain(member, inner) else { continue }
            let isMapValue = schema.properties[name] == nil
            if !isMapValue, isLeftOut(member, inner) {
                result = result ?? members
                result?[name] = nil
                continue
            }
            let next = Place(
                structure: Self.structure(of: inner, else: place), path: isMapValue ? place.path : place.path + [name])
            let place = Place(structure: place.structure, path: next.path)
            let isStructure = inner.type == "object" && !inner.properties.isEmpty && member.objectValue != nil
            if let new = try changed(member, inner, isStructure ? next : place) {
                result = result ?? members
                result?[name] = new
            } else if isMapValue, member.isNull {
                result = result ?? members
                result?[name] = zero(of: inner)
            }
        }
        return result.map { .object($0) }
    }

    /// Whether a member is a scalar that stays as it is, so that nothing has to be noted of where it stands.
    private func isPlain(_ value: JSONValue, _ schema: ObjectSchema) -> Bool {
        switch (value, schema.type) {
        case (.string, "string"): schema.fields.format == nil
        case (.bool, "boolean"): true
        case (.integer(let number), "integer"): Int32(exactly: number) != nil
        default: false
        }
    }

    /// Whether Go's encoder leaves a member out: null, an empty list, an empty map.
    private func isLeftOut(_ value: JSONValue, _ schema: ObjectSchema) -> Bool {
        switch value {
        case .null: !schema.isNullable
        case .array(let elements): elements.isEmpty && schema.type == "array"
        case .object(let members): members.isEmpty && schema.additionalProperties != nil
        default: false
        }
    }

    private func zero(of schema: ObjectSchema) -> JSONValue { schema.type == "string" ? "" : .null }

    private static func structure(of schema: ObjectSchema, else place: Place) -> String {
        schema.type == "object" && !schema.properties.isEmpty ? shortName(schema) : place.structure
    }

    private func changedScalarUnion(
        _ value: JSONValue, _ schema: ObjectSchema, _ place: Place
    ) throws(Problem) -> JSONValue? {
        if schema.typeName == BuiltinTypes.quantityName {
            guard let quantity = QuantityForm(value) else { throw Problem(message: QuantityForm.problem) }
            let canonical = JSONValue.string(quantity.canonical)
            if canonical == value { return nil }
            return canonical
        }
        if value.stringValue != nil { return nil }
        guard let integer = value.integerValue, Int32(exactly: integer) != nil else {
            throw Problem(message: "json: cannot unmarshal \(goKind(value)) into Go value of type int32")
        }
        return nil
    }

    private func changedString(
        _ value: JSONValue, _ schema: ObjectSchema, _ place: Place
    ) throws(Problem) -> JSONValue? {
        guard let text = value.stringValue else { throw mismatch(value, schema, place) }
        switch schema.format {
        case "date-time":
            let isPrecise = schema.typeName?.hasSuffix(".MicroTime") == true
            let canonical = isPrecise ? MicroTime(text)?.description : Time(text)?.description
            if let problem = GoTime.problem(text, isMicro: isPrecise) { throw Problem(message: problem) }
            guard let canonical else { throw Problem(message: "parsing time \"\(text)\": day out of range") }
            if canonical == text { return nil }
            return JSONValue.string(canonical)
        case "byte":
            if Data(base64Encoded: text) != nil { return nil }
            throw Problem(message: "illegal base64 data at input byte \(Self.illegalOffset(text))")
        default: return nil
        }
    }

    private static func illegalOffset(_ text: String) -> Int {
        let bytes = Array(text.utf8)
        let isLegal: (UInt8) -> Bool = { byte in
            (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte | 0x20) || byte == 0x2B || byte == 0x2F
        }
        return bytes.firstIndex { !isLegal($0) } ?? bytes.count / 4 * 4
    }

    private func mismatch(_ value: JSONValue, _ schema: ObjectSchema, _ place: Place) -> Problem {
        let field = ([place.structure] + place.path).joined(separator: ".")
        return Problem(
            message: "json: cannot unmarshal \(goKind(value)) into Go struct field \(field) of type "
                + goType(schema))
    }

    private func goKind(_ value: JSONValue) -> String {
        switch value {
        case .null: "null"
        case .bool: "bool"
        case .integer(let number): Int32(exactly: number) == nil ? "number \(number)" : "number"
        case .double(let number): "number \(number)"
        case .string: "string"
        case .array: "array"
        case .object: "object"
        }
    }

    private func goType(_ schema: ObjectSchema) -> String {
        switch schema.type {
        case "array": "[]\(schema.items.map(goType) ?? "interface {}")"
        case "boolean": "bool"
        case "integer": schema.format ?? "int64"
        case "number": "float64"
        case "string": schema.format == "byte" ? "[]uint8" : "string"
        default:
            if let values = schema.additionalProperties {
                "map[string]\(goType(values))"
            } else {
                (schema.typeName ?? "").split(separator: ".").suffix(2).joined(separator: ".")
            }
        }
    }
}
