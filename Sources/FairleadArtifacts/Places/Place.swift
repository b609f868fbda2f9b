/// Where something is, as rclone is told.
enum Place: Sendable, Hashable {
    /// `R0:bucket/key`, or an absolute path of this container.
    case location(String)
    /// A URL that is downloaded as it is, query and all.
    case download(String)

    /// A place below this one.
    func below(_ name: String) -> Place {
        switch self {
        case .location(let text) where text.hasSuffix("/") || text.hasSuffix(":"): .location(text + name)
        case .location(let text): .location("\(text)/\(name)")
        case .download(let url): .download("\(url)/\(name)")
        }
    }
}

/// Finds the place of a URI.
struct PlaceFinder: Sendable, Hashable {
    var remotes: [RemotePrefix]

    /// Schemes whose first part is a host, which the remote knows already.
    private static let hostSchemes: Set<String> = ["http", "https", "sftp", "ftp", "webdav", "smb", "hdfs"]
    /// What stands for a store without a remote of its own: the environment has the credentials.
    private static let ambient = [
        "s3": ":s3,provider=AWS,env_auth=true:", "gs": ":gcs,env_auth=true:", "gcs": ":gcs,env_auth=true:",
        "azblob": ":azureblob,env_auth=true:", "az": ":azureblob,env_auth=true:",
    ]

    /// The place of a URI; the longest prefix wins.
    func place(of uri: String) throws(ArtifactFailure) -> Place {
        guard let scheme = Self.scheme(uri) else {
            throw ArtifactFailure(.invalidPlan, "\(uri): this is no URI")
        }
        if uri.hasPrefix(HubAddress.scheme) {
            throw ArtifactFailure(.invalidPlan, "\(uri): what lies on the Hub can be read, and nothing stored there")
        }
        let rest = String(uri.dropFirst(scheme.count + 3))
        let known = remotes.filter { uri.hasPrefix($0.prefix) || uri + "/" == $0.prefix }
            .max { $0.prefix.utf8.count < $1.prefix.utf8.count }
        if let known {
            let path = known.root.map { $0 + uri.dropFirst(known.prefix.count) } ?? Self.path(rest, scheme)
            guard known.remote != nil || path.hasPrefix("/") else {
                throw ArtifactFailure(.invalidPlan, "\(uri): the plan gives neither a remote nor a path for it")
            }
            return .location((known.remote.map { $0 + ":" } ?? "") + path)
        }
        if scheme == "file" {
            guard rest.hasPrefix("/") else {
                throw ArtifactFailure(.invalidPlan, "\(uri): a file's URI is file:///path")
            }
            return .location(rest)
        }
        if scheme == "http" || scheme == "https" { return .download(uri) }
        guard let backend = Self.ambient[scheme] else {
            throw ArtifactFailure(
                .invalidPlan, "\(uri): nothing says how \(scheme):// is reached: make a Connection with this prefix")
        }
        return .location(backend + rest)
    }

    /// The URI without what may be a signature.
    static func shown(_ uri: String) -> String {
        guard let scheme = scheme(uri), scheme.hasPrefix("http") else { return uri }
        var text = String(uri.prefix { $0 != "?" && $0 != "#" })
        // A user and a password before the host are nobody's business either.
        let host = text.dropFirst(scheme.count + 3).prefix { $0 != "/" }
        if let at = host.lastIndex(of: "@") { text.removeSubrange(host.startIndex...at) }
        return text
    }

    private static func scheme(_ uri: String) -> String? {
        guard let range = uri.firstRange(of: "://"), range.lowerBound > uri.startIndex else { return nil }
        let scheme = uri[..<range.lowerBound]
        return scheme.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "+-.".contains($0)) }
            ? String(scheme) : nil
    }

    private static func path(_ rest: String, _ scheme: String) -> String {
        guard hostSchemes.contains(scheme) else { return rest }
        return rest.firstIndex(of: "/").map { String(rest[$0...]) } ?? "/"
    }
}
