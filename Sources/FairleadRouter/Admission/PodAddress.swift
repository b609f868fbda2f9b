/// Where a pod listens.
struct PodAddress: Sendable, Hashable {
    var host: String
    /// The port for REST.
    var port: Int?
    /// The port for gRPC, where there is one of its own.
    var grpcPort: Int?
    /// Whether even REST is spoken in HTTP/2 with prior knowledge.
    var usesHTTP2 = false

    /// The place for a request; nil where the pod has no port that fits.
    func endpoint(isGRPC: Bool) -> Endpoint? {
        if isGRPC, let port = grpcPort ?? port { return Endpoint(host: host, port: port, usesHTTP2: true) }
        return (port ?? grpcPort).map { Endpoint(host: host, port: $0, usesHTTP2: usesHTTP2) }
    }
}
