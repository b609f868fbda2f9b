import FairleadAPI
import KubernetesCore

/// The rclone remotes of one container: its plan's entries and the environment that configures them.
struct RemoteList {
    private(set) var entries: [JSONValue] = []
    private(set) var environment: [JSONValue] = []
    private(set) var sources: [JSONValue] = []
    private var prefixes: Set<String> = []
    private var remotes = 0

    /// Schemes that are reached with the pod's own credentials, or with none, where no Connection says otherwise.
    static let openSchemes: Set<String> = ["s3", "gs", "gcs", "azblob", "az", "http", "https", "hf"]

    /// Makes a URI reachable.
    ///
    /// - Throws: ``TaskProblem`` where nothing leads to it.
    mutating func add(_ uri: String, _ platform: Platform) throws(TaskProblem) {
        let scheme = String(uri.prefix { $0 != ":" })
        guard let link = platform.link(to: uri, where: { $0.isStorage || $0 == .huggingFace }) else {
            if Self.openSchemes.contains(scheme) { return }
            throw TaskProblem(.invalidSpec, "no Connection leads to \(uri)")
        }
        let prefix = RemoteAddress.folder(of: uri, under: link.spec.prefix(of: uri) ?? uri)
        guard prefixes.insert(prefix).inserted else { return }
        let name = "R\(remotes)"
        remotes += 1
        let address = RemoteAddress(prefix)
        let root = address.root(link.spec.type)
        entries.append(["prefix": .string(prefix), "remote": .string(name), "root": .string(root)])
        let variables = address.variables(link.spec).merging(link.spec.variables) { _, own in own }
        for variable in variables.sorted(by: { $0.key < $1.key }) {
            environment.append([
                "name": .string("RCLONE_CONFIG_\(name)_\(variable.key.uppercased())"),
                "value": .string(variable.value.doublingDollars),
            ])
        }
        if let secret = link.spec.secret {
            sources.append(["prefix": .string("RCLONE_CONFIG_\(name)_"), "secretRef": ["name": .string(secret)]])
        }
    }

    /// Makes URIs reachable that lie in a folder which the container mounts.
    mutating func add(_ prefix: String, mountedAt root: String) {
        guard prefixes.insert(prefix).inserted else { return }
        entries.append(["prefix": .string(prefix), "root": .string(root)])
    }
}

/// The beginning of a URI, and what it means to rclone.
struct RemoteAddress {
    private let scheme: String
    private let host: String
    private let path: String
    private let isFolder: Bool

    /// The beginning of a URI down to a whole folder, its host included: the whole URI where it is no longer than that.
    static func folder(of uri: String, under prefix: String) -> String {
        var folder = prefix
        if folder.hasSuffix("://") { folder += uri.dropFirst(folder.count).prefix { $0 != "/" } }
        if folder.hasSuffix("/"), uri.hasPrefix(folder) { return folder }
        return uri.hasPrefix("\(folder)/") ? "\(folder)/" : uri
    }

    init(_ prefix: String) {
        let parts = prefix.split(separator: "/", maxSplits: 3, omittingEmptySubsequences: false).map(String.init)
        scheme = String((parts.first ?? "").dropLast())
        host = parts.count > 2 ? parts[2] : ""
        path = parts.count > 3 ? parts[3] : ""
        isFolder = prefix.hasSuffix("/")
    }

    /// The folder in the remote.
    func root(_ type: ConnectionType) -> String {
        switch type {
        // Without the slash it would lie in the user's own folder.
        case .sftp, .ftp: "/\(path)"
        case .http, .webdav, .smb, .hdfs: path
        default: isFolder || !path.isEmpty ? "\(host)/\(path)" : host
        }
    }

    /// The variables of rclone's type that follow from the URI and from what a Connection says.
    func variables(_ connection: ConnectionSpec) -> [String: String] {
        var variables = ["type": connection.type.rawValue]
        let hasSecret = connection.secret != nil
        switch connection.type {
        case .s3:
            variables["provider"] = connection.endpoint == nil ? "AWS" : "Other"
            variables["endpoint"] = connection.endpoint
            if !hasSecret { variables["env_auth"] = "true" }
        case .gcs, .gs:
            variables["type"] = "google cloud storage"
            variables["endpoint"] = connection.endpoint
            variables["bucket_policy_only"] = "true"
            if !hasSecret { variables["env_auth"] = "true" }
        case .azureblob:
            variables["endpoint"] = connection.endpoint
            if !hasSecret { variables["env_auth"] = "true" }
        case .http: variables["url"] = connection.endpoint ?? "\(scheme)://\(host)"
        case .webdav:
            let web = scheme == "http" || scheme == "https" ? scheme : "https"
            variables["url"] = connection.endpoint ?? "\(web)://\(host)"
        case .sftp, .ftp, .smb:
            let server = connection.endpoint ?? host
            let address = server.split(separator: "@").last.map(String.init) ?? server
            let parts = address.split(separator: ":", maxSplits: 1).map(String.init)
            variables["host"] = parts.first
            if parts.count > 1 { variables["port"] = parts[1] }
            if server.contains("@") { variables["user"] = server.split(separator: "@").first.map(String.init) }
        case .hdfs: variables["namenode"] = connection.endpoint ?? host
        default: variables["endpoint"] = connection.endpoint
        }
        return variables
    }
}
