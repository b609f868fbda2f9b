/// How a run uses earlier outcomes.
public enum CacheMode: String, NamedValue {
    /// It takes them and leaves its own; the default.
    case use = "Use"
    /// It takes none and leaves its own.
    case refresh = "Refresh"
    /// It takes none and leaves none.
    case off = "Off"

    /// Reads a name; what YAML makes of `Off` without quotes is taken for what it says.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let truth = try? container.decode(Bool.self) {
            guard !truth else { throw FieldProblem(YAMLTrap.message(forBoolean: truth)).error(at: decoder) }
            self = .off
            return
        }
        let name = try container.decode(String.self)
        guard let value = Self(rawValue: name) else {
            throw FieldProblem(NearestName.notOneOf(Self.names, given: name)).error(at: decoder)
        }
        self = value
    }
}
