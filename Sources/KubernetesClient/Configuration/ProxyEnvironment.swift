import Foundation
import NIOCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// What the environment says of proxies, read as Go's programs read it.
struct ProxyEnvironment: Sendable {
    private let https: String?
    private let http: String?
    private let exceptions: [Substring]

    /// - Parameter environment: `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY`, or the same in lower case.
    init(_ environment: [String: String]) {
        func value(_ name: String) -> String? {
            [environment[name], environment[name.lowercased()]].compactMap(\.self).first { !$0.isEmpty }
        }
        https = value("HTTPS_PROXY")
        http = value("HTTP_PROXY")
        exceptions = (value("NO_PROXY") ?? "").split { $0 == "," || $0.isWhitespace }
    }

    /// The proxy on the way to a server; nil for none.
    func proxy(for endpoint: Endpoint) -> String? {
        guard let proxy = endpoint.usesTLS ? https : http, !isException(endpoint) else { return nil }
        return proxy.contains("://") ? proxy : "http://\(proxy)"
    }

    private func isException(_ endpoint: Endpoint) -> Bool {
        let host = endpoint.host.lowercased()
        let address = IPAddress(host)
        if host == "localhost" || address?.isLoopback == true { return true }
        return exceptions.contains { exception in
            let exception = exception.lowercased()
            if exception == "*" { return true }
            if let address, let block = IPBlock(exception) { return block.contains(address) }
            var name = exception[...]
            if !exception.hasPrefix("["), exception.count(where: { $0 == ":" }) == 1,
                let colon = exception.lastIndex(of: ":")
            {
                guard exception[exception.index(after: colon)...] == "\(endpoint.port)" else { return false }
                name = exception[..<colon]
            }
            if let address { return IPAddress(name.trimmingCharacters(in: ["[", "]"])) == address }
            // `*.a` and `.a` are what is beneath `a`; `a` is itself too.
            if name.hasPrefix("*.") { name = name.dropFirst() }
            if name.hasPrefix(".") { return host.hasSuffix(name) }
            return !name.isEmpty && (host == name || host.hasSuffix(".\(name)"))
        }
    }
}

/// The bytes of an IP address; an IPv4 address in IPv6 is the IPv4 address.
private struct IPAddress: Equatable {
    var bytes: [UInt8]

    init?(_ text: String) {
        guard let address = try? SocketAddress(ipAddress: text, port: 0) else { return nil }
        switch address {
        case .v4(let address): bytes = withUnsafeBytes(of: address.address.sin_addr) { Array($0) }
        case .v6(let address):
            bytes = withUnsafeBytes(of: address.address.sin6_addr) { Array($0) }
            if bytes.starts(with: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF]) { bytes = Array(bytes.suffix(4)) }
        case .unixDomainSocket: return nil
        }
    }

    var isLoopback: Bool {
        bytes.count == 4 ? bytes.first == 127 : bytes.last == 1 && bytes.dropLast().allSatisfy { $0 == 0 }
    }
}

/// The addresses whose first bits are equal: `10.0.0.0/8`.
private struct IPBlock {
    var network: IPAddress
    var bits: Int

    init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let network = IPAddress(String(parts[0])), let bits = Int(parts[1]),
            (0...network.bytes.count * 8).contains(bits)
        else { return nil }
        self.network = network
        self.bits = bits
    }

    func contains(_ address: IPAddress) -> Bool {
        guard address.bytes.count == network.bytes.count else { return false }
        for (index, pair) in zip(address.bytes, network.bytes).enumerated() {
            let significant = min(8, max(0, bits - index * 8))
            let mask = UInt8(truncatingIfNeeded: 0xFF00 >> significant)
            if pair.0 & mask != pair.1 & mask { return false }
        }
        return true
    }
}
