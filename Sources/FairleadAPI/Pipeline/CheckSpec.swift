/// A condition that fails the run where it is false.
public struct CheckSpec: Sendable, Hashable, Codable {
    /// The condition, in CEL.
    public var that: String
    /// What the run says where it is false; may hold `$(…)`.
    public var message: String?

    /// Makes a check.
    public init(that: String, message: String? = nil) {
        self.that = that
        self.message = message
    }

    enum CodingKeys: String, CodingKey, CaseIterable { case that, message }
}
