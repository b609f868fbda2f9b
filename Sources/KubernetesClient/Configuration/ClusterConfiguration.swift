public import Foundation
public import KubernetesCore

/// How to reach one cluster and as whom: what a kubeconfig's context and a pod's service account both come to.
///
/// Guarantees: the server's certificate is verified unless ``skipsTLSVerification`` was asked for, and descriptions
/// show no secret.
public struct ClusterConfiguration: Sendable, Hashable {
    /// The API server's URL, which may have a path: `https://10.0.0.1:6443`.
    public var server: String
    /// The name that the server's certificate must bear, where it is not the URL's host.
    public var tlsServerName: String?
    /// PEM of the certificates to trust; nil for those of the system.
    public var certificateAuthority: [UInt8]?
    /// Whether the server's certificate is not looked at.
    public var skipsTLSVerification: Bool
    /// The certificate to present.
    public var clientCertificate: ClientCertificate?
    /// From which files the certificates were read; they are read again from time to time, since they are replaced
    /// before they expire.
    public var certificateFiles = CertificateFiles()
    /// What to authenticate with, beside the certificate.
    public var credential: Credential
    /// Whom to act as.
    public var impersonation: Impersonation?
    /// The namespace to use where none is named.
    public var namespace: String
    /// A proxy on the way, `http://host:port` or `socks5://host:port`; nil for none, whatever the environment says:
    /// that is ``find(kubeconfig:context:environment:)``'s to read.
    public var proxy: String?

    /// Describes a cluster.
    public init(
        server: String, tlsServerName: String? = nil, certificateAuthority: [UInt8]? = nil,
        skipsTLSVerification: Bool = false, clientCertificate: ClientCertificate? = nil,
        credential: Credential = .none, impersonation: Impersonation? = nil, namespace: String = "default",
        proxy: String? = nil
    ) {
        self.server = server
        self.tlsServerName = tlsServerName
        self.certificateAuthority = certificateAuthority
        self.skipsTLSVerification = skipsTLSVerification
        self.clientCertificate = clientCertificate
        self.credential = credential
        self.impersonation = impersonation
        self.namespace = namespace
        self.proxy = proxy
    }

    /// A certificate with its key.
    public struct ClientCertificate: Sendable, Hashable {
        /// PEM of the certificate and those between it and the authority.
        public var chain: [UInt8]
        /// PEM of the private key.
        public var privateKey: [UInt8]

        /// Pairs a certificate with its key.
        public init(chain: [UInt8], privateKey: [UInt8]) {
            self.chain = chain
            self.privateKey = privateKey
        }
    }

    /// The paths of PEM files.
    public struct CertificateFiles: Sendable, Hashable {
        /// The certificates to trust; nil where they did not come from a file.
        public var authority: String?
        /// The certificate to present; nil where it did not come from a file.
        public var chain: String?
        /// Its key; nil where it did not come from a file.
        public var privateKey: String?

        /// Names files.
        public init(authority: String? = nil, chain: String? = nil, privateKey: String? = nil) {
            self.authority = authority
            self.chain = chain
            self.privateKey = privateKey
        }
    }

    /// What to authenticate with, beside a certificate that is configured.
    public enum Credential: Sendable, Hashable {
        /// No header.
        case none
        /// A bearer token.
        case token(String)
        /// The path of a file with a bearer token, which is read again from time to time.
        case tokenFile(String)
        /// HTTP's basic authentication.
        case basic(user: String, password: String)
        /// A program that gives a token or a certificate; `cluster` is what it is told of the cluster, nil for
        /// nothing.
        case exec(Kubeconfig.ExecPlugin, cluster: JSONValue?)
    }

    /// Whom requests act as, in place of who sends them.
    public struct Impersonation: Sendable, Hashable {
        /// The user's name.
        public var user: String
        /// The user's identity.
        public var uid: String?
        /// The user's groups.
        public var groups: [String]
        /// What else authorizers may look at.
        public var extra: [String: [String]]

        /// Describes a user.
        public init(user: String, uid: String? = nil, groups: [String] = [], extra: [String: [String]] = [:]) {
            self.user = user
            self.uid = uid
            self.groups = groups
            self.extra = extra
        }
    }
}

extension ClusterConfiguration {
    /// Finds the configuration as a controller expects it.
    ///
    /// The order is: `kubeconfig`, the files that `KUBECONFIG` names, the pod's service account, `~/.kube/config`.
    /// What is found but broken is an error; it never falls through to the next. Where the configuration names no
    /// proxy, the environment's `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` hold.
    ///
    /// - Parameters:
    ///   - kubeconfig: The path of a kubeconfig that was asked for.
    ///   - context: The kubeconfig's context; nil for its current one.
    ///   - environment: The process's environment.
    /// - Throws: ``ConfigurationError``.
    public static func find(
        kubeconfig: String? = nil, context: String? = nil,
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws -> ClusterConfiguration {
        let namesFiles = kubeconfig != nil || context != nil || environment["KUBECONFIG"]?.isEmpty == false
        var configuration =
            !namesFiles && isInCluster(environment: environment)
            ? try inCluster(environment: environment)
            : try Kubeconfig.load(path: kubeconfig, environment: environment).configuration(context: context)
        let endpoint = try Endpoint(configuration)
        configuration.proxy = configuration.proxy ?? ProxyEnvironment(environment).proxy(for: endpoint)
        // Again, so that a proxy that can not be used is told here and not with the first request.
        _ = try Endpoint(configuration)
        return configuration
    }
}

extension ClusterConfiguration: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String {
        let identity =
            switch credential {
            case .none: clientCertificate == nil ? "anonymous" : "client certificate"
            case .token: "token"
            case .tokenFile(let path): "token file \(path)"
            case .basic(let user, _): "user \(user)"
            case .exec(let plugin, _): "program \(plugin.command)"
            }
        return "\(server) (\(identity), namespace \(namespace))"
    }

    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: ["summary": description]) }
}

extension ClusterConfiguration.Credential: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String {
        switch self {
        case .none: "none"
        case .token: "token"
        case .tokenFile(let path): "tokenFile(\(path))"
        case .basic(let user, _): "basic(\(user))"
        case .exec(let plugin, _): "exec(\(plugin.command))"
        }
    }

    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}

extension ClusterConfiguration.ClientCertificate: CustomStringConvertible, CustomReflectable {
    public var description: String { "client certificate" }
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}
