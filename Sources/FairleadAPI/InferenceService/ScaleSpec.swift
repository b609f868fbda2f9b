/// By what a service is scaled.
public struct ScaleSpec: Sendable, Hashable, Codable {
    /// `concurrency`, `rps`, `cpu`, or the name of one of the runtime's own metrics; `concurrency` where it is left
    /// out.
    public var metric: String?
    /// How much of it a pod takes: requests in flight, requests a second, percent of the CPU that it asks for.
    public var target: Double?
    /// The time over which it is averaged; one minute where it is left out.
    public var window: FairleadDuration?
    /// How long nothing must come before the last pod goes; 30 seconds where it is left out.
    public var idle: FairleadDuration?
    /// The most requests that a pod gets at a time; no bound where it is left out.
    public var maxConcurrency: Int?
    /// The most requests that wait for a pod; 100 for each pod of `replicas.max` where it is left out.
    public var queue: Int?

    /// Describes scaling.
    public init(
        metric: String? = nil, target: Double? = nil, window: FairleadDuration? = nil, idle: FairleadDuration? = nil,
        maxConcurrency: Int? = nil, queue: Int? = nil
    ) {
        self.metric = metric
        self.target = target
        self.window = window
        self.idle = idle
        self.maxConcurrency = maxConcurrency
        self.queue = queue
    }

    /// Requests in flight at a pod.
    public static let concurrency = "concurrency"
    /// Requests a second and pod.
    public static let requestRate = "rps"
    /// The share of the CPU that a pod asks for, in percent.
    public static let cpu = "cpu"
    /// The metrics that need no runtime.
    public static let metrics = [concurrency, requestRate, cpu]

    enum CodingKeys: String, CodingKey, CaseIterable { case metric, target, window, idle, maxConcurrency, queue }
}

extension ScaleSpec {
    /// What is measured.
    public var effectiveMetric: String { metric ?? Self.concurrency }

    /// How much of it a pod takes: 8 requests at a time, 100 a second, or 70 % of its CPU where nothing is said.
    public var effectiveTarget: Double {
        if let target { return target }
        switch effectiveMetric {
        case Self.concurrency: return maxConcurrency.map { Swift.max(1, Double($0) * 0.7) } ?? 8
        case Self.cpu: return 70
        default: return 100
        }
    }

    /// The time over which is averaged.
    public var effectiveWindow: FairleadDuration { window ?? FairleadDuration(seconds: 60) }

    /// How long nothing must come before the last pod goes.
    public var effectiveIdle: FairleadDuration { idle ?? FairleadDuration(seconds: 30) }
}
