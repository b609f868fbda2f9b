/// How services are reached: by which URL, and through which router.
public struct ServiceRoutes: Sendable, Hashable {
    /// The form of a service's URL.
    public enum Addresses: Sendable, Hashable {
        /// By host, `http://churn.risk.svc.cluster.local`; the value is the cluster's domain.
        case hosts(domain: String)
        /// By path under a base such as `http://127.0.0.1:8080`: `http://127.0.0.1:8080/risk/churn`.
        case paths(base: String)
    }

    /// The form of a service's URL.
    public var addresses: Addresses
    /// The host name of the routers' Service, to which the services' names lead.
    public var routerHost: String

    /// Names them.
    public init(
        _ addresses: Addresses = .hosts(domain: "cluster.local"),
        routerHost: String = "fairlead-router.fairlead-system.svc.cluster.local"
    ) {
        self.addresses = addresses
        self.routerHost = routerHost
    }

    /// The URL of a service.
    public func url(name: String, namespace: String) -> String {
        switch addresses {
        case .hosts(let domain): return "http://\(name).\(namespace).svc.\(domain)"
        case .paths(let base):
            return "\(base.hasSuffix("/") ? String(base.dropLast()) : base)/\(namespace)/\(name)"
        }
    }

    /// The URL of a service inside of the cluster.
    func clusterURL(name: String, namespace: String) -> String {
        if case .hosts = addresses { return url(name: name, namespace: namespace) }
        let parts = routerHost.split(separator: ".").map(String.init)
        let domain = parts.count > 3 && parts[2] == "svc" ? parts[3...].joined(separator: ".") : "cluster.local"
        return "http://\(name).\(namespace).svc.\(domain)"
    }

    /// The name and the namespace of the routers' Service.
    public var routerService: (name: String, namespace: String)? {
        let parts = routerHost.split(separator: ".")
        return parts.count > 1 ? (String(parts[0]), String(parts[1])) : nil
    }
}
