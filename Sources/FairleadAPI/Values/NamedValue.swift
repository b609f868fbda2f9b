/// An enumeration whose cases have names in the API; a wrong name is told together with the right ones.
public protocol NamedValue: RawRepresentable, CaseIterable, Codable, Hashable, Sendable where RawValue == String {}

extension NamedValue {
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let name = try container.decode(String.self)
        guard let value = Self(rawValue: name) else {
            throw FieldProblem(NearestName.notOneOf(Self.names, given: name)).error(at: decoder)
        }
        self = value
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(rawValue)
    }

    /// The names of all cases, in order of declaration.
    public static var names: [String] { allCases.map(\.rawValue) }
}
