public import KubernetesCore

/// An HTTPRoute as planning needs it: that it is there, and as it was made.
public struct RouteView: Resource, Hashable {
    public static let type = ResourceType.httpRoute

    /// The route's metadata.
    public var metadata: ObjectMeta
    /// The patch that puts back what somebody changed of it; nil where nothing was changed.
    public var repair: JSONValue?

    private enum CodingKeys: String, CodingKey { case metadata, spec }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        metadata = try container.decode(ObjectMeta.self, forKey: .metadata)
        repair = AppliedRecord.repair(
            &metadata, spec: try container.decodeIfPresent(JSONValue.self, forKey: .spec))
    }

    /// Makes a view.
    public init(metadata: ObjectMeta) { self.metadata = metadata }
}
