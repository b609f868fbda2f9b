import KubernetesCore

/// Whom a request's headers name in place of its sender.
struct Impersonation: Sendable, Hashable {
    private static let prefix = "impersonate-"

    /// Who is meant.
    let user: ServerUser
    private let name: String
    private let uid: String?
    private let groups: [String]
    private let extra: [String: [String]]

    /// Reads the headers; nil where there are none of them.
    ///
    /// A header that stands more than once has its values on lines of their own.
    ///
    /// - Throws: 400 where only the name is missing.
    init?(_ request: APIRequest) throws(Status) {
        var found: [String: [String]] = [:]
        for (header, value) in request.headers {
            let header = header.lowercased()
            guard header.hasPrefix(Self.prefix) else { continue }
            let values = value.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
            found[String(header.dropFirst(Self.prefix.count)), default: []] += values
        }
        name = found["user"]?.first ?? ""
        uid = found["uid"]?.first
        groups = found["group"] ?? []
        var extra: [String: [String]] = [:]
        for (header, values) in found where header.hasPrefix("extra-") {
            let key = header.dropFirst("extra-".count)
            extra[PercentEncoding.decode(key) ?? String(key)] = values
        }
        self.extra = extra
        if name.isEmpty {
            guard uid != nil || !groups.isEmpty || !extra.isEmpty else { return nil }
            func list(_ texts: [String]) -> String { "[]string{\(texts.map { "\"\($0)\"" }.joined(separator: ", "))}" }
            let members = extra.sorted { $0.key < $1.key }.map { "\"\($0.key)\":\(list($0.value))" }
            let map = members.isEmpty ? "(nil)" : "{\(members.joined(separator: ", "))}"
            throw Status.badRequest(
                "requested &user.DefaultInfo{Name:\"\", UID:\"\(uid ?? "")\", Groups:\(list(groups)), "
                    + "Extra:map[string][]string\(map)} without impersonating a user name")
        }
        user = Self.user(name, uid, groups, extra)
    }

    /// The user, with the groups that everybody of that sort has.
    private static func user(
        _ name: String, _ uid: String?, _ groups: [String], _ extra: [String: [String]]
    ) -> ServerUser {
        var user = ServerUser(name: name, uid: uid, groups: groups, extra: extra)
        if groups.isEmpty, let account = ServerUser.serviceAccount(named: name) {
            user.groups = ServerUser.serviceAccount(account.name, in: account.namespace).groups
        }
        let general = name == ServerUser.anonymous.name ? ServerUser.unauthenticated : ServerUser.authenticated
        let isSorted = user.groups.contains { [ServerUser.authenticated, ServerUser.unauthenticated].contains($0) }
        if !isSorted { user.groups.append(general) }
        return user
    }

    /// What the sender must be allowed: to take on each part of the other's identity.
    var requests: [AccessRequest] {
        let group = "authentication.k8s.io"
        var requests: [AccessRequest] = []
        if let account = ServerUser.serviceAccount(named: name) {
            requests.append(
                AccessRequest(
                    verb: "impersonate", group: "", resource: "serviceaccounts", name: account.name,
                    namespace: account.namespace))
        } else {
            requests.append(AccessRequest(verb: "impersonate", group: "", resource: "users", name: name))
        }
        requests += groups.map { AccessRequest(verb: "impersonate", group: "", resource: "groups", name: $0) }
        if let uid { requests.append(AccessRequest(verb: "impersonate", group: group, resource: "uids", name: uid)) }
        for (key, values) in extra.sorted(by: { $0.key < $1.key }) {
            requests += values.map {
                AccessRequest(verb: "impersonate", group: group, resource: "userextras/\(key)", name: $0)
            }
        }
        return requests
    }

    /// What is enough as well (KEP-5284): to do this very thing as another, and to take on each part of the identity.
    func constrainedRequests(for access: AccessRequest) -> [AccessRequest] {
        let isAccount = ServerUser.serviceAccount(named: name) != nil
        let mode = isAccount ? "serviceaccount" : "user-info"
        var action = access
        action.verb = "impersonate-on:\(mode):\(access.verb)"
        let identity = requests.map { request in
            var request = request
            request.verb = "impersonate:\(mode)"
            request.group = "authentication.k8s.io"
            return request
        }
        return [action] + identity
    }
}
