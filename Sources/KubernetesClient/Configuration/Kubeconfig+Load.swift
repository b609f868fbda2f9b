public import Foundation
import Yams

extension Kubeconfig {
    /// Reads the kubeconfig that is asked for, those that `KUBECONFIG` lists, or `~/.kube/config`.
    ///
    /// The first file that names a context, a cluster or a user, or that sets the current context, decides it whole.
    /// Files that `KUBECONFIG` lists need not all exist; others must.
    ///
    /// - Parameters:
    ///   - path: The one file to read, before all others.
    ///   - environment: The process's environment: `KUBECONFIG` and `HOME`.
    /// - Throws: ``ConfigurationError``.
    public static func load(
        path: String? = nil, environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws -> Kubeconfig {
        if let path { return try parse(ConfigurationFile.read(path), file: path) }
        let listed = (environment["KUBECONFIG"] ?? "").split(separator: ":").map(String.init)
        guard listed.isEmpty else {
            let present = listed.filter { FileManager.default.fileExists(atPath: $0) }
            guard !present.isEmpty else {
                throw ConfigurationError(
                    .notFound, "no file that KUBECONFIG lists exists", file: listed.joined(separator: ":"))
            }
            var merged = Kubeconfig()
            for file in present { merged.merge(try parse(ConfigurationFile.read(file), file: file)) }
            return merged
        }
        let home = environment["HOME"] ?? NSHomeDirectory()
        let file = "\(home)/.kube/config"
        guard FileManager.default.fileExists(atPath: file) else {
            throw ConfigurationError(
                .notFound, "there is no kubeconfig; name one with KUBECONFIG or make this one", file: file)
        }
        return try parse(ConfigurationFile.read(file), file: file)
    }

    /// Reads the text of one kubeconfig.
    ///
    /// - Parameters:
    ///   - bytes: YAML or JSON.
    ///   - file: Where it stands: relative paths start from its folder.
    /// - Throws: ``ConfigurationError``.
    public static func parse(_ bytes: [UInt8], file: String) throws -> Kubeconfig {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw ConfigurationError(.malformed, "this is no UTF-8 text", file: file)
        }
        var configuration = Kubeconfig()
        configuration.files = [file]
        guard let document = try document(in: text, file: file) else { return configuration }
        if let kind = document.kind, kind != "Config" {
            throw ConfigurationError(.malformed, "this is a \(kind), not a kubeconfig", file: file, field: "kind")
        }
        if let name = document.currentContext, !name.isEmpty { configuration.currentContext = Entry(name, file: file) }
        for named in document.contexts ?? [] {
            try configuration.contexts.add(named.context, named.name, "contexts", file)
        }
        for named in document.clusters ?? [] {
            var cluster = named.cluster
            cluster?.resolvePaths(relativeTo: file)
            try configuration.clusters.add(cluster, named.name, "clusters", file)
        }
        for named in document.users ?? [] {
            var user = named.user
            user?.resolvePaths(relativeTo: file)
            try configuration.users.add(user, named.name, "users", file)
        }
        return configuration
    }

    /// Takes from another configuration what this one does not have.
    public mutating func merge(_ other: Kubeconfig) {
        currentContext = currentContext ?? other.currentContext
        contexts.merge(other.contexts) { first, _ in first }
        clusters.merge(other.clusters) { first, _ in first }
        users.merge(other.users) { first, _ in first }
        files += other.files
    }

    private static func document(in text: String, file: String) throws -> Document? {
        do {
            guard try Yams.compose(yaml: text) != nil else { return nil }
            return try YAMLDecoder().decode(Document?.self, from: text)
        } catch let error as DecodingError {
            throw ConfigurationError(.malformed, error.reason, file: file, field: error.fieldPath)
        } catch {
            throw ConfigurationError(.malformed, "this is no YAML: \(error)", file: file)
        }
    }
}

/// A kubeconfig's text.
private struct Document: Decodable {
    struct NamedContext: Decodable {
        var name: String
        var context: Kubeconfig.Context?
    }
    struct NamedCluster: Decodable {
        var name: String
        var cluster: Kubeconfig.Cluster?
    }
    struct NamedUser: Decodable {
        var name: String
        var user: Kubeconfig.User?
    }

    var kind: String?
    var currentContext: String?
    var contexts: [NamedContext]?
    var clusters: [NamedCluster]?
    var users: [NamedUser]?

    enum CodingKeys: String, CodingKey {
        case kind, contexts, clusters, users
        case currentContext = "current-context"
    }
}

extension Dictionary where Key == String {
    /// Adds what a list names; a name may stand only once in a file.
    fileprivate mutating func add<Item: Sendable>(_ item: Item?, _ name: String, _ list: String, _ file: String) throws
    where Value == Kubeconfig.Entry<Item> {
        guard let item else { return }
        guard self[name] == nil else {
            throw ConfigurationError(.malformed, "the name stands twice", file: file, field: "\(list)[\(name)]")
        }
        self[name] = Kubeconfig.Entry(item, file: file)
    }
}

extension Kubeconfig.Cluster {
    fileprivate mutating func resolvePaths(relativeTo file: String) {
        certificateAuthority = certificateAuthority.map { ConfigurationFile.resolve($0, relativeTo: file) }
    }
}

extension Kubeconfig.User {
    fileprivate mutating func resolvePaths(relativeTo file: String) {
        clientCertificate = clientCertificate.map { ConfigurationFile.resolve($0, relativeTo: file) }
        clientKey = clientKey.map { ConfigurationFile.resolve($0, relativeTo: file) }
        tokenFile = tokenFile.map { ConfigurationFile.resolve($0, relativeTo: file) }
        if let command = exec?.command, command.contains("/") {
            exec?.command = ConfigurationFile.resolve(command, relativeTo: file)
        }
    }
}
