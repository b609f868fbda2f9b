import ArgumentParser

/// Where the local cluster listens: `127.0.0.1:6443`.
struct ListenAddress: Sendable, Hashable, ExpressibleByArgument {
    var host: String
    /// 0 for any port that is free.
    var port: Int

    init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    /// Reads `127.0.0.1:6443`, `localhost:6443` or `:6443`; nil for everything that is no loopback address, since
    /// whoever reaches the cluster and knows its token may start programs on this host.
    init?(argument: String) {
        guard let colon = argument.lastIndex(of: ":"), let port = Int(argument[argument.index(after: colon)...]),
            (0...65_535).contains(port)
        else { return nil }
        let host = String(argument[..<colon])
        guard ["", "127.0.0.1", "localhost"].contains(host) else { return nil }
        self.init(host: "127.0.0.1", port: port)
    }

    var defaultValueDescription: String { "\(host):\(port)" }
}
