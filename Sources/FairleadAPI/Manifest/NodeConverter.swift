import KubernetesCore
import Yams

/// Turns the nodes of one document into a value.
struct NodeConverter {
    /// Aliases let a short text stand for a huge value.
    private var remaining = 1_000_000

    mutating func value(of node: Node) throws(ManifestError) -> JSONValue {
        remaining -= 1
        if remaining < 0 { throw ManifestError(message: "the document is too large", line: node.mark?.line) }
        switch node {
        case .scalar(let scalar): return try value(of: scalar)
        case .mapping(let mapping): return .object(try members(of: mapping))
        case .sequence(let sequence):
            var elements: [JSONValue] = []
            for element in sequence { elements.append(try value(of: element)) }
            return .array(elements)
        case .alias: throw ManifestError(message: "an alias without its anchor", line: node.mark?.line)
        }
    }

    private func value(of scalar: Node.Scalar, isKey: Bool = false) throws(ManifestError) -> JSONValue {
        let tag = scalar.tag.description
        // Looking for duplicate keys, Yams gives plain ones a tag by its own rules, which are not Go's.
        let isPlain = scalar.style == .plain && (tag.isEmpty || isKey)
        guard isPlain || (tag.hasPrefix("tag:yaml.org,2002:") && !tag.hasSuffix(":str")) else {
            return .string(scalar.string)
        }
        guard let value = YAMLScalar.resolve(scalar.string) else {
            throw ManifestError(message: "\(scalar.string) has no form in JSON", line: scalar.mark?.line)
        }
        return value
    }

    private mutating func members(of mapping: Node.Mapping) throws(ManifestError) -> [String: JSONValue] {
        var members: [String: JSONValue] = [:]
        var merged: [String: JSONValue] = [:]
        for (key, node) in mapping {
            let value = try value(of: node)
            guard case .scalar(let scalar) = key else {
                throw ManifestError(message: "a key must be a word", line: key.mark?.line)
            }
            if scalar.style == .plain, scalar.string == "<<" {
                for source in value.arrayValue?.reversed() ?? [value] {
                    merged.merge(source.objectValue ?? [:]) { _, new in new }
                }
                continue
            }
            let name = try self.name(of: scalar)
            if members.updateValue(value, forKey: name) != nil {
                throw ManifestError(message: "key \(Quoted.text(name)) stands twice", line: key.mark?.line)
            }
        }
        return members.merging(merged) { own, _ in own }
    }

    private func name(of scalar: Node.Scalar) throws(ManifestError) -> String {
        switch try value(of: scalar, isKey: true) {
        case .string(let name): return name
        case .bool(let truth): return truth ? "true" : "false"
        case .integer(let number): return String(number)
        case .double(let number): return JSONWriter.string(.double(number))
        default: throw ManifestError(message: "a key must be a word", line: scalar.mark?.line)
        }
    }
}
