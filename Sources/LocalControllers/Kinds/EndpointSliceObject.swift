import KubernetesCore

/// A slice of a Service's endpoints.
struct EndpointSliceObject: Resource, Hashable {
    static let type = ResourceType(
        group: "discovery.k8s.io", version: "v1", kind: "EndpointSlice", plural: "endpointslices")

    static let serviceLabel = "kubernetes.io/service-name"
    static let managerLabel = "endpointslice.kubernetes.io/managed-by"
    static let headlessLabel = "service.kubernetes.io/headless"
    /// Who keeps the slices of Services with a selector.
    static let manager = "endpointslice-controller.k8s.io"

    var metadata: ObjectMeta
    var addressType: String
    var endpoints: [Endpoint]
    var ports: [Port]

    struct Endpoint: Sendable, Hashable, Codable {
        var addresses: [String]
        var conditions: Conditions?
        var hostname: String?
        var nodeName: String?
        var targetRef: Target?

        struct Conditions: Sendable, Hashable, Codable {
            var ready: Bool?
            var serving: Bool?
            var terminating: Bool?
        }

        struct Target: Sendable, Hashable, Codable {
            var kind: String?
            var namespace: String?
            var name: String?
            var uid: String?
        }
    }

    struct Port: Sendable, Hashable, Codable {
        var name: String
        var port: Int?
        var `protocol`: String
        var appProtocol: String?

        init(name: String, port: Int?, protocol: String, appProtocol: String? = nil) {
            self.name = name
            self.port = port
            self.protocol = `protocol`
            self.appProtocol = appProtocol
        }

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            name = try container.decodeIfPresent(String.self, forKey: .name) ?? ""
            port = try container.decodeIfPresent(Int.self, forKey: .port)
            `protocol` = try container.decodeIfPresent(String.self, forKey: .protocol) ?? "TCP"
            appProtocol = try container.decodeIfPresent(String.self, forKey: .appProtocol)
        }
    }

    private enum CodingKeys: String, CodingKey { case metadata, addressType, endpoints, ports }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        metadata = try container.decode(ObjectMeta.self, forKey: .metadata)
        addressType = try container.decodeIfPresent(String.self, forKey: .addressType) ?? ""
        endpoints = try container.decodeIfPresent([Endpoint].self, forKey: .endpoints) ?? []
        ports = try container.decodeIfPresent([Port].self, forKey: .ports) ?? []
    }

    init(metadata: ObjectMeta, addressType: String, endpoints: [Endpoint], ports: [Port]) {
        self.metadata = metadata
        self.addressType = addressType
        self.endpoints = endpoints
        self.ports = ports
    }

    /// The Service whose endpoints these are, where the slice is ours.
    var service: ObjectKey? {
        guard metadata.labels[Self.managerLabel] == Self.manager, let name = metadata.labels[Self.serviceLabel] else {
            return nil
        }
        return ObjectKey(namespace: metadata.namespace, name: name)
    }
}
