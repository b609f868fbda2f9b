/// Where a request goes.
struct Endpoint: Sendable, Hashable {
    /// The address of a pod.
    var host: String
    var port: Int
    /// Whether it is spoken to in HTTP/2 with prior knowledge.
    var usesHTTP2 = false
}
