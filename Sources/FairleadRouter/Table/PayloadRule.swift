import FairleadAPI

/// What of a service's requests is logged, and where to.
struct PayloadRule: Sendable, Equatable {
    /// What takes the events.
    var url: String
    var requests: Bool
    var responses: Bool
    /// The share of requests, of 2^64.
    var threshold: UInt64

    /// Reads the spec; nil where nothing is logged, or nothing that can be reached by HTTP.
    init?(_ spec: PayloadLogSpec) {
        guard let url = spec.url ?? spec.uri, url.hasPrefix("http://") || url.hasPrefix("https://"),
            spec.effectiveSample > 0
        else { return nil }
        self.url = url
        requests = spec.effectiveMode != .response
        responses = spec.effectiveMode != .request
        threshold = spec.effectiveSample >= 1 ? .max : UInt64(spec.effectiveSample * 0x1p64)
    }
}
