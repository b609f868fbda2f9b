/// Where a server listens: `127.0.0.1:8080`, `[::1]:8080`, or `:8080` for all addresses of this host.
public struct BindAddress: Sendable, Hashable, CustomStringConvertible {
    /// The address or name; nil for all addresses.
    public var host: String?
    /// The port; 0 for any that is free.
    public var port: Int

    /// Names a place.
    public init(host: String? = nil, port: Int) {
        self.host = host
        self.port = port
    }

    /// Reads `host:port`; nil where the text is no address.
    public init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]) else {
            return nil
        }
        var host = text[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
        } else if host.contains(":") {
            return nil
        }
        self.init(host: host.isEmpty ? nil : String(host), port: Int(port))
    }

    public var description: String {
        guard let host else { return ":\(port)" }
        return host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }
}
