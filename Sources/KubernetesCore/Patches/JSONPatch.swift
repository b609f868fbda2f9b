/// RFC 6902: a list of operations, of which either all apply or none.
///
/// One leniency is an API server's own: `replace` of a member that does not exist adds it.
public enum JSONPatch {
    /// The most operations that a patch may have.
    public static let maxOperations = 10_000

    /// The document after all operations.
    ///
    /// - Throws: ``PatchError``: 400 for a body that is no JSON patch, 413 for one with too many operations, 422 for an
    ///   operation that is malformed or does not go with the document, a failed `test` included.
    public static func apply(_ patch: JSONValue, to document: JSONValue) throws(PatchError) -> JSONValue {
        guard case .array(let operations) = patch else {
            if patch.isNull { return document }
            throw .wrongShape(patch, wanted: "[]handlers.jsonPatchOp")
        }
        if operations.count > maxOperations {
            throw PatchError(
                code: 413, reason: "RequestEntityTooLarge",
                message: "Request entity too large: The allowed maximum operations in a JSON patch is "
                    + "\(maxOperations), got \(operations.count)")
        }
        for operation in operations {
            if case .object = operation { continue }
            throw .wrongShape(operation, wanted: "handlers.jsonPatchOp")
        }
        var result = document
        for operation in operations { try apply(operation: operation, to: &result) }
        return result
    }

    private static func apply(operation: JSONValue, to document: inout JSONValue) throws(PatchError) {
        let name = operation["op"]?.stringValue ?? ""
        let path = try pointer("path", of: operation)
        switch name {
        case "add":
            try insert(try value(of: operation), at: path[...], in: &document, replacing: false)
        case "replace":
            try insert(try value(of: operation), at: path[...], in: &document, replacing: true)
        case "remove":
            _ = try remove(at: path[...], in: &document)
        case "test":
            let expected = operation["value"] ?? .null
            if (lookUp(path, in: document) ?? .null) != expected {
                throw .unprocessable("testing value \(rendered(path)) failed")
            }
        case "move":
            let from = try pointer("from", of: operation)
            if path == from { return }
            if path.starts(with: from) {
                throw .unprocessable("cannot move \(rendered(from)) into its own child \(rendered(path))")
            }
            let moved = try remove(at: from[...], in: &document)
            try insert(moved, at: path[...], in: &document, replacing: false)
        case "copy":
            let from = try pointer("from", of: operation)
            guard let copied = lookUp(from, in: document) else {
                throw .unprocessable("copy operation does not apply: no value at \(rendered(from))")
            }
            try insert(copied, at: path[...], in: &document, replacing: false)
        default:
            throw .unprocessable("unexpected kind of operation: \"\(name)\"")
        }
    }

    private static func value(of operation: JSONValue) throws(PatchError) -> JSONValue {
        guard let value = operation["value"] else { throw .unprocessable("operation without \"value\"") }
        return value
    }

    /// The reference tokens of an RFC 6901 pointer.
    private static func pointer(_ name: String, of operation: JSONValue) throws(PatchError) -> [String] {
        guard let text = operation[name]?.stringValue else {
            throw .unprocessable("operation without \"\(name)\"")
        }
        if text.isEmpty { return [] }
        guard text.utf8.first == UInt8(ascii: "/") else { throw .unprocessable("\"\(text)\" is no JSON pointer") }
        var tokens: [String] = []
        for token in text.dropFirst().split(separator: "/", omittingEmptySubsequences: false) {
            guard let token = unescaped(token) else { throw .unprocessable("\"\(text)\" is no JSON pointer") }
            tokens.append(token)
        }
        return tokens
    }

    private static func unescaped(_ token: Substring) -> String? {
        guard token.utf8.contains(UInt8(ascii: "~")) else { return String(token) }
        var output: [UInt8] = []
        var bytes = token.utf8.makeIterator()
        while let byte = bytes.next() {
            guard byte == UInt8(ascii: "~") else {
                output.append(byte)
                continue
            }
            switch bytes.next() {
            case UInt8(ascii: "0"): output.append(UInt8(ascii: "~"))
            case UInt8(ascii: "1"): output.append(UInt8(ascii: "/"))
            default: return nil
            }
        }
        return String(decoding: output, as: UTF8.self)
    }

    private static func rendered(_ path: [String]) -> String { path.map { "/\($0)" }.joined() }

    private static func lookUp(_ path: [String], in document: JSONValue) -> JSONValue? {
        var value = document
        for token in path {
            let next: JSONValue?
            switch value {
            case .object(let members): next = members[token]
            case .array: next = index(token).flatMap { value[$0] }
            default: return nil
            }
            guard let next else { return nil }
            value = next
        }
        return value
    }

    /// An array index: digits without leading zeros.
    private static func index(_ token: String) -> Int? {
        guard token.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }), token == "0" || token.utf8.first != 0x30 else {
            return nil
        }
        return Int(token)
    }

    private static func insert(
        _ value: JSONValue, at path: ArraySlice<String>, in document: inout JSONValue, replacing: Bool
    ) throws(PatchError) {
        guard let token = path.first else {
            document = value
            return
        }
        if path.count > 1 {
            try descend(token, in: &document) { (child) throws(PatchError) in
                try insert(value, at: path.dropFirst(), in: &child, replacing: replacing)
            }
            return
        }
        switch document {
        case .object:
            document[token] = value
        case .array(var elements):
            document = .null
            if token == "-", !replacing {
                elements.append(value)
            } else if let index = index(token), replacing ? index < elements.count : index <= elements.count {
                if replacing { elements[index] = value } else { elements.insert(value, at: index) }
            } else {
                throw .unprocessable("invalid array index \"\(token)\"")
            }
            document = .array(elements)
        default:
            throw .unprocessable("no container for \"\(token)\"")
        }
    }

    private static func remove(
        at path: ArraySlice<String>, in document: inout JSONValue
    ) throws(PatchError) -> JSONValue {
        guard let token = path.first else {
            let removed = document
            document = .null
            return removed
        }
        if path.count > 1 {
            var removed = JSONValue.null
            try descend(token, in: &document) { (child) throws(PatchError) in
                removed = try remove(at: path.dropFirst(), in: &child)
            }
            return removed
        }
        switch document {
        case .object(let members):
            guard let removed = members[token] else { throw .unprocessable("nothing to remove at \"\(token)\"") }
            document[token] = nil
            return removed
        case .array(var elements):
            guard let index = index(token), index < elements.count else {
                throw .unprocessable("invalid array index \"\(token)\"")
            }
            document = .null
            let removed = elements.remove(at: index)
            document = .array(elements)
            return removed
        default:
            throw .unprocessable("no container for \"\(token)\"")
        }
    }

    private static func descend(
        _ token: String, in document: inout JSONValue, _ body: (inout JSONValue) throws(PatchError) -> Void
    ) throws(PatchError) {
        switch document {
        case .object(let members):
            guard var child = members[token] else { throw .unprocessable("no member \"\(token)\"") }
            try body(&child)
            document[token] = child
        case .array(var elements):
            guard let index = index(token), index < elements.count else {
                throw .unprocessable("invalid array index \"\(token)\"")
            }
            document = .null
            try body(&elements[index])
            document = .array(elements)
        default:
            throw .unprocessable("no container for \"\(token)\"")
        }
    }
}
