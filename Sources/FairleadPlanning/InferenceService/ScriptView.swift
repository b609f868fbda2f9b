public import KubernetesCore

/// A ConfigMap with a script of a service's, as planning needs it: that it is there.
///
/// What it holds nobody can change.
public struct ScriptView: Resource, Hashable {
    public static let type = ResourceType.configMap
    public static let isMetadataOnly = true

    /// The ConfigMap's metadata.
    public var metadata: ObjectMeta
    /// The patch that puts back what somebody changed of it; nil where nothing was changed.
    public var repair: JSONValue?

    private enum CodingKeys: String, CodingKey { case metadata }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        metadata = try container.decode(ObjectMeta.self, forKey: .metadata)
        repair = AppliedRecord.repair(&metadata, spec: nil)
    }

    /// Makes a view.
    public init(metadata: ObjectMeta) { self.metadata = metadata }
}
