public import ControllerRuntime
public import KubernetesCore

/// Where jobs push their metrics.
public struct ProgressServing: Sendable {
    /// Where the server listens.
    public var address: BindAddress
    /// Where pods reach it, such as `https://fairlead-progress.fairlead.svc:10443`; nil for the address itself.
    public var url: String?
    /// The Secret in which all replicas have their certificates.
    public var secret: ObjectKey
    /// Told of the port when it listens.
    public var listening: @Sendable (Int) -> Void

    /// Says where.
    public init(
        address: BindAddress, url: String? = nil, secret: ObjectKey,
        listening: @escaping @Sendable (Int) -> Void = { _ in }
    ) {
        self.address = address
        self.url = url
        self.secret = secret
        self.listening = listening
    }

    /// The Secret's name on a cluster.
    public static let secretName = "fairlead-progress-tls"

    /// The host of an `https` URL without a path; nil where it is none.
    public static func host(of url: String) -> String? {
        guard url.hasPrefix("https://") else { return nil }
        let authority = url.dropFirst("https://".count)
        let parts = authority.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count <= 2, let host = parts.first, !host.isEmpty,
            host.utf8.allSatisfy({ $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "-") || isAlphanumeric($0) }),
            parts.count == 1 || UInt16(parts[1]) != nil
        else { return nil }
        return String(host)
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte | 0x20)
    }

    /// Under which names and addresses the server is reached.
    var names: [String] {
        var names = ["localhost", "127.0.0.1"]
        if let host = address.host { names.append(host) }
        if let host = url.flatMap(Self.host) {
            names.append(host)
            // A pod may be given the whole name of the Service.
            if host.hasSuffix(".svc") { names.append("\(host).cluster.local") }
        }
        return Array(Set(names.filter { !$0.contains(":") })).sorted()
    }
}
