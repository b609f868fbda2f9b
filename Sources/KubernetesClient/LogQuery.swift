public import KubernetesCore

/// Which part of a container's log is wanted.
public struct LogQuery: Sendable, Hashable {
    /// The container; nil where the pod has but one.
    public var container: String?
    /// Whether the log of the container's previous run is meant.
    public var previous: Bool
    /// How many lines before the end; nil for all.
    public var tailLines: Int?
    /// How many seconds back.
    public var sinceSeconds: Int?
    /// From when on.
    public var sinceTime: Time?
    /// Whether each line begins with its RFC 3339 time.
    public var timestamps: Bool
    /// After how many bytes the answer ends.
    public var limitBytes: Int?

    /// Describes a part of a log.
    public init(
        container: String? = nil, previous: Bool = false, tailLines: Int? = nil, sinceSeconds: Int? = nil,
        sinceTime: Time? = nil, timestamps: Bool = false, limitBytes: Int? = nil
    ) {
        self.container = container
        self.previous = previous
        self.tailLines = tailLines
        self.sinceSeconds = sinceSeconds
        self.sinceTime = sinceTime
        self.timestamps = timestamps
        self.limitBytes = limitBytes
    }

    /// The query parameters, in a fixed order.
    ///
    /// - Parameter follow: Whether the answer goes on as the container writes.
    public func items(follow: Bool) -> [APIRequest.QueryItem] {
        var items: [APIRequest.QueryItem] = []
        if let container { items.append(.init("container", container)) }
        if follow { items.append(.init("follow", "true")) }
        if previous { items.append(.init("previous", "true")) }
        if let tailLines { items.append(.init("tailLines", String(tailLines))) }
        if let sinceSeconds { items.append(.init("sinceSeconds", String(sinceSeconds))) }
        if let sinceTime { items.append(.init("sinceTime", sinceTime.description)) }
        if timestamps { items.append(.init("timestamps", "true")) }
        if let limitBytes { items.append(.init("limitBytes", String(limitBytes))) }
        return items
    }
}
