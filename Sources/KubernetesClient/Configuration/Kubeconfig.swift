public import KubernetesCore

/// What one or several kubeconfig files say, merged by kubectl's rules, with every path absolute.
public struct Kubeconfig: Sendable {
    /// Something that a kubeconfig names, with the file in which it stands.
    public struct Entry<Value: Sendable>: Sendable {
        /// What the name stands for.
        public var value: Value
        /// The path of the file; nil where it was made here.
        public var file: String?

        /// Notes where something stands.
        public init(_ value: Value, file: String? = nil) {
            self.value = value
            self.file = file
        }
    }

    /// The context that is used where none is asked for.
    public var currentContext: Entry<String>?
    /// Contexts by name.
    public var contexts: [String: Entry<Context>] = [:]
    /// Clusters by name.
    public var clusters: [String: Entry<Cluster>] = [:]
    /// Users by name.
    public var users: [String: Entry<User>] = [:]
    /// The files that were read, in order.
    public var files: [String] = []

    /// An empty configuration.
    public init() {}

    /// A cluster, a user and a namespace.
    public struct Context: Sendable, Hashable, Decodable {
        /// The cluster's name.
        public var cluster: String?
        /// The user's name.
        public var user: String?
        /// The namespace to use where none is named.
        public var namespace: String?
    }

    /// How to reach a cluster; each field is named as in the file.
    public struct Cluster: Sendable, Hashable, Decodable {
        /// `server`: the URL.
        public var server: String?
        /// `tls-server-name`: the name that the server's certificate must bear.
        public var tlsServerName: String?
        /// `insecure-skip-tls-verify`; verification is on where this is absent.
        public var insecureSkipTLSVerify: Bool?
        /// `certificate-authority`: the path of a PEM file.
        public var certificateAuthority: String?
        /// `certificate-authority-data`: base64 of PEM; goes before the path.
        public var certificateAuthorityData: String?
        /// `proxy-url`.
        public var proxyURL: String?
        /// `disable-compression`; only handed on to programs that give credentials, since answers are never asked
        /// for in compressed form.
        public var disableCompression: Bool?
        /// `extensions`: what programs beside kubectl have to say of the cluster.
        public var extensions: [Extension]?

        /// What a program has to say of a cluster.
        public struct Extension: Sendable, Hashable, Decodable {
            /// The program's name for it.
            public var name: String
            /// Anything.
            public var `extension`: JSONValue?
        }

        enum CodingKeys: String, CodingKey {
            case server, extensions
            case disableCompression = "disable-compression"
            case tlsServerName = "tls-server-name"
            case insecureSkipTLSVerify = "insecure-skip-tls-verify"
            case certificateAuthority = "certificate-authority"
            case certificateAuthorityData = "certificate-authority-data"
            case proxyURL = "proxy-url"
        }
    }

    /// How to authenticate; each field is named as in the file.
    public struct User: Sendable, Hashable, Decodable {
        /// `client-certificate`: the path of a PEM file.
        public var clientCertificate: String?
        /// `client-certificate-data`: base64 of PEM; goes before the path.
        public var clientCertificateData: String?
        /// `client-key`: the path of a PEM file.
        public var clientKey: String?
        /// `client-key-data`: base64 of PEM; goes before the path.
        public var clientKeyData: String?
        /// A bearer token.
        public var token: String?
        /// The path of a file with a bearer token; goes before `token`.
        public var tokenFile: String?
        /// `username`, for basic authentication.
        public var username: String?
        /// `password`, for basic authentication.
        public var password: String?
        /// `as`: the name of the user to act as.
        public var impersonate: String?
        /// `as-uid`.
        public var impersonateUID: String?
        /// `as-groups`.
        public var impersonateGroups: [String]?
        /// `as-user-extra`.
        public var impersonateExtra: [String: [String]]?
        /// A program that gives a credential.
        public var exec: ExecPlugin?
        /// `auth-provider`: what exec plugins have replaced; only its presence is noted.
        public var authProvider: AuthProvider?

        enum CodingKeys: String, CodingKey {
            case token, tokenFile, username, password, exec
            case clientCertificate = "client-certificate"
            case clientCertificateData = "client-certificate-data"
            case clientKey = "client-key"
            case clientKeyData = "client-key-data"
            case impersonate = "as"
            case impersonateUID = "as-uid"
            case impersonateGroups = "as-groups"
            case impersonateExtra = "as-user-extra"
            case authProvider = "auth-provider"
        }
    }

    /// A program that gives a credential (`client.authentication.k8s.io`).
    public struct ExecPlugin: Sendable, Hashable, Decodable {
        /// The version of the protocol: `client.authentication.k8s.io/v1` or `…/v1beta1`.
        public var apiVersion: String?
        /// The program; relative to the file where it holds a slash.
        public var command: String
        /// Its arguments.
        public var args: [String]?
        /// Environment variables, added to the process's own.
        public var env: [Variable]?
        /// What to tell people who do not have the program.
        public var installHint: String?
        /// Whether the cluster is described to the program.
        public var provideClusterInfo: Bool?
        /// `Never`, `IfAvailable` or `Always`: whether the program may ask on the terminal.
        public var interactiveMode: String?

        /// Describes a program.
        public init(
            apiVersion: String, command: String, args: [String]? = nil, env: [Variable]? = nil,
            installHint: String? = nil, provideClusterInfo: Bool? = nil, interactiveMode: String? = nil
        ) {
            self.apiVersion = apiVersion
            self.command = command
            self.args = args
            self.env = env
            self.installHint = installHint
            self.provideClusterInfo = provideClusterInfo
            self.interactiveMode = interactiveMode
        }

        /// An environment variable.
        public struct Variable: Sendable, Hashable, Decodable {
            /// Its name.
            public var name: String
            /// Its value.
            public var value: String

            /// Names a value.
            public init(name: String, value: String) {
                self.name = name
                self.value = value
            }
        }
    }

    /// The name of a provider that exec plugins have replaced.
    public struct AuthProvider: Sendable, Hashable, Decodable {
        /// The provider's name.
        public var name: String?
    }
}
