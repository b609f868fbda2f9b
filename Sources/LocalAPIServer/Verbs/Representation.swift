import KubernetesCore
import Yams

/// The form in which a client wants its answer.
enum Representation: Sendable, Hashable {
    case json
    case yaml
    case table
    case partialObject
    case partialList

    /// Chooses the first form that the server can give.
    ///
    /// - Parameters:
    ///   - accept: The header, nil where it is missing.
    ///   - isCustom: Whether a custom kind is asked for, which is refused in other words.
    /// - Throws: 406.
    static func negotiate(_ accept: String?, isCustom: Bool = false) throws(Status) -> Representation {
        guard let accept, !accept.isEmpty else { return .json }
        var isKnown = false
        for entry in accept.split(separator: ",") {
            let parts = entry.split(separator: ";").map { $0.trimmed }
            guard let type = parts.first else { continue }
            isKnown = isKnown || Self.known.contains(type)
            var parameters: [String: String] = [:]
            for part in parts.dropFirst() {
                let pair = part.split(separator: "=", maxSplits: 1).map(String.init)
                if pair.count == 2 { parameters[pair[0]] = pair[1] }
            }
            guard let form = form(of: type, parameters) else { continue }
            return form
        }
        guard isKnown || isCustom else {
            let list = "application/json, application/yaml, application/vnd.kubernetes.protobuf"
            var status = Status.notAcceptable("406: Not Acceptable\n\nAvailable representations: \(list)")
            status.details = Status.Details()
            throw status
        }
        throw Status.notAcceptable(
            "only the following media types are accepted: application/json, application/yaml, "
                + "application/vnd.kubernetes.protobuf")
    }

    /// The types of which the server, or Kubernetes, gives at least one form.
    private static let known: Set<String> = [
        "application/json", "application/yaml", "application/vnd.kubernetes.protobuf", "application/*", "*/*",
    ]

    private static func form(of type: String, _ parameters: [String: String]) -> Representation? {
        switch type {
        case "application/json", "*/*", "application/*":
            guard let kind = parameters["as"] else { return .json }
            guard parameters["g"] == "meta.k8s.io", parameters["v"] == "v1" else { return nil }
            switch kind {
            case "Table": return .table
            case "PartialObjectMetadata": return .partialObject
            case "PartialObjectMetadataList": return .partialList
            default: return nil
            }
        case "application/yaml": return parameters["as"] == nil ? .yaml : nil
        default: return nil
        }
    }
}

extension StringProtocol {
    /// Without blanks at either end.
    var trimmed: String {
        var rest = self[...]
        while rest.first?.isWhitespace == true { rest = rest.dropFirst() }
        while rest.last?.isWhitespace == true { rest = rest.dropLast() }
        return String(rest)
    }
}

/// YAML to and from JSON values, with the types that Kubernetes' YAML library gives plain scalars.
enum YAMLDocument {
    /// Why a text is no YAML document.
    struct ParseError: Error {
        var message: String
    }

    static func parse(_ bytes: [UInt8]) throws(ParseError) -> JSONValue {
        do {
            // Of several documents Kubernetes reads the first.
            let text = String(decoding: bytes, as: UTF8.self)
            guard let node = try Yams.Parser(yaml: text).nextRoot() else { return .null }
            try EscapedSlash.refuse(in: node, bytes)
            return try value(of: node, depth: 0)
        } catch let error as ParseError {
            throw error
        } catch {
            throw ParseError(message: "\(error)")
        }
    }

    private static func value(of node: Node, depth: Int) throws -> JSONValue {
        if depth > 500 { throw ParseError(message: "exceeded max depth") }
        switch node {
        case .mapping(let mapping):
            var members: [String: JSONValue] = [:]
            for (key, element) in mapping {
                members[key.string ?? ""] = try value(of: element, depth: depth + 1)
            }
            return .object(members)
        case .sequence(let sequence):
            return .array(try sequence.map { try value(of: $0, depth: depth + 1) })
        case .scalar(let scalar):
            guard scalar.style == .plain || scalar.style == .any, node.tag != Tag(.str) else {
                return .string(scalar.string)
            }
            return plain(scalar.string)
        default: return .null
        }
    }

    private static func plain(_ text: String) -> JSONValue {
        switch text {
        case "", "~", "null", "Null", "NULL": return .null
        case "true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON": return .bool(true)
        case "false", "False", "FALSE", "no", "No", "NO", "off", "Off", "OFF": return .bool(false)
        default: break
        }
        guard let first = text.utf8.first,
            first == 0x2B || first == 0x2D || first == 0x2E || (0x30...0x39).contains(first)
        else { return .string(text) }
        if let integer = Int64(text) { return .integer(integer) }
        if text.hasPrefix("0x"), let integer = Int64(text.dropFirst(2), radix: 16) { return .integer(integer) }
        if text.hasPrefix("0o"), let integer = Int64(text.dropFirst(2), radix: 8) { return .integer(integer) }
        let isNumber = text.utf8.allSatisfy { (0x30...0x39).contains($0) || "+-.eE".utf8.contains($0) }
        if isNumber, let double = Double(text), double.isFinite { return .double(double) }
        return .string(text)
    }

    static func text(_ value: JSONValue) -> String {
        (try? Yams.serialize(node: node(value), sortKeys: true)) ?? ""
    }

    private static func node(_ value: JSONValue) -> Node {
        switch value {
        case .null: Node("null", Tag(.null))
        case .bool(let value): Node(value ? "true" : "false", Tag(.bool))
        case .integer(let value): Node(String(value), Tag(.int))
        case .double(let value): Node(String(value), Tag(.float))
        case .string(let value):
            Node(value, Tag(.str), plain(value) == .string(value) ? .any : .doubleQuoted)
        case .array(let elements): Node(elements.map(node))
        case .object(let members):
            Node(members.sorted { $0.key < $1.key }.map { (Node($0.key), node($0.value)) })
        }
    }
}
