public import KubernetesCore

/// Registers a version of a model.
public struct ModelTask: Sendable, Hashable, Codable {
    /// The Model's name; may hold `$(…)`.
    public var name: String
    /// Where the files are: a reference such as `tasks.fit.artifacts.model`, or a URI.
    public var from: String
    /// The files' format, such as `sklearn`.
    public var format: String?
    /// Numbers, or references to numbers.
    public var metrics: [String: JSONValue]
    /// An alias that the version gets.
    public var alias: String?
    /// What the model was made with; strings may hold `$(…)`.
    public var params: [String: JSONValue]
    /// The model's inputs and outputs.
    public var signature: JSONValue?

    /// Registers a version.
    public init(
        name: String, from: String, format: String? = nil, metrics: [String: JSONValue] = [:], alias: String? = nil,
        params: [String: JSONValue] = [:], signature: JSONValue? = nil
    ) {
        self.name = name
        self.from = from
        self.format = format
        self.metrics = metrics
        self.alias = alias
        self.params = params
        self.signature = signature
    }

    enum CodingKeys: String, CodingKey, CaseIterable { case name, from, format, metrics, alias, params, signature }
}
