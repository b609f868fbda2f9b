import KubernetesCore

extension LocalAPIServer {
    /// What decides who may do what.
    public enum Authorization: String, Sendable, Hashable, CaseIterable {
        /// Whoever is known may do everything; whoever is not may see what is public.
        case alwaysAllow = "AlwaysAllow"
        /// The roles in the cluster.
        case rbac = "RBAC"
    }

    /// Whether a user may do something.
    func decision(on request: AccessRequest, by user: ServerUser) -> AccessPolicy.Decision {
        if user.isMaster { return AccessPolicy.Decision(isAllowed: true) }
        switch configuration.authorization {
        case .rbac: return engine.read { $0.access.decision(on: request, by: user) }
        case .alwaysAllow:
            let isKnown = !user.groups.contains(ServerUser.unauthenticated)
            return AccessPolicy.Decision(isAllowed: isKnown || DefaultRoles.publicInfo.allows(request))
        }
    }

    /// Refuses what a user may not do.
    func authorize(_ request: AccessRequest, _ user: ServerUser) throws(Status) {
        let decision = decision(on: request, by: user)
        guard decision.isAllowed else { throw request.denial(to: user, reason: decision.reason) }
    }

    /// Refuses to make an object to those who may only change it, as an apply would.
    func authorizeCreation(_ key: ObjectKey, _ resource: ServedResource) throws(Status) {
        guard let user = ServerUser.current else { return }
        let request = AccessRequest(
            verb: "create", group: resource.type.gvk.group, resource: resource.type.plural, name: key.name,
            namespace: key.namespace)
        try authorize(request, user)
    }

    /// Makes the roles and the bindings that every cluster has; those that are there stay as they are.
    func makeDefaultRoles() async throws {
        let options = RequestOptions(fieldManager: "kube-apiserver")
        for (collection, objects) in [
            ("clusterroles", DefaultRoles.clusterRoles), ("clusterrolebindings", DefaultRoles.clusterRoleBindings),
        ] {
            guard let resource = builtin("\(collection).rbac.authorization.k8s.io") else { continue }
            for object in objects { try await createQuietly(object, resource, options) }
        }
        try await aggregateClusterRoles()
    }

    /// Gives each role with an aggregation rule the rules of the roles that it selects, until nothing changes.
    func aggregateClusterRoles() async throws {
        let collection = "clusterroles.rbac.authorization.k8s.io"
        guard let resource = builtin(collection) else { return }
        let options = RequestOptions(fieldManager: "clusterrole-aggregation-controller")
        // A role of roles of roles takes a round for each; more of them are a circle.
        for _ in 0..<8 {
            let page = engine.read { store in
                store.page(
                    of: collection, namespace: nil, at: nil, after: nil, limit: nil, matches: { _ in true })
            }
            let roles = (page?.images ?? []).map { ($0, $0.parsed()) }
            var isChanged = false
            for (image, role) in roles {
                guard let selectors = role["aggregationRule"]?["clusterRoleSelectors"]?.arrayValue else { continue }
                let rules = Self.aggregatedRules(selectors, of: roles, except: image.key)
                if rules == role["rules"]?.arrayValue ?? [] { continue }
                isChanged = true
                do {
                    _ = try await update(image.key, resource, options) { old in
                        var new = old
                        new["rules"] = .array(rules)
                        return new
                    }
                } catch let failure as Status where failure.code == 404 || failure.code == 409 {}
            }
            if !isChanged { return }
        }
    }

    private static func aggregatedRules(
        _ selectors: [JSONValue], of roles: [(ObjectImage, JSONValue)], except key: ObjectKey
    ) -> [JSONValue] {
        var rules: [JSONValue] = []
        for selector in selectors.compactMap({ LabelSelector($0) }) {
            for (image, role) in roles where image.key != key && selector.matches(image.attributes.labels) {
                for rule in role["rules"]?.arrayValue ?? [] where !rules.contains(rule) { rules.append(rule) }
            }
        }
        return rules
    }
}

/// Nobody gives away what he does not have.
extension LocalAPIServer {
    /// Refuses a role or a binding that gives more than its writer may do.
    func checkEscalation(_ new: JSONValue, old: JSONValue?, _ resource: ServedResource) throws(Status) {
        guard resource.type.gvk.group == "rbac.authorization.k8s.io", configuration.authorization == .rbac,
            let user = ServerUser.current, !user.isMaster
        else { return }
        let name = new["metadata"]?["name"]?.stringValue ?? ""
        let namespace = new["metadata"]?["namespace"]?.stringValue
        let rules: [PolicyRule]
        if let reference = new["roleRef"] {
            if new["subjects"] == old?["subjects"], reference == old?["roleRef"] { return }
            let roleName = reference["name"]?.stringValue ?? ""
            let plural = reference["kind"]?.stringValue == "ClusterRole" ? "clusterroles" : "roles"
            let binding = AccessRequest(
                verb: "bind", group: resource.type.gvk.group, resource: plural, name: roleName, namespace: namespace)
            if decision(on: binding, by: user).isAllowed { return }
            let role = ObjectKey(namespace: plural == "roles" ? namespace : nil, name: roleName)
            guard let found = engine.read({ $0.access.rules(of: role) }) else {
                throw Status(
                    code: 404, reason: "NotFound",
                    message: "\(plural).rbac.authorization.k8s.io \"\(roleName)\" not found",
                    details: Status.Details(name: roleName, group: resource.type.gvk.group, kind: plural))
            }
            rules = found
        } else {
            let everything = new["aggregationRule"] == old?["aggregationRule"] ? [] : DefaultRoles.everything
            if new["rules"] == old?["rules"], everything.isEmpty { return }
            let escalation = AccessRequest(
                verb: "escalate", group: resource.type.gvk.group, resource: resource.type.plural, name: name,
                namespace: namespace)
            if decision(on: escalation, by: user).isAllowed { return }
            rules = everything + (new["rules"]?.arrayValue ?? []).map(PolicyRule.init)
        }
        let missing = rules.filter { rule in
            !rule.requests(in: namespace).allSatisfy { decision(on: $0, by: user).isAllowed }
        }
        guard !missing.isEmpty else { return }
        let groups = user.groups.map { "\"\($0)\"" }.joined(separator: " ")
        throw Status.forbidden(
            resource, name,
            "user \"\(user.name)\" (groups=[\(groups)]) is attempting to grant RBAC permissions not currently held:\n"
                + missing.map(\.summary).joined(separator: "\n"))
    }
}
