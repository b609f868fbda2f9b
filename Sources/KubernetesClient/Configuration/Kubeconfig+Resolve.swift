import Foundation

extension Kubeconfig {
    /// What a context comes to.
    ///
    /// - Parameter name: The context; nil for the current one, or the only one.
    /// - Throws: ``ConfigurationError``, with the file, the context and the field to correct.
    public func configuration(context name: String? = nil) throws -> ClusterConfiguration {
        let (name, context) = try context(named: name)
        let resolver = ContextResolver(kubeconfig: self, name: name, context: context)
        return try resolver.configuration()
    }

    private func context(named name: String?) throws -> (String, Entry<Context>) {
        let place = files.joined(separator: ":")
        guard let name = name ?? currentContext?.value else {
            if contexts.count == 1, let only = contexts.first { return (only.key, only.value) }
            let known = contexts.keys.sorted().joined(separator: ", ")
            throw ConfigurationError(
                .notFound, contexts.isEmpty ? "there is no context" : "it is not set; there are: \(known)",
                file: place, field: "current-context")
        }
        guard let context = contexts[name] else {
            throw ConfigurationError(
                .notFound, "there is no such context", file: currentContext?.file ?? place, context: name,
                field: "contexts")
        }
        return (name, context)
    }
}

/// Resolves one context; what it throws names file, context and field.
private struct ContextResolver {
    let kubeconfig: Kubeconfig
    let name: String
    let context: Kubeconfig.Entry<Kubeconfig.Context>

    func configuration() throws -> ClusterConfiguration {
        var configuration = try clusterPart()
        try addUser(to: &configuration)
        if let namespace = context.value.namespace, !namespace.isEmpty { configuration.namespace = namespace }
        return configuration
    }

    private func clusterPart() throws -> ClusterConfiguration {
        guard let clusterName = context.value.cluster, !clusterName.isEmpty else {
            throw failure(.invalid, "it is not set", context.file, "contexts[\(name)].context.cluster")
        }
        guard let entry = kubeconfig.clusters[clusterName] else {
            throw failure(
                .notFound, "there is no cluster \"\(clusterName)\"", context.file, "contexts[\(name)].context.cluster")
        }
        let cluster = entry.value
        let field = "clusters[\(clusterName)].cluster"
        guard let server = cluster.server, !server.isEmpty else {
            throw failure(.invalid, "it is not set", entry.file, "\(field).server")
        }
        let authority = try bytes(
            cluster.certificateAuthorityData, cluster.certificateAuthority, entry.file, "\(field).certificate-authority"
        )
        if let authority {
            try PEM.checkCertificates(authority.bytes, file: authority.file, context: name, field: authority.field)
        }
        let isInsecure = cluster.insecureSkipTLSVerify ?? false
        if isInsecure, authority != nil {
            throw failure(
                .invalid, "it contradicts the certificate authority that is given", entry.file,
                "\(field).insecure-skip-tls-verify")
        }
        var configuration = ClusterConfiguration(
            server: server, tlsServerName: cluster.tlsServerName.flatMap { $0.isEmpty ? nil : $0 },
            certificateAuthority: authority?.bytes, skipsTLSVerification: isInsecure)
        configuration.certificateFiles.authority = authority?.path
        configuration.proxy = cluster.proxyURL.flatMap { $0.isEmpty ? nil : $0 }
        do {
            _ = try Endpoint(configuration)
        } catch let error as ConfigurationError {
            throw failure(error.code, error.message, entry.file, "\(field).\(error.field ?? "server")")
        }
        return configuration
    }

    private func addUser(to configuration: inout ClusterConfiguration) throws {
        guard let userName = context.value.user, !userName.isEmpty else { return }
        guard let entry = kubeconfig.users[userName] else {
            throw failure(.notFound, "there is no user \"\(userName)\"", context.file, "contexts[\(name)].context.user")
        }
        let user = entry.value
        let field = "users[\(userName)].user"
        try addClientCertificate(of: user, entry.file, field, to: &configuration)
        configuration.credential = try credential(of: user, for: configuration, entry.file, field)
        if let name = user.impersonate, !name.isEmpty {
            configuration.impersonation = .init(
                user: name, uid: user.impersonateUID, groups: user.impersonateGroups ?? [],
                extra: user.impersonateExtra ?? [:])
        } else if user.impersonateUID != nil || user.impersonateGroups?.isEmpty == false
            || user.impersonateExtra?.isEmpty == false
        {
            throw failure(.invalid, "whom to act as needs a name", entry.file, "\(field).as")
        }
    }

