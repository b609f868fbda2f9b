public import KubernetesCore

/// A run of another pipeline as a task of this one.
public struct NestedPipeline: Sendable, Hashable, Codable {
    /// The Pipeline's name.
    public var name: String
    /// Values of its parameters; their strings may hold `$(…)`.
    public var params: [String: JSONValue]

    /// Names a pipeline and gives its parameters.
    public init(name: String, params: [String: JSONValue] = [:]) {
        self.name = name
        self.params = params
    }

    enum CodingKeys: String, CodingKey, CaseIterable { case name, params }
}
