/// Who sends a request.
public struct ServerUser: Sendable, Hashable {
    /// The name.
    public var name: String
    /// What tells users of one name apart, where anything does.
    public var uid: String?
    /// The groups.
    public var groups: [String]
    /// What else the authentication knows.
    public var extra: [String: [String]]

    /// Names a user.
    public init(name: String, uid: String? = nil, groups: [String], extra: [String: [String]] = [:]) {
        self.name = name
        self.uid = uid
        self.groups = groups
        self.extra = extra
    }

    /// The owner of the local cluster, who may do everything.
    public static let admin = ServerUser(name: "kubernetes-admin", groups: [masters, authenticated])
    /// Nobody: a request without credentials.
    public static let anonymous = ServerUser(name: "system:anonymous", groups: [unauthenticated])

    /// The group that may do everything whatever the roles say.
    static let masters = "system:masters"
    static let authenticated = "system:authenticated"
    static let unauthenticated = "system:unauthenticated"
    private static let accountPrefix = "system:serviceaccount:"

    /// Who asks, for the checks that need the object which a request results in; nil where the server itself writes.
    @TaskLocal static var current: ServerUser?

    /// A service account, as one of its tokens proves it.
    public static func serviceAccount(_ name: String, in namespace: String) -> ServerUser {
        ServerUser(
            name: "\(accountPrefix)\(namespace):\(name)",
            groups: ["system:serviceaccounts", "system:serviceaccounts:\(namespace)", authenticated])
    }

    /// The namespace and the name of a service account by its user's name; nil for other users.
    static func serviceAccount(named user: String) -> (namespace: String, name: String)? {
        guard user.hasPrefix(accountPrefix) else { return nil }
        let parts = user.dropFirst(accountPrefix.count).split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty else { return nil }
        return (String(parts[0]), String(parts[1]))
    }

    /// Whether every authorizer lets the user do everything.
    var isMaster: Bool { groups.contains(Self.masters) }
}
