/// Allows that a task takes over the outcome of an earlier one that was the same.
public struct CacheSpec: Sendable, Hashable, Codable {
    /// How old the earlier outcome may be; of any age where it is left out.
    public var maxAge: FairleadDuration?

    /// Allows outcomes up to an age.
    public init(maxAge: FairleadDuration? = nil) { self.maxAge = maxAge }

    enum CodingKeys: String, CodingKey, CaseIterable { case maxAge }
}
