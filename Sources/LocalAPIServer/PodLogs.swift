public import KubernetesCore

/// Where the server takes the logs of containers from: the node.
public protocol PodLogs: Sendable {
    /// Writes a container's log to a client, to its end or, where it is followed, to the container's end.
    ///
    /// - Throws: A `Status` where there is no such log; whatever the writer throws.
    func stream(_ request: PodLogRequest, to write: ServerResponse.Writer) async throws
}

/// Which part of which log is wanted.
public struct PodLogRequest: Sendable, Hashable {
    /// The pod's namespace.
    public var namespace: String
    /// The pod's name.
    public var pod: String
    /// The pod's identity.
    public var uid: String
    /// The container.
    public var container: String
    /// Whether to go on until the container ends.
    public var follow: Bool
    /// Whether the container's previous run is meant.
    public var previous: Bool
    /// Whether each line begins with its time.
    public var timestamps: Bool
    /// How many of the last lines are wanted; nil for all.
    public var tailLines: Int?
    /// How many seconds back the first line may lie; nil for no bound.
    public var sinceSeconds: Int?
    /// When the first line may have been written; nil for no bound.
    public var sinceTime: Time?
    /// How many bytes are wanted; nil for no bound.
    public var limitBytes: Int?

    /// Describes a part of a log.
    public init(
        namespace: String, pod: String, uid: String, container: String, follow: Bool = false, previous: Bool = false,
        timestamps: Bool = false, tailLines: Int? = nil, sinceSeconds: Int? = nil, sinceTime: Time? = nil,
        limitBytes: Int? = nil
    ) {
        self.namespace = namespace
        self.pod = pod
        self.uid = uid
        self.container = container
        self.follow = follow
        self.previous = previous
        self.timestamps = timestamps
        self.tailLines = tailLines
        self.sinceSeconds = sinceSeconds
        self.sinceTime = sinceTime
        self.limitBytes = limitBytes
    }
}
