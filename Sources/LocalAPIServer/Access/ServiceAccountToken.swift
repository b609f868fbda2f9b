import Crypto
import Foundation
import KubernetesCore

/// What a service account's token says, and the token: a JSON Web Token signed with HMAC-SHA256, since nobody but the
/// server that signs it reads it.
struct ServiceAccountToken: Sendable, Hashable {
    /// An object with which a token ends.
    struct Bound: Sendable, Hashable {
        /// `pod`, `secret` or `node`.
        var kind: String
        var name: String
        var uid: String
    }

    /// Who issues tokens, and for whom they are where nobody else is named.
    static let issuer = "https://kubernetes.default.svc"

    var namespace: String
    var name: String
    var uid: String
    var audiences: [String]
    /// Seconds since 1970.
    var issuedAt: Int64
    var expiresAt: Int64
    /// The token's own identity.
    var id: String
    var bound: Bound?

    init(
        namespace: String, name: String, uid: String, audiences: [String], issuedAt: Int64, expiresAt: Int64,
        bound: Bound?
    ) {
        self.namespace = namespace
        self.name = name
        self.uid = uid
        self.audiences = audiences
        self.issuedAt = issuedAt
        self.expiresAt = expiresAt
        self.bound = bound
        id = UUID().uuidString.lowercased()
    }

    /// Reads a token; nil where the key did not sign it.
    init?(_ text: String, key: SymmetricKey) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0] == Self.header, let code = Base64URL.decode(parts[2]),
            let payload = Base64URL.decode(parts[1]),
            HMAC<SHA256>.isValidAuthenticationCode(
                code, authenticating: Array("\(parts[0]).\(parts[1])".utf8), using: key),
            let claims = try? JSONParser.parse(payload), let own = claims["kubernetes.io"],
            let issuedAt = claims["iat"]?.integerValue, let expiresAt = claims["exp"]?.integerValue
        else { return nil }
        func string(_ value: JSONValue?) -> String { value?.stringValue ?? "" }
        namespace = string(own["namespace"])
        name = string(own["serviceaccount"]?["name"])
        uid = string(own["serviceaccount"]?["uid"])
        audiences = (claims["aud"]?.arrayValue ?? []).compactMap(\.stringValue)
        self.issuedAt = issuedAt
        self.expiresAt = expiresAt
        id = string(claims["jti"])
        for kind in ["pod", "secret", "node"] {
            guard let object = own[kind] else { continue }
            bound = Bound(kind: kind, name: string(object["name"]), uid: string(object["uid"]))
        }
    }

    private static let header = Base64URL.encode(Array(#"{"alg":"HS256","typ":"JWT"}"#.utf8))

    /// The token.
    func signed(with key: SymmetricKey) -> String {
        var own: JSONValue = [
            "namespace": .string(namespace), "serviceaccount": ["name": .string(name), "uid": .string(uid)],
        ]
        if let bound { own[bound.kind] = ["name": .string(bound.name), "uid": .string(bound.uid)] }
        let claims: JSONValue = [
            "iss": .string(Self.issuer), "sub": .string(user.name), "aud": .array(audiences.map { .string($0) }),
            "iat": .integer(issuedAt), "nbf": .integer(issuedAt), "exp": .integer(expiresAt), "jti": .string(id),
            "kubernetes.io": own,
        ]
        let text = "\(Self.header).\(Base64URL.encode(JSONWriter.bytes(claims)))"
        let code = HMAC<SHA256>.authenticationCode(for: Array(text.utf8), using: key)
        return "\(text).\(Base64URL.encode(Array(code)))"
    }

    /// Whom the token proves.
    var user: ServerUser {
        var user = ServerUser.serviceAccount(name, in: namespace)
        user.uid = uid
        let prefix = "authentication.kubernetes.io/"
        user.extra["\(prefix)credential-id"] = ["JTI=\(id)"]
        if let bound, bound.kind != "secret" {
            user.extra["\(prefix)\(bound.kind)-name"] = [bound.name]
            user.extra["\(prefix)\(bound.kind)-uid"] = [bound.uid]
        }
        return user
    }
}

/// Base64 with the alphabet of URLs and without padding.
private enum Base64URL {
    static func encode(_ bytes: [UInt8]) -> String {
        Data(bytes).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }

    static func decode(_ text: Substring) -> [UInt8]? {
        var base64 = text.replacing("-", with: "+").replacing("_", with: "/")
        base64 += String(repeating: "=", count: (4 - base64.count % 4) % 4)
        guard let data = Data(base64Encoded: String(base64)) else { return nil }
        return Array(data)
    }
}
