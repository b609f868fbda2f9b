import KubernetesCore

/// Who one is and what one may do: reviews are answered and kept nowhere.
extension LocalAPIServer {
    private static let reviewKinds = [
        "authorization.k8s.io": [
            "selfsubjectaccessreviews": "SelfSubjectAccessReview", "subjectaccessreviews": "SubjectAccessReview",
            "localsubjectaccessreviews": "LocalSubjectAccessReview",
            "selfsubjectrulesreviews": "SelfSubjectRulesReview",
        ],
        "authentication.k8s.io": ["selfsubjectreviews": "SelfSubjectReview", "tokenreviews": "TokenReview"],
    ]

    /// Answers a review.
    func review(_ request: APIRequest, _ target: RequestTarget, _ user: ServerUser) throws -> APIResponse {
        guard let kind = Self.reviewKinds[target.group]?[target.plural], target.version == "v1" else {
            throw Status.resourceNotFound
        }
        guard request.method == .post, target.name == nil else { throw Status.methodNotAllowed }
        var (review, _) = try RequestBody.parse(request, kind: kind)
        if let sent = review["kind"]?.stringValue, sent != kind {
            throw Status.badRequest(
                "\(sent) in version \"v1\" cannot be handled as a \(kind): no kind \"\(sent)\" is registered")
        }
        let options = try RequestOptions(request, kind: "CreateOptions")
        let apiVersion = "\(target.group)/\(target.version)"
        review["kind"] = .string(kind)
        review["apiVersion"] = .string(apiVersion)
        if review["metadata"] == nil { review["metadata"] = [:] }
        review["status"] = nil
        let spec = review["spec"] ?? .object([:])
        let status: JSONValue
        switch kind {
        case "SelfSubjectReview":
            review["metadata"] = ["creationTimestamp": .string(now.description)]
            review["status"] = ["userInfo": Self.document(user)]
            return Self.response(review, status: 201)
        case "SelfSubjectRulesReview":
            guard let namespace = spec["namespace"]?.stringValue, !namespace.isEmpty else {
                throw Status.badRequest("no namespace on request")
            }
            review["metadata"] = [:]
            review["spec"] = [:]
            review["status"] = Self.document(rules(for: user, in: namespace))
            return Self.response(review, status: 201)
        case "TokenReview": status = try tokenStatus(spec)
        default: status = try accessStatus(spec, kind, target, user)
        }
        review = FieldManagement.trackUpdate(
            old: nil, new: review, manager: options.fieldManager, apiVersion: apiVersion, schema: .anything, now: now)
        review["status"] = status
        return Self.response(review, status: 201)
    }

    private func accessStatus(
        _ spec: JSONValue, _ kind: String, _ target: RequestTarget, _ user: ServerUser
    ) throws(Status) -> JSONValue {
        try Self.checkSubject(spec, kind)
        guard let access = AccessRequest(review: spec) else { throw Status.badRequest("spec is empty") }
        if kind == "LocalSubjectAccessReview", access.namespace != target.namespace {
            throw Status.badRequest(
                "spec.resourceAttributes.namespace must match namespace: \(target.namespace ?? "")")
        }
        func texts(_ value: JSONValue?) -> [String] { (value?.arrayValue ?? []).compactMap(\.stringValue) }
        let subject =
            kind == "SelfSubjectAccessReview"
            ? user
            : ServerUser(
                name: spec["user"]?.stringValue ?? "", uid: spec["uid"]?.stringValue, groups: texts(spec["groups"]),
                extra: (spec["extra"]?.objectValue ?? [:]).mapValues(texts))
        let decision = decision(on: access, by: subject)
        var status: JSONValue = ["allowed": .bool(decision.isAllowed)]
        if !decision.reason.isEmpty { status["reason"] = .string(decision.reason) }
        return status
    }

    private func tokenStatus(_ spec: JSONValue) throws(Status) -> JSONValue {
        let token = spec["token"]?.stringValue ?? ""
        if token.isEmpty { throw Status.badRequest("token is required for TokenReview in authentication") }
        let wanted = (spec["audiences"]?.arrayValue ?? []).compactMap(\.stringValue)
        do throws(TokenRefusal) {
            let (user, audiences) = try authenticate(
                token: token, audiences: wanted.isEmpty ? [ServiceAccountToken.issuer] : wanted)
            return [
                "authenticated": true, "user": Self.document(user),
                "audiences": .array(audiences.map { .string($0) }),
            ]
        } catch {
            return ["user": [:], "error": .string(error.message)]
        }
    }

    /// A user as reviews show it.
    private static func document(_ user: ServerUser) -> JSONValue {
        func list(_ texts: [String]) -> JSONValue { .array(texts.map { .string($0) }) }
        var document: JSONValue = ["username": .string(user.name)]
        document["uid"] = user.uid.map { .string($0) }
        if !user.groups.isEmpty { document["groups"] = list(user.groups) }
        if !user.extra.isEmpty { document["extra"] = .object(user.extra.mapValues(list)) }
        return document
    }

    private func rules(for user: ServerUser, in namespace: String) -> [PolicyRule] {
        switch configuration.authorization {
        case .rbac: engine.read { $0.access.rules(for: user, in: namespace) }
        case .alwaysAllow:
            user.isMaster || user.groups.contains(ServerUser.unauthenticated) == false
                ? DefaultRoles.everything : [DefaultRoles.publicInfo]
        }
    }

    private static func document(_ rules: [PolicyRule]) -> JSONValue {
        [
            "resourceRules": .array(rules.filter { !$0.resources.isEmpty }.map(\.document)),
            "nonResourceRules": .array(rules.filter { !$0.nonResourceURLs.isEmpty }.map(\.document)),
            "incomplete": false,
        ]
    }

    private static func checkSubject(_ spec: JSONValue, _ kind: String) throws(Status) {
        var errors: [FieldError] = []
        func isGiven(_ name: String) -> Bool { spec[name].map { $0 != .null } ?? false }
        if isGiven("resourceAttributes") == isGiven("nonResourceAttributes") {
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
}
