public import KubernetesCore

/// What planning needs of a Service.
public struct ServiceView: Resource, Hashable {
    public static let type = ResourceType.service

    /// The part of the spec that is needed.
    public struct Spec: Sendable, Hashable, Codable {
        /// `ClusterIP`, `ExternalName` and the like.
        public var type: String?
        /// Where the name of an ExternalName Service leads.
        public var externalName: String?
    }

    /// The Service's metadata.
    public var metadata: ObjectMeta
    /// The part of the spec that is needed.
    public var spec: Spec
    /// The patch that puts back what somebody changed of it; nil where nothing was changed.
    public var repair: JSONValue?

    private enum CodingKeys: String, CodingKey { case metadata, spec }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        metadata = try container.decode(ObjectMeta.self, forKey: .metadata)
        spec = try container.decodeIfPresent(Spec.self, forKey: .spec) ?? Spec()
        repair = AppliedRecord.repair(
            &metadata, spec: try container.decodeIfPresent(JSONValue.self, forKey: .spec))
    }

    /// Makes a view.
    public init(metadata: ObjectMeta, externalName: String? = nil) {
        self.metadata = metadata
        spec = Spec(type: externalName == nil ? "ClusterIP" : "ExternalName", externalName: externalName)
    }
}
