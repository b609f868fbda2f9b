/// One of the models between which a service's requests are divided.
///
/// In the API the container's fields stand directly in the variant; they count instead of the service's.
public struct VariantSpec: Sendable, Hashable, Codable {
    /// The variant's name.
    public var name: String
    /// What it serves; nil where its container holds the model itself.
    public var model: ServedModel?
    /// The percent of the requests that it gets; an equal share of what the others leave where it is left out.
    public var weight: Int?
    /// The runtime's name.
    public var runtime: String?
    /// How its pods differ from the service's.
    public var container: ContainerSpec

    /// Describes a variant.
    public init(
        name: String, model: ServedModel?, weight: Int? = nil, runtime: String? = nil,
        container: ContainerSpec = ContainerSpec()
    ) {
        self.name = name
        self.model = model
        self.weight = weight
        self.runtime = runtime
        self.container = container
    }

    enum CodingKeys: String, CodingKey, CaseIterable { case name, model, weight, runtime }

    public init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        name = try fields.decode(String.self, forKey: .name)
        model = try fields.decodeIfPresent(ServedModel.self, forKey: .model)
        weight = try fields.decodeIfPresent(Percent.self, forKey: .weight)?.value
        runtime = try fields.decodeIfPresent(String.self, forKey: .runtime)
        container = try ServedContainer(from: decoder).container
    }

    public func encode(to encoder: any Encoder) throws {
        try ServedContainer(container).encode(to: encoder)
        var fields = encoder.container(keyedBy: CodingKeys.self)
        try fields.encode(name, forKey: .name)
        try fields.encodeIfPresent(model, forKey: .model)
        try fields.encodeIfPresent(weight, forKey: .weight)
        try fields.encodeIfPresent(runtime, forKey: .runtime)
    }
}
