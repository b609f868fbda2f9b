import FairleadAPI

/// What of a service's requests is logged, and where to.
struct PayloadRule: Sendable, Equatable {
    /// What takes the events, any of them: the URL of the spec, or the pods that collect for a folder; none while no such
    /// pod is there.
    var urls: [String]
    var requests: Bool
    var responses: Bool
    /// The share of requests, of 2^64.
    var threshold: UInt64

    /// Reads the spec; nil where nothing is logged.
    ///
    /// - Parameters:
    ///   - spec: Where it goes, and how much.
    ///   - collectors: The slices of the service's own collector.
    init?(_ spec: PayloadLogSpec, collectors: some Sequence<SliceView>) {
        guard spec.effectiveSample > 0 else { return nil }
        if let url = spec.url {
            guard url.hasPrefix("http://") || url.hasPrefix("https://") else { return nil }
            urls = [url]
        } else if spec.uri != nil {
            urls = Self.urls(Array(collectors))
        } else {
            return nil
        }
        requests = spec.effectiveMode != .response
        responses = spec.effectiveMode != .request
        threshold = spec.effectiveSample >= 1 ? .max : UInt64(spec.effectiveSample * 0x1p64)
    }

    /// Those that are ready; where none is, for its store takes nothing, those that go on collecting for it.
    private static func urls(_ slices: [SliceView]) -> [String] {
        let ready = Backends(slices)
        let members =
            ready.isReady
            ? ready.addresses : slices.flatMap(\.members).filter { $0.standing == .unready }.map(\.address)
        return members.compactMap { $0.endpoint(isGRPC: false) }.map { endpoint in
            let host = endpoint.host.contains(":") ? "[\(endpoint.host)]" : endpoint.host
            return "http://\(host):\(endpoint.port)/"
        }
    }
}
