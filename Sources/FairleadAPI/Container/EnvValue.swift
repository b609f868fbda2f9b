public import KubernetesCore

/// The value of an environment variable.
public enum EnvValue: Sendable, Hashable, Codable {
    /// A string, which may hold `$(…)`, a number or a truth value.
    case literal(JSONValue)
    /// A key of a Secret.
    case secret(name: String, key: String)
    /// A key of a ConfigMap.
    case config(name: String, key: String)

    enum CodingKeys: String, CodingKey, CaseIterable { case secret, config, key }

    public init(from decoder: any Decoder) throws {
        guard let container = try? decoder.container(keyedBy: CodingKeys.self) else {
            let value = try JSONValue(from: decoder)
            guard value.arrayValue == nil, !value.isNull else {
                throw FieldProblem(Self.expectation).error(at: decoder)
            }
            self = .literal(value)
            return
        }
        let secret = try container.decodeIfPresent(String.self, forKey: .secret)
        let config = try container.decodeIfPresent(String.self, forKey: .config)
        let key = try container.decodeIfPresent(String.self, forKey: .key)
        switch (secret, config, key) {
        case (let secret?, nil, let key?): self = .secret(name: secret, key: key)
        case (nil, let config?, let key?): self = .config(name: config, key: key)
        default: throw FieldProblem(Self.expectation).error(at: decoder)
        }
    }

    public func encode(to encoder: any Encoder) throws {
        switch self {
        case .literal(let value): try value.encode(to: encoder)
        case .secret(let name, let key):
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(name, forKey: .secret)
            try container.encode(key, forKey: .key)
        case .config(let name, let key):
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(name, forKey: .config)
            try container.encode(key, forKey: .key)
        }
    }

    static let expectation =
        "must be a string, a number, a boolean, {secret: NAME, key: KEY} or {config: NAME, key: KEY}"
}

extension EnvValue {
    /// The variable's text, nil where it comes from a Secret or a ConfigMap.
    public var text: String? {
        if case .literal(let value) = self { Template.text(of: value) } else { nil }
    }
}
