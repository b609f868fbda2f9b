public import KubernetesCore

/// A part of an object that was read, or what is wrong with it: a bad spec never makes its object unreadable.
public enum Decoded<Value: Codable & Sendable & Hashable>: Sendable, Hashable, Encodable {
    /// The part could be read.
    case success(Value)
    /// The part could not be read.
    case failure(InvalidSpec)

    /// Reads a part from a JSON value that stands at `path` in its object.
    public init(_ value: JSONValue, at path: FieldPath) {
        do {
            self = .success(try KubernetesJSON.decode(Value.self, from: value))
        } catch {
            self = .failure(Self.problem(error, in: value, at: path))
        }
    }

    /// Reads the part under a key; an absent one is reported as required.
    init<Key: CodingKey>(in container: KeyedDecodingContainer<Key>, forKey key: Key) throws {
        let path = FieldPath(key.stringValue)
        let depth = container.codingPath.count + 1
        do {
            self = .success(try container.decode(Value.self, forKey: key))
        } catch {
            let raw = (try? container.decodeIfPresent(JSONValue.self, forKey: key)) ?? .null
            self = .failure(Self.problem(error, in: raw, at: path, droppingFirst: depth))
        }
    }

    /// The schema table knows every wrong field, a decoding error only the first.
    private static func problem(
        _ error: any Error, in value: JSONValue, at path: FieldPath, droppingFirst prefix: Int = 0
    ) -> InvalidSpec {
        if let type = Value.self as? any Schematic.Type, !value.isNull {
            let problems = SchemaChecker.check(value, against: type.schema, at: path)
            if !problems.isEmpty { return InvalidSpec(problems) }
        }
        return InvalidSpec([DecodingProblem.field(error, in: value, at: path, droppingFirst: prefix)])
    }

    /// The part, nil where it could not be read.
    public var value: Value? {
        if case .success(let value) = self { value } else { nil }
    }

    /// The part.
    ///
    /// - Throws: `InvalidSpec`.
    public func get() throws(InvalidSpec) -> Value {
        switch self {
        case .success(let value): return value
        case .failure(let problem): throw problem
        }
    }

    /// Writes the part.
    ///
    /// - Throws: `EncodingError` for a part that could not be read.
    public func encode(to encoder: any Encoder) throws {
        switch self {
        case .success(let value): try value.encode(to: encoder)
        case .failure(let problem):
            throw EncodingError.invalidValue(
                problem, EncodingError.Context(codingPath: encoder.codingPath, debugDescription: problem.message))
        }
    }
}
