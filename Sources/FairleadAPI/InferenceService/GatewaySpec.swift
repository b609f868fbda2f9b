/// The Gateway of the Gateway API by which a service is reached from outside.
public struct GatewaySpec: Sendable, Hashable, Codable {
    /// The Gateway's name.
    public var name: String
    /// Its namespace; the service's where it is left out.
    public var namespace: String?
    /// The host names by which the service is asked for.
    public var hostnames: [String]

    /// Names a Gateway.
    public init(name: String, namespace: String? = nil, hostnames: [String] = []) {
        self.name = name
        self.namespace = namespace
        self.hostnames = hostnames
    }

    enum CodingKeys: String, CodingKey, CaseIterable { case name, namespace, hostnames }
}
