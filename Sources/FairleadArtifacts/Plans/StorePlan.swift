/// What `fairlead artifacts store` keeps of what a pod's program writes.
struct StorePlan: Sendable, Hashable, Codable {
    struct Artifact: Sendable, Hashable, Codable {
        var name: String
        var uri: String
        /// Where the program writes it.
        var path: String
        /// Whether `path` is the place where it stays, so that nothing is copied.
        var inPlace: Bool?
    }

    /// The program's log, which the API server has.
    struct Log: Sendable, Hashable, Codable {
        var uri: String
        /// The file that it becomes; a file of its own, which is then copied, where it is left out.
        var path: String?
    }

    struct Checkpoint: Sendable, Hashable, Codable {
        var uri: String
        var path: String
        /// The seconds between two saves while the program runs: 300 unless it says otherwise.
        var every: Double?
        /// How many generations are kept: 2 unless it says otherwise.
        var keep: Int?
    }

    var remotes: [RemotePrefix]?
    var artifacts: [Artifact]?
    var checkpoint: Checkpoint?
    var log: Log?
    /// The pod's termination grace period, which bounds all that follows SIGTERM: 30 unless it says otherwise.
    var graceSeconds: Double?
    /// After how long without a byte a copy is given up.
    var stallSeconds: Double?
}
