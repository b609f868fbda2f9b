import Foundation
import NIOCore

/// A configuration's URLs, checked and taken apart.
struct Endpoint: Sendable, Hashable {
    /// Where a request's target is appended.
    var baseURL: String
    /// `Host`, where it is not the base URL's own.
    var hostHeader: String?
    /// The host to connect to in place of the base URL's, where a certificate of another name is expected.
    var connectsTo: [String: String] = [:]
    var usesTLS: Bool
    /// Host and port, and the proxy on the way there, for people.
    var name: String
    /// The host alone.
    var host: String
    var port: Int
    /// The name that the server's certificate must bear; nil for an address.
    var certificateName: String?
    var proxy: Proxy?

    struct Proxy: Sendable, Hashable {
        var isSOCKS: Bool
        var host: String
        var port: Int
        var user: String?
        var password: String?
    }

    init(_ configuration: ClusterConfiguration) throws {
        func failure(_ code: ConfigurationError.Code, _ field: String, _ message: String) -> ConfigurationError {
            ConfigurationError(code, message, field: field)
        }
        var text = configuration.server
        if !text.contains("://") {
            // As kubectl takes a server without a scheme: TLS only where something of it is configured.
            let isSecure =
                configuration.certificateAuthority != nil || configuration.clientCertificate != nil
                || configuration.skipsTLSVerification
            text = (isSecure ? "https://" : "http://") + text
        }
        guard let url = URLComponents(string: text), let scheme = url.scheme?.lowercased(),
            let host = url.host, !host.isEmpty
        else { throw failure(.malformed, "server", "\"\(configuration.server)\" is no URL") }
        guard scheme == "https" || scheme == "http" else {
            throw failure(.unsupported, "server", "the scheme is https or http, not \(scheme)")
        }
        guard url.user == nil, url.password == nil, url.query == nil, url.fragment == nil else {
            throw failure(.malformed, "server", "the URL has neither a user nor a query nor a fragment")
        }
        usesTLS = scheme == "https"
        let bareHost = host.trimmingCharacters(in: CharacterSet(charactersIn: "[]"))
        let authority = (bareHost.contains(":") ? "[\(bareHost)]" : bareHost) + (url.port.map { ":\($0)" } ?? "")
        self.host = bareHost
        port = url.port ?? (usesTLS ? 443 : 80)
        self.name = "\(bareHost.contains(":") ? "[\(bareHost)]" : bareHost):\(port)"
        var path = url.percentEncodedPath
        while path.hasSuffix("/") { path.removeLast() }
        if usesTLS, let name = configuration.tlsServerName, name != bareHost {
            guard name.utf8.allSatisfy(Self.isNameByte) else {
                throw failure(.malformed, "tls-server-name", "\"\(name)\" is no host name")
            }
            baseURL = "https://\(name)" + (url.port.map { ":\($0)" } ?? "") + path
            hostHeader = authority
            connectsTo = [name: bareHost]
        } else {
            baseURL = "\(scheme)://\(authority)\(path)"
        }
        let expected = configuration.tlsServerName ?? bareHost
        if usesTLS, !expected.contains(":"), (try? SocketAddress(ipAddress: expected, port: 0)) == nil {
            certificateName = expected
        }
        proxy = try configuration.proxy.map { try Proxy($0) }
        if let proxy { self.name += " through the proxy \(proxy.host):\(proxy.port)" }
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."):
            true
        default: false
        }
    }
}

extension Endpoint.Proxy {
    init(_ text: String) throws {
        guard let url = URLComponents(string: text), let scheme = url.scheme?.lowercased(), let host = url.host,
            !host.isEmpty
        else { throw ConfigurationError(.malformed, "\"\(text)\" is no URL", field: "proxy-url") }
        guard scheme == "http" || scheme == "socks5" else {
            throw ConfigurationError(
                .unsupported, "the way to the proxy is http or socks5, not \(scheme)", field: "proxy-url")
        }
        isSOCKS = scheme == "socks5"
        self.host = host.trimmingCharacters(in: CharacterSet(charactersIn: "[]"))
        port = url.port ?? (isSOCKS ? 1080 : 80)
        user = url.user
        password = url.password
    }
}
