/// How URIs of one prefix are reached: through a remote that the environment describes to rclone, or on a mounted path.
struct RemotePrefix: Sendable, Hashable, Codable {
    /// What the URIs begin with: `s3://raw/`.
    var prefix: String
    /// The remote, whose options are the variables `RCLONE_CONFIG_<REMOTE>_…`; nil for a path of this container.
    var remote: String?
    /// What stands in the prefix' place there; what follows the URI's scheme where it is left out.
    var root: String?
}
