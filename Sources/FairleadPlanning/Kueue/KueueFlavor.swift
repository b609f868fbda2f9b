import KubernetesCore

/// What of a ResourceFlavor matters to pods: on which nodes its resources are.
public struct KueueFlavor: Sendable, Hashable, Decodable {
    var nodeLabels: [String: String]
    var tolerations: [JSONValue]

    private enum CodingKeys: String, CodingKey { case spec }
    private struct Spec: Decodable {
        var nodeLabels: [String: String]?
        var tolerations: [JSONValue]?
    }

    public init(from decoder: any Decoder) throws {
        let spec = try decoder.container(keyedBy: CodingKeys.self).decodeIfPresent(Spec.self, forKey: .spec)
        nodeLabels = spec?.nodeLabels ?? [:]
        tolerations = spec?.tolerations ?? []
    }
}