    private func addClientCertificate(
        of user: Kubeconfig.User, _ file: String?, _ field: String, to configuration: inout ClusterConfiguration
    ) throws {
        let chain = try bytes(user.clientCertificateData, user.clientCertificate, file, "\(field).client-certificate")
        let key = try bytes(user.clientKeyData, user.clientKey, file, "\(field).client-key")
        guard let chain else {
            guard key == nil else {
                throw failure(.invalid, "a client key needs a certificate", file, "\(field).client-certificate")
            }
            return
        }
        guard let key else {
            throw failure(.invalid, "a client certificate needs a key", file, "\(field).client-key")
        }
        try PEM.checkCertificates(chain.bytes, file: chain.file, context: name, field: chain.field)
        try PEM.checkPrivateKey(key.bytes, file: key.file, context: name, field: key.field)
        configuration.clientCertificate = .init(chain: chain.bytes, privateKey: key.bytes)
        configuration.certificateFiles.chain = chain.path
        configuration.certificateFiles.privateKey = key.path
    }

    private func credential(
        of user: Kubeconfig.User, for configuration: ClusterConfiguration, _ file: String?, _ field: String
    ) throws -> ClusterConfiguration.Credential {
        let hasToken = user.token?.isEmpty == false || user.tokenFile?.isEmpty == false
        let hasBasic = user.username?.isEmpty == false || user.password?.isEmpty == false
        guard !(hasToken && hasBasic) else {
            throw failure(.invalid, "a token and a user's name with a password exclude each other", file, field)
        }
        if let provider = user.authProvider {
            throw failure(
                .unsupported, "auth providers (\(provider.name ?? "")) are gone from Kubernetes since 1.26", file,
                "\(field).auth-provider")
        }
        if let path = user.tokenFile, !path.isEmpty {
            _ = try ConfigurationFile.read(path, context: name, field: "\(field).tokenFile")
            return .tokenFile(path)
        }
        if let token = user.token, !token.isEmpty {
            guard token.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
                throw failure(.malformed, "a token has neither spaces nor control characters", file, "\(field).token")
            }
            return .token(token)
        }
        if hasBasic { return .basic(user: user.username ?? "", password: user.password ?? "") }
        // As kubectl does: a token or a password that is there goes before a program.
        return try user.exec.map { try plugin($0, for: configuration, file, "\(field).exec") } ?? .none
    }

    private func plugin(
        _ plugin: Kubeconfig.ExecPlugin, for configuration: ClusterConfiguration, _ file: String?, _ field: String
    ) throws -> ClusterConfiguration.Credential {
        guard !plugin.command.isEmpty else { throw failure(.invalid, "it is not set", file, "\(field).command") }
        guard let version = ExecCredential.Version(rawValue: plugin.apiVersion ?? "") else {
            let known = ExecCredential.Version.allCases.map(\.rawValue).joined(separator: " or ")
            throw failure(
                .unsupported, "it is \(known), not \"\(plugin.apiVersion ?? "")\"", file, "\(field).apiVersion")
        }
        switch plugin.interactiveMode ?? "" {
        case "Never", "IfAvailable": break
        case "Always":
            throw failure(
                .unsupported, "the program asks questions on a terminal, and there is nobody to answer them", file,
                "\(field).interactiveMode")
        case "" where version == .v1beta1: break
        case let mode:
            throw failure(
                .invalid, "it is Never, IfAvailable or Always, not \"\(mode)\"", file, "\(field).interactiveMode")
        }
        guard plugin.provideClusterInfo == true else { return .exec(plugin, cluster: nil) }
        let cluster = kubeconfig.clusters[context.value.cluster ?? ""]?.value
        return .exec(plugin, cluster: ExecCredential.describe(configuration, cluster))
    }

    /// What `<field>-data` says or the file that `<field>` names, with the place that was decisive.
    private struct Content {
        var bytes: [UInt8]
        /// Where the bytes stand: the kubeconfig or the file that it names.
        var file: String?
        var field: String
        /// The file that the kubeconfig names.
        var path: String?
    }

    private func bytes(_ data: String?, _ path: String?, _ file: String?, _ field: String) throws -> Content? {
        if let data, !data.isEmpty {
            guard let decoded = Data(base64Encoded: data.filter { !$0.isWhitespace }) else {
                throw failure(.malformed, "this is no base64", file, "\(field)-data")
            }
            return Content(bytes: Array(decoded), file: file, field: "\(field)-data")
        }
        guard let path, !path.isEmpty else { return nil }
        let bytes = try ConfigurationFile.read(path, context: name, field: field)
        return Content(bytes: bytes, file: path, field: field, path: path)
    }

    private func failure(
        _ code: ConfigurationError.Code, _ message: String, _ file: String?, _ field: String
    ) -> ConfigurationError {
        ConfigurationError(code, message, file: file, context: name, field: field)
    }
}
