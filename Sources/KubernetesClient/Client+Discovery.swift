public import KubernetesCore

/// What an API server says of itself: `version.Info`.
public struct ServerVersion: Sendable, Hashable, Codable {
    /// The major version.
    public var major: String
    /// The minor version; some providers add a `+`.
    public var minor: String
    /// The full version, such as `v1.36.2`.
    public var gitVersion: String
    /// Such as `linux/amd64`.
    public var platform: String?

    /// Describes a server.
    public init(major: String, minor: String, gitVersion: String, platform: String? = nil) {
        self.major = major
        self.minor = minor
        self.gitVersion = gitVersion
        self.platform = platform
    }
}

/// A resource that an API server serves in a group's version: `metav1.APIResource`.
public struct ServedResource: Sendable, Hashable, Codable {
    /// The collection's name, with `/` and the subresource for those.
    public var name: String
    /// The kind.
    public var kind: String
    /// Whether its objects live in a namespace.
    public var namespaced: Bool
    /// What can be done with it.
    public var verbs: [String]
    /// What people may type for it.
    public var shortNames: [String]?
    /// Its name in the singular.
    public var singularName: String?

    /// Describes a resource.
    public init(
        name: String, kind: String, namespaced: Bool, verbs: [String], shortNames: [String]? = nil,
        singularName: String? = nil
    ) {
        self.name = name
        self.kind = kind
        self.namespaced = namespaced
        self.verbs = verbs
        self.shortNames = shortNames
        self.singularName = singularName
    }
}

extension Client {
    /// The server's version.
    public func serverVersion() async throws -> ServerVersion {
        try decode(try await send(APIRequest(path: "/version")))
    }

    /// Every version of every group that the server serves, in its order of preference: `v1`, `apps/v1`, ….
    public func servedVersions() async throws -> [String] {
        struct Core: Decodable, Sendable { var versions: [String] }
        struct Groups: Decodable, Sendable {
            struct Group: Decodable, Sendable { var versions: [Version] }
            struct Version: Decodable, Sendable { var groupVersion: String }
            var groups: [Group]
        }
        let core: Core = try decode(try await send(APIRequest(path: "/api")))
        let named: Groups = try decode(try await send(APIRequest(path: "/apis")))
        return core.versions + named.groups.flatMap { $0.versions.map(\.groupVersion) }
    }

    /// What the server serves in a version of a group; empty where it does not have that.
    ///
    /// - Parameter apiVersion: `v1`, or `apps/v1` for a named group.
    public func servedResources(_ apiVersion: String) async throws -> [ServedResource] {
        struct Answer: Decodable, Sendable { var resources: [ServedResource]? }
        let segments = apiVersion.split(separator: "/", omittingEmptySubsequences: false)
        let path = segments.map { PercentEncoding.encode(String($0)) }.joined(separator: "/")
        do {
            let root = segments.count == 1 ? "api" : "apis"
            let answer: Answer = try decode(try await send(APIRequest(path: "/\(root)/\(path)")))
            return answer.resources ?? []
        } catch let error as APIError where error.isNotFound {
            return []
        }
    }

    /// Whether the server serves a kind under its name.
    public func serves(_ type: ResourceType) async throws -> Bool {
        try await servedResources(type.gvk.apiVersion).contains { $0.name == type.plural && $0.kind == type.gvk.kind }
    }

    /// The collection of a kind, nil where the server does not serve it.
    public func resourceType(_ gvk: GroupVersionKind) async throws -> ResourceType? {
        let resources = try await servedResources(gvk.apiVersion)
        guard let resource = resources.first(where: { $0.kind == gvk.kind && !$0.name.contains("/") }) else {
            return nil
        }
        return ResourceType(
            group: gvk.group, version: gvk.version, kind: gvk.kind, plural: resource.name,
            isNamespaced: resource.namespaced)
    }
}
