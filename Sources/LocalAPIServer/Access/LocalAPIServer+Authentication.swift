import Foundation
import KubernetesCore

extension LocalAPIServer {
    /// Who sends a request by its `Authorization`.
    func authenticate(_ request: APIRequest) throws(Status) -> ServerUser {
        guard let header = request.header("authorization") else { return .anonymous }
        let parts = header.split(separator: " ", maxSplits: 1).map(String.init)
        guard parts.count == 2, parts[0].lowercased() == "bearer" else { return .anonymous }
        do throws(TokenRefusal) {
            return try authenticate(token: parts[1].trimmed, audiences: [ServiceAccountToken.issuer]).user
        } catch {
            throw Status.unauthorized
        }
    }

    /// Why a token proves nobody.
    struct TokenRefusal: Error {
        var message: String
    }

    /// Whom a token proves, and for which of the audiences.
    func authenticate(
        token text: String, audiences: [String]
    ) throws(TokenRefusal) -> (user: ServerUser, audiences: [String]) {
        if let user = configuration.tokens[text] {
            // Whose token names no audience is for the server alone.
            let shared = audiences.filter { $0 == ServiceAccountToken.issuer }
            if shared.isEmpty { throw TokenRefusal(message: "invalid bearer token") }
            return (user, shared)
        }
        guard let token = ServiceAccountToken(text, key: signingKey) else {
            throw TokenRefusal(message: "invalid bearer token")
        }
        let shared = audiences.filter { token.audiences.contains($0) }
        if shared.isEmpty {
            func list(_ texts: [String]) -> String { "[\(texts.map { "\"\($0)\"" }.joined(separator: " "))]" }
            throw TokenRefusal(
                message: "[invalid bearer token, token audiences \(list(token.audiences)) is invalid for the target "
                    + "audiences \(list(audiences))]")
        }
        guard now.secondsSince1970 < token.expiresAt else {
            throw TokenRefusal(message: "[invalid bearer token, service account token has expired]")
        }
        func isThere(_ collection: String, _ namespace: String?, _ name: String, _ uid: String) -> Bool {
            let place = ObjectReference(collection: collection, key: ObjectKey(namespace: namespace, name: name))
            return engine.read { $0.object(place)?.image.attributes.uid == uid }
        }
        let isAccountThere = isThere("serviceaccounts", token.namespace, token.name, token.uid)
        let isBoundThere = token.bound.map { bound in
            isThere("\(bound.kind)s", bound.kind == "node" ? nil : token.namespace, bound.name, bound.uid)
        }
        guard isAccountThere, isBoundThere != false else {
            throw TokenRefusal(message: "[invalid bearer token, service account token has been invalidated]")
        }
        return (token.user, shared)
    }

    /// Who is meant where a user speaks for another (`Impersonate-User` and its kin).
    ///
    /// - Throws: 400 without a user's name, 403 where the user may not.
    func impersonate(_ request: APIRequest, _ user: ServerUser, for access: AccessRequest) throws(Status) -> ServerUser
    {
        guard let wanted = try Impersonation(request) else { return user }
        let decisions = wanted.requests.map { ($0, decision(on: $0, by: user)) }
        if decisions.allSatisfy(\.1.isAllowed) { return wanted.user }
        for request in wanted.constrainedRequests(for: access) { try authorize(request, user) }
        return wanted.user
    }

    /// `POST` on a service account's token.
    func serviceAccountToken(
        _ request: APIRequest, _ key: ObjectKey, _ resource: ServedResource
    ) throws -> APIResponse {
        var (review, _) = try RequestBody.parse(request, kind: "TokenRequest")
        let options = try RequestOptions(request, kind: "CreateOptions")
        let place = ObjectReference(collection: resource.collection, key: key)
        guard let account = engine.read({ $0.object(place) }) else { throw Status.notFound(resource, key.name) }
        let seconds = review["spec"]?["expirationSeconds"]?.integerValue ?? 3600
        review["spec"] = review["spec"]?.objectValue.map { .object($0) } ?? [:]
        review[path: ["spec", "expirationSeconds"]] = .integer(seconds)
        try Self.checkLifetime(seconds)
        let bound = try boundObject(review["spec"]?["boundObjectRef"], for: key)
        let sent = (review["spec"]?["audiences"]?.arrayValue ?? []).compactMap(\.stringValue)
        let now = self.now
        let token = ServiceAccountToken(
            namespace: key.namespace ?? "", name: key.name, uid: account.image.attributes.uid,
            audiences: sent.isEmpty ? [ServiceAccountToken.issuer] : sent, issuedAt: now.secondsSince1970,
            expiresAt: now.secondsSince1970 + seconds, bound: bound)
        review["kind"] = "TokenRequest"
        review["apiVersion"] = "authentication.k8s.io/v1"
        if sent.isEmpty { review[path: ["spec", "audiences"]] = nil }
        review["status"] = nil
        review["metadata"] = [
            "name": .string(key.name), "namespace": .string(key.namespace ?? ""),
            "uid": .string(account.image.attributes.uid), "creationTimestamp": .string(now.description),
        ]
        review = FieldManagement.trackUpdate(
            old: nil, new: review, manager: options.fieldManager, subresource: "token",
            apiVersion: "authentication.k8s.io/v1", schema: .anything, now: now)
        review[path: ["spec", "audiences"]] = .array(token.audiences.map { .string($0) })
        if bound == nil { review[path: ["spec", "boundObjectRef"]] = .null }
        review["status"] = [
            "token": .string(options.isDryRun ? "" : token.signed(with: signingKey)),
            "expirationTimestamp": .string(Time(Date(timeIntervalSince1970: Double(token.expiresAt))).description),
        ]
        return Self.response(review, status: 201)
    }

    private static func checkLifetime(_ seconds: Int64) throws(Status) {
        let problem: String
        switch seconds {
        case ..<600: problem = "may not specify a duration less than 10 minutes"
        case ...(1 << 32): return
        default: problem = "may not specify a duration larger than 2^32 seconds"
        }
        throw FieldError.status(
            kind: "TokenRequest", group: "authentication.k8s.io", name: "",
            errors: [.invalid("spec.expirationSeconds", .integer(seconds), problem)])
    }

    /// The object with which a token is to end.
    private func boundObject(
        _ reference: JSONValue?, for account: ObjectKey
    ) throws(Status) -> ServiceAccountToken.Bound? {
        guard let reference, reference != .null else { return nil }
        let kind = reference["kind"]?.stringValue ?? ""
        let name = reference["name"]?.stringValue ?? ""
        guard ["Pod", "Secret", "Node"].contains(kind), reference["apiVersion"]?.stringValue == "v1",
            let resource = builtin("\(kind.lowercased())s")
        else {
            throw Status.badRequest(
                "cannot bind token to a type: \(reference["apiVersion"]?.stringValue ?? ""), Kind=\(kind)")
        }
        let key = ObjectKey(namespace: kind == "Node" ? nil : account.namespace, name: name)
        let place = ObjectReference(collection: resource.collection, key: key)
        guard let live = engine.read({ $0.object(place) }) else { throw Status.notFound(resource, name) }
        let uid = live.image.attributes.uid
        if let wanted = reference["uid"]?.stringValue, !wanted.isEmpty, wanted != uid {
            throw Status.conflict(
                resource, name,
                "the UID in the bound object reference (\(wanted)) does not match the UID in record. The object might "
                    + "have been deleted and then recreated")
        }
        if kind == "Pod" {
            let user = live.value["spec"]?["serviceAccountName"]?.stringValue ?? "default"
            guard user == account.name else {
                throw Status.badRequest(
                    "cannot bind token for serviceaccount \"\(account.name)\" to pod running with different "
                        + "serviceaccount name.")
            }
        }
        return ServiceAccountToken.Bound(kind: kind.lowercased(), name: name, uid: uid)
    }
}
