import ArgumentParser

/// Where the local cluster listens: `127.0.0.1:6443`.
struct ListenAddress: Sendable, Hashable {
    var host: String
    /// 0 for any port that is free.
    var port: Int

    init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    /// Reads `127.0.0.1:6443`, `localhost:6443` or `:6443`.
    ///
    /// - Throws: `ValidationError` for everything that is no loopback address: whoever reaches the cluster and knows
    ///   its token may start programs on this host.
    init(_ text: String) throws {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, ["", "127.0.0.1", "localhost"].contains(parts[0]), let port = UInt16(parts[1]) else {
            throw ValidationError("\(text) is no loopback address with a port, such as 127.0.0.1:6443")
        }
        self.init(host: "127.0.0.1", port: Int(port))
    }
}
