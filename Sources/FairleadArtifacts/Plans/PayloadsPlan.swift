/// What `fairlead artifacts payloads` collects, and where it keeps it.
struct PayloadsPlan: Sendable, Hashable, Codable {
    var remotes: [RemotePrefix]?
    /// The folder for the files.
    var uri: String
    /// Where that folder is mounted; it is uploaded to where this is left out.
    var path: String?
    /// Where files wait until they are stored: what is there outlives the container.
    var spool: String
    /// The port at which events come in, at the pod's address.
    var port: Int
    /// The most bytes of a file: 8 MiB unless it says otherwise; one event more may stand in it.
    var fileBytes: Int?
    /// The seconds after which a file is stored however little is in it: 60 unless it says otherwise.
    var fileSeconds: Double?
    /// The most bytes that wait: 512 MiB unless it says otherwise.
    var spoolBytes: Int?
    /// The pod's termination grace period: 120 unless it says otherwise.
    var graceSeconds: Double?
    /// For how long after SIGTERM events are still taken, while the routers hear of it: 2 unless it says otherwise.
    var lingerSeconds: Double?
    /// After how long without a byte a copy is given up.
    var stallSeconds: Double?
}
