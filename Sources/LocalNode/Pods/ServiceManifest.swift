import KubernetesCore

/// A Service as far as names need it.
struct ServiceManifest: Resource, Hashable {
    static let type = ResourceType.service

    struct Spec: Sendable, Hashable, Decodable {
        var selector: [String: String]?
        var clusterIP: String?
        var publishNotReadyAddresses: Bool?
    }

    var metadata: ObjectMeta
    var spec: Spec

    private enum CodingKeys: String, CodingKey { case metadata, spec }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        metadata = try container.decode(ObjectMeta.self, forKey: .metadata)
        spec = try container.decodeIfPresent(Spec.self, forKey: .spec) ?? Spec()
    }

    var isHeadless: Bool { spec.clusterIP == "None" }

    /// Whether its name leads to a pod.
    func publishes(_ member: ClusterNames.Member) -> Bool {
        guard let selector = spec.selector, !selector.isEmpty else { return false }
        return (member.isReady || spec.publishNotReadyAddresses == true)
            && selector.allSatisfy { member.labels[$0.key] == $0.value }
    }
}
