public import ControllerRuntime
public import NIOCore

/// Where a ``Router`` listens, what it watches, and its limits.
public struct RouterConfiguration: Sendable {
    /// The namespaces whose services it serves; empty for all of them.
    public var namespaces: [String] = []
    /// Where requests come in.
    public var listen = BindAddress(port: 8080)
    /// Where probes are answered; nil for nowhere.
    public var healthAddress: BindAddress? = BindAddress(port: 8081)
    /// Where metrics are shown; nil for nowhere.
    public var metricsAddress: BindAddress? = BindAddress(port: 8082)
    /// The cluster's domain, for names such as `churn.risk.svc.cluster.local`.
    public var domain = "cluster.local"
    /// For how long it goes on accepting connections after it was told to stop, while others learn that it goes.
    public var drainDelay = TimeAmount.seconds(5)
    /// The most bytes of a request's body.
    public var maximumBody = 1 << 30
    /// The name of this router among its replicas, such as the pod's.
    public var identity = "local"
    /// Where its report and the lease of the elected router are kept.
    public var homeNamespace = "fairlead-system"
    /// How many threads serve.
    public var threads = System.coreCount
    /// What the front grants its clients.
    public var limits = ProxyLimits()

    /// The defaults.
    public init() {}
}
