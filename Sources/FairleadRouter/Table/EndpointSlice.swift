import KubernetesCore

/// Some of the addresses behind a Service, as far as the router reads them.
struct EndpointSlice: Resource, Equatable {
    /// One of the addresses.
    struct Target: Decodable, Sendable, Equatable {
        var addresses: [String]
        var conditions: Conditions?
        var targetRef: Reference?
    }

    /// What a pod says of itself; what is not said follows the API's rules.
    struct Conditions: Decodable, Sendable, Equatable {
        var ready: Bool?
        var serving: Bool?
        var terminating: Bool?
    }

    /// The object behind an address.
    struct Reference: Decodable, Sendable, Equatable {
        var kind: String?
        var namespace: String?
        var name: String?
    }

    /// A port that every address has.
    struct Port: Decodable, Sendable, Equatable {
        var name: String?
        var port: Int?
        var appProtocol: String?
    }

    private enum CodingKeys: String, CodingKey {
        case metadata, addressType, endpoints, ports
    }

    static let type = ResourceType(
        group: "discovery.k8s.io", version: "v1", kind: "EndpointSlice", plural: "endpointslices")

    var metadata: ObjectMeta
    var addressType: String
    var endpoints: [Target]
    var ports: [Port]

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        metadata = try container.decode(ObjectMeta.self, forKey: .metadata)
        addressType = try container.decodeIfPresent(String.self, forKey: .addressType) ?? "IPv4"
        endpoints = try container.decodeIfPresent([Target].self, forKey: .endpoints) ?? []
        ports = try container.decodeIfPresent([Port].self, forKey: .ports) ?? []
    }
}
