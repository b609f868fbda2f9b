/// How a job's progress is read from its leader's log.
public struct ProgressSpec: Sendable, Hashable, Codable {
    /// A regular expression with a named group for each metric; `name=number` is read where it is left out.
    public var pattern: String?

    /// Says what to look for.
    public init(pattern: String? = nil) { self.pattern = pattern }

    enum CodingKeys: String, CodingKey, CaseIterable { case pattern }
}
