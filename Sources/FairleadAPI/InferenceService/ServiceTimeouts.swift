/// How long the parts of a service's work may take.
public struct ServiceTimeouts: Sendable, Hashable, Codable {
    /// From a revision's first pod until the model is loaded; 20 minutes where it is left out.
    public var ready: FairleadDuration?
    /// A request with its whole answer; 5 minutes where it is left out.
    public var request: FairleadDuration?
    /// How long a request waits for a sleeping service; 2 minutes where it is left out.
    public var wake: FairleadDuration?

    /// Sets limits.
    public init(ready: FairleadDuration? = nil, request: FairleadDuration? = nil, wake: FairleadDuration? = nil) {
        self.ready = ready
        self.request = request
        self.wake = wake
    }

    /// Until the model is loaded.
    public var effectiveReady: FairleadDuration { ready ?? FairleadDuration(seconds: 20 * 60) }
    /// A request with its whole answer.
    public var effectiveRequest: FairleadDuration { request ?? FairleadDuration(seconds: 5 * 60) }
    /// How long a request waits for a sleeping service.
    public var effectiveWake: FairleadDuration { wake ?? FairleadDuration(seconds: 2 * 60) }

    enum CodingKeys: String, CodingKey, CaseIterable { case ready, request, wake }
}
