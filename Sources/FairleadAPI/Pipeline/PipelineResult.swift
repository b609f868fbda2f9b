/// A result of a run, taken from one of its tasks.
public struct PipelineResult: Sendable, Hashable, Codable {
    /// The name.
    public var name: String
    /// A reference such as `tasks.evaluate.results.auc`.
    public var value: String

    /// Names a result.
    public init(name: String, value: String) {
        self.name = name
        self.value = value
    }

    enum CodingKeys: String, CodingKey, CaseIterable { case name, value }
}
