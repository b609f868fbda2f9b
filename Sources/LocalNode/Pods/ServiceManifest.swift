import KubernetesCore

/// A Service as far as names and connections need it.
struct ServiceManifest: Resource, Hashable {
    static let type = ResourceType.service

    struct Spec: Sendable, Hashable, Decodable {
        var type: String?
        var selector: [String: String]?
        var clusterIP: String?
        var externalName: String?
        var publishNotReadyAddresses: Bool?
        var ports: [Port]?
    }

    struct Port: Sendable, Hashable, Decodable {
        var name: String?
        var port: Int
        var `protocol`: String?
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

    /// The address of its own at which this host can listen; nil where its name leads to pods or elsewhere.
    var address: String? {
        guard spec.type != "ExternalName", let address = spec.clusterIP, address.hasPrefix("127.") else { return nil }
        return address
    }

    /// Whether its name leads to a pod.
    func publishes(_ member: ClusterNames.Member) -> Bool {
        guard let selector = spec.selector, !selector.isEmpty else { return false }
        return (member.isReady || spec.publishNotReadyAddresses == true)
            && selector.allSatisfy { member.labels[$0.key] == $0.value }
    }
}
