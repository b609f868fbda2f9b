extension HTTPTransport {
    /// Bounds and names; the defaults suit a controller.
    public struct Options: Sendable {
        /// The `User-Agent`; the part before `/` is the default field manager.
        public var userAgent: String
        /// How long a call may take, from its turn to the last byte of its answer.
        public var callTimeout: Duration
        /// How long the making of a connection may take.
        public var connectTimeout: Duration
        /// After how long a silence a watch counts as broken; servers send a bookmark about every minute.
        public var watchIdleTimeout: Duration
        /// How many calls are under way at once.
        public var maximumInFlightCalls: Int
        /// How many watches, and how many followed logs, are open at once; more of them wait.
        public var maximumStreams: Int
        /// The largest answer to a call.
        public var maximumResponseBytes: Int
        /// When a call is sent again.
        public var retryPolicy: RetryPolicy
        /// After how long the files of a token and of certificates are read again.
        public var credentialRefreshInterval: Duration
        /// How long a program may take that gives a credential.
        public var pluginTimeout: Duration

        /// Sets the bounds.
        public init(
            userAgent: String = HTTPTransport.userAgent("fairlead", version: HTTPTransport.version),
            callTimeout: Duration = .seconds(30), connectTimeout: Duration = .seconds(10),
            watchIdleTimeout: Duration = .seconds(120), maximumInFlightCalls: Int = 32, maximumStreams: Int = 1024,
            maximumResponseBytes: Int = 256 << 20, retryPolicy: RetryPolicy = RetryPolicy(),
            credentialRefreshInterval: Duration = .seconds(60), pluginTimeout: Duration = .seconds(60)
        ) {
            self.userAgent = userAgent
            self.callTimeout = callTimeout
            self.connectTimeout = connectTimeout
            self.watchIdleTimeout = watchIdleTimeout
            self.maximumInFlightCalls = maximumInFlightCalls
            self.maximumStreams = maximumStreams
            self.maximumResponseBytes = maximumResponseBytes
            self.retryPolicy = retryPolicy
            self.credentialRefreshInterval = credentialRefreshInterval
            self.pluginTimeout = pluginTimeout
        }
    }

    /// The version that the default `User-Agent` names.
    public static let version = "0.1.0"

    /// A `User-Agent` in Kubernetes' form: `program/1.2 (linux/amd64)`.
    public static func userAgent(_ program: String, version: String) -> String {
        #if os(Linux)
            let system = "linux"
        #else
            let system = "darwin"
        #endif
        #if arch(x86_64)
            let processor = "amd64"
        #else
            let processor = "arm64"
        #endif
        return "\(program)/\(version) (\(system)/\(processor))"
    }
}
