import KubernetesCore

/// Who may do what: the roles and their bindings, indexed by whom they are for.
///
/// Guarantees: a decision looks at the bindings of the user and of the user's groups, and at no others; it is that of
/// the objects as they are in the store.
struct AccessPolicy: Sendable {
    /// A decision and what Kubernetes says of it.
    struct Decision: Sendable, Hashable {
        var isAllowed: Bool
        var reason = ""
    }

    /// Whom a binding is for, and where.
    private struct Grantee: Hashable {
        /// The binding's namespace; nil for bindings to the whole cluster.
        var namespace: String?
        var isGroup: Bool
        var name: String
    }

    private struct Subject {
        var kind: String
        var name: String
        var namespace: String

        init(_ value: JSONValue) {
            kind = value["kind"]?.stringValue ?? ""
            name = value["name"]?.stringValue ?? ""
            namespace = value["namespace"]?.stringValue ?? ""
        }

        /// The name of the user or the group.
        var granteeName: String {
            kind == "ServiceAccount" ? ServerUser.serviceAccount(name, in: namespace).name : name
        }

        var summary: String { "\(kind) \"\(namespace.isEmpty ? name : "\(name)/\(namespace)")\"" }
    }

    private struct Binding {
        var role: ObjectKey
        var subjects: [Subject]

        init(_ key: ObjectKey, _ value: JSONValue) {
            let name = value["roleRef"]?["name"]?.stringValue ?? ""
            let isClusterRole = value["roleRef"]?["kind"]?.stringValue == "ClusterRole"
            role = ObjectKey(namespace: isClusterRole ? nil : key.namespace, name: name)
            subjects = (value["subjects"]?.arrayValue ?? []).map(Subject.init)
        }

        func grantees(_ key: ObjectKey) -> Set<Grantee> {
            Set(
                subjects.map {
                    Grantee(namespace: key.namespace, isGroup: $0.kind == "Group", name: $0.granteeName)
                })
        }
    }

    private var roles: [ObjectKey: [PolicyRule]] = [:]
    private var bindings: [ObjectKey: Binding] = [:]
    private var bindingsOfGrantee: [Grantee: [ObjectKey]] = [:]

    /// Takes over what became of an object; objects of other kinds are none of its business.
    mutating func update(_ reference: ObjectReference, to value: @autoclosure () -> JSONValue?) {
        switch reference.collection {
        case "roles.rbac.authorization.k8s.io", "clusterroles.rbac.authorization.k8s.io":
            roles[reference.key] = value().map { ($0["rules"]?.arrayValue ?? []).map(PolicyRule.init) }
        case "rolebindings.rbac.authorization.k8s.io", "clusterrolebindings.rbac.authorization.k8s.io":
            let key = reference.key
            for grantee in bindings[key]?.grantees(key) ?? [] {
                bindingsOfGrantee[grantee]?.removeAll { $0 == key }
                if bindingsOfGrantee[grantee]?.isEmpty == true { bindingsOfGrantee[grantee] = nil }
            }
            bindings[key] = value().map { Binding(key, $0) }
            for grantee in bindings[key]?.grantees(key) ?? [] {
                bindingsOfGrantee[grantee, default: []].append(key)
            }
        default: break
        }
    }

    /// The rules of a role; nil where there is no such role.
    func rules(of role: ObjectKey) -> [PolicyRule]? { roles[role] }

    /// Decides by the roles that are bound to a user and the user's groups.
    func decision(on request: AccessRequest, by user: ServerUser) -> Decision {
        var missing: [String] = []
        for grant in grants(to: user, in: request.path == nil ? request.namespace : nil) {
            guard let rules = roles[grant.role] else {
                let kind = grant.role.namespace == nil ? "clusterrole" : "role"
                missing.append("\(kind).rbac.authorization.k8s.io \"\(grant.role.name)\" not found")
                continue
            }
            if rules.contains(where: { $0.allows(request) }) {
                return Decision(isAllowed: true, reason: allowance(by: grant))
            }
        }
        let text = missing.count > 1 ? "[\(missing.joined(separator: ", "))]" : missing.first
        return Decision(isAllowed: false, reason: text.map { "RBAC: \($0)" } ?? "")
    }

    /// All rules that hold for a user in a namespace and everywhere.
    func rules(for user: ServerUser, in namespace: String) -> [PolicyRule] {
        grants(to: user, in: namespace).flatMap { roles[$0.role] ?? [] }
    }

    /// A role that a binding gives to one of its subjects.
    private struct Grant {
        var binding: ObjectKey
        var role: ObjectKey
        var grantee: Grantee
    }

    private func grants(to user: ServerUser, in namespace: String?) -> [Grant] {
        var grants: [Grant] = []
        for place in namespace.map({ [nil, $0] }) ?? [nil] {
            let names = [(user.name, false)] + user.groups.map { ($0, true) }
            for (name, isGroup) in names {
                let grantee = Grantee(namespace: place, isGroup: isGroup, name: name)
                for key in bindingsOfGrantee[grantee] ?? [] {
                    guard let role = bindings[key]?.role else { continue }
                    grants.append(Grant(binding: key, role: role, grantee: grantee))
                }
            }
        }
        return grants
    }

    private func allowance(by grant: Grant) -> String {
        let subject = bindings[grant.binding]?.subjects.first { subject in
            subject.granteeName == grant.grantee.name && (subject.kind == "Group") == grant.grantee.isGroup
        }
        let key = grant.binding
        let binding =
            key.namespace.map { "RoleBinding \"\(key.name)/\($0)\"" } ?? "ClusterRoleBinding \"\(key.name)\""
        let role = "\(grant.role.namespace == nil ? "ClusterRole" : "Role") \"\(grant.role.name)\""
        return "RBAC: allowed by \(binding) of \(role) to \(subject?.summary ?? "")"
    }
}
