public import KubernetesCore

/// An answer of the server, whole or as it arises.
public enum ServerResponse: Sendable {
    /// An answer whose body is known.
    case whole(APIResponse)
    /// An answer whose body is written piece by piece: a watch, or a log that is followed.
    case stream(status: Int, headers: [String: String], body: @Sendable (_ write: Writer) async throws -> Void)

    /// Takes the next piece of a body; throws where the client is gone.
    public typealias Writer = @Sendable ([UInt8]) async throws -> Void
}

/// Who sends a request.
public struct ServerUser: Sendable, Hashable {
    /// The name.
    public var name: String
    /// The groups.
    public var groups: [String]

    /// Names a user.
    public init(name: String, groups: [String]) {
        self.name = name
        self.groups = groups
    }

    /// The owner of the local cluster, who may do everything.
    public static let admin = ServerUser(
        name: "kubernetes-admin", groups: ["system:masters", "system:authenticated"])
    /// Nobody: a request without credentials.
    public static let anonymous = ServerUser(name: "system:anonymous", groups: ["system:unauthenticated"])
}
