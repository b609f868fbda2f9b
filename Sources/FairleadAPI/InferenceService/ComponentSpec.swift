/// A component of a service beside its model's server: a transformer or an explainer.
///
/// In the API the container's fields stand directly in the component.
public struct ComponentSpec: Sendable, Hashable, Codable {
    /// What its pods run.
    public var container: ContainerSpec
    /// The port on which it listens; 8080 where it is left out.
    public var port: Int?

    /// Describes a component.
    public init(container: ContainerSpec, port: Int? = nil) {
        self.container = container
        self.port = port
    }

    /// The port on which it listens.
    public var effectivePort: Int { port ?? InferenceServiceSpec.defaultPort }

    enum CodingKeys: String, CodingKey, CaseIterable { case port }

    public init(from decoder: any Decoder) throws {
        container = try ServedContainer(from: decoder).container
        port = try decoder.container(keyedBy: CodingKeys.self).decodeIfPresent(Int.self, forKey: .port)
    }

    public func encode(to encoder: any Encoder) throws {
        try ServedContainer(container).encode(to: encoder)
        var fields = encoder.container(keyedBy: CodingKeys.self)
        try fields.encodeIfPresent(port, forKey: .port)
    }
}
