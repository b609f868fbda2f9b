import KubernetesCore

extension LocalAPIServer {
    /// Answers who one is and what one may do: the cluster's owner everything, nobody else anything.
    func review(_ request: APIRequest, _ target: RequestTarget, _ user: ServerUser) throws -> APIResponse {
        let kinds = [
            "selfsubjectaccessreviews": "SelfSubjectAccessReview", "subjectaccessreviews": "SubjectAccessReview",
            "localsubjectaccessreviews": "LocalSubjectAccessReview",
            "selfsubjectrulesreviews": "SelfSubjectRulesReview",
            "selfsubjectreviews": "SelfSubjectReview", "tokenreviews": "TokenReview",
        ]
        guard let kind = kinds[target.plural], target.version == "v1" else { throw Status.resourceNotFound }
        guard request.method == .post, target.name == nil else { throw Status.methodNotAllowed }
        var (review, _) = try RequestBody.parse(request, kind: kind)
        let apiVersion = "\(target.group)/\(target.version)"
        if let sent = review["kind"]?.stringValue, sent != kind {
            throw Status.badRequest(
                "\(sent) in version \"v1\" cannot be handled as a \(kind): no kind \"\(sent)\" is registered")
        }
        review["kind"] = .string(kind)
        review["apiVersion"] = .string(apiVersion)
        if review["metadata"] == nil { review["metadata"] = [:] }
        let spec = review["spec"] ?? .object([:])
        switch kind {
        case "SelfSubjectReview":
            let groups = JSONValue.array(user.groups.map { .string($0) })
            review["status"] = ["userInfo": ["username": .string(user.name), "groups": groups]]
        case "TokenReview":
            let token = spec["token"]?.stringValue ?? ""
            let isKnown = configuration.tokens.contains(token)
            review["status"] =
                isKnown
                ? ["authenticated": true, "user": ["username": .string(ServerUser.admin.name)]]
                : ["authenticated": false, "user": [:], "error": "invalid bearer token"]
        case "SelfSubjectRulesReview":
            guard spec["namespace"]?.stringValue?.isEmpty == false else {
                throw Status.badRequest("no namespace on request")
            }
            review["spec"] = [:]
            review["status"] = Self.rules(isOwner: user.groups.contains("system:masters"))
        default:
            try Self.checkSubject(spec, kind)
            review["status"] = ["allowed": .bool(Self.isAllowed(spec, kind, user))]
        }
        return Self.response(review, status: 201)
    }

    private static func isAllowed(_ spec: JSONValue, _ kind: String, _ user: ServerUser) -> Bool {
        if kind == "SelfSubjectAccessReview" { return user.groups.contains("system:masters") }
        let groups = (spec["groups"]?.arrayValue ?? []).compactMap(\.stringValue)
        return groups.contains("system:masters") || spec["user"]?.stringValue == ServerUser.admin.name
    }

    private static func checkSubject(_ spec: JSONValue, _ kind: String) throws(Status) {
        var errors: [FieldError] = []
        if (spec["resourceAttributes"] == nil) == (spec["nonResourceAttributes"] == nil) {
            errors.append(
                .invalid(
                    "spec.resourceAttributes", .null,
                    "exactly one of nonResourceAttributes or resourceAttributes must be specified"))
        }
        if kind != "SelfSubjectAccessReview", (spec["user"]?.stringValue ?? "").isEmpty,
            spec["groups"]?.arrayValue?.isEmpty ?? true
        {
            errors.append(.invalid("spec.user", "", "at least one of user or group must be specified"))
        }
        if errors.isEmpty { return }
        var status = FieldError.status(kind: "", group: "authorization.k8s.io", name: "", errors: errors)
        status.details?.kind = nil
        throw status
    }

    private static func rules(isOwner: Bool) -> JSONValue {
        let everything: JSONValue = ["verbs": ["*"], "apiGroups": ["*"], "resources": ["*"]]
        let paths: JSONValue = ["verbs": ["*"], "nonResourceURLs": ["*"]]
        return [
            "resourceRules": isOwner ? [everything] : [], "nonResourceRules": isOwner ? [paths] : [],
            "incomplete": false,
        ]
    }
}
