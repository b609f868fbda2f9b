import KubernetesCore

/// A slice of a Service's endpoints, as far as connections need it.
struct EndpointSliceManifest: Resource, Hashable {
    static let type = ResourceType(
        group: "discovery.k8s.io", version: "v1", kind: "EndpointSlice", plural: "endpointslices")

    var metadata: ObjectMeta
    var endpoints: [Endpoint]
    var ports: [Port]

    struct Endpoint: Sendable, Hashable, Decodable {
        var addresses: [String]
        var conditions: Conditions?

        struct Conditions: Sendable, Hashable, Decodable {
            var ready: Bool?
            var serving: Bool?
            var terminating: Bool?
        }

        /// What is left out counts as ready.
        var isReady: Bool { conditions?.ready ?? true }
        /// Whether it still answers though it is about to go.
        var servesToTheEnd: Bool { conditions?.serving ?? isReady && conditions?.terminating == true }
    }

    struct Port: Sendable, Hashable, Decodable {
        var name: String?
        var port: Int?
        var `protocol`: String?
    }

    private enum CodingKeys: String, CodingKey { case metadata, endpoints, ports }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        metadata = try container.decode(ObjectMeta.self, forKey: .metadata)
        endpoints = try container.decodeIfPresent([Endpoint].self, forKey: .endpoints) ?? []
        ports = try container.decodeIfPresent([Port].self, forKey: .ports) ?? []
    }

    /// The Service whose endpoints these are.
    var service: ObjectKey? {
        metadata.labels["kubernetes.io/service-name"].map { ObjectKey(namespace: metadata.namespace, name: $0) }
    }
}
