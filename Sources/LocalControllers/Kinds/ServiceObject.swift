import KubernetesCore

/// A Service as the controller of its endpoints reads it.
struct ServiceObject: Resource, Hashable {
    static let type = ResourceType.service

    var metadata: ObjectMeta
    var spec: Spec

    struct Spec: Sendable, Hashable, Decodable {
        var type: String?
        var selector: [String: String]?
        var clusterIP: String?
        var publishNotReadyAddresses: Bool?
        var ports: [Port]?
    }

    struct Port: Sendable, Hashable, Decodable {
        var name: String?
        var port: Int
        var `protocol`: String?
        var appProtocol: String?
        var targetPort: JSONValue?
    }

    private enum CodingKeys: String, CodingKey { case metadata, spec }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        metadata = try container.decode(ObjectMeta.self, forKey: .metadata)
        spec = try container.decodeIfPresent(Spec.self, forKey: .spec) ?? Spec()
    }

    init(metadata: ObjectMeta, spec: Spec) {
        self.metadata = metadata
        self.spec = spec
    }

    var isHeadless: Bool { spec.clusterIP == "None" }

    /// The pods whose addresses it leads to; nil where that is not ours to find.
    var podSelector: LabelSelector? {
        guard spec.type != "ExternalName", let selector = spec.selector, !selector.isEmpty else { return nil }
        return LabelSelector(selector.map { .isIn(key: $0.key, values: [$0.value]) })
    }
}
