import KubernetesCore

/// What `fairlead artifacts fetch` brings into a pod before its program starts.
struct FetchPlan: Sendable, Hashable, Codable {
    /// One input: a URI, those of a mapped task's items, or a value.
    struct Input: Sendable, Hashable, Codable {
        var name: String
        var uri: String?
        /// The URIs of items, which go to `path/0`, `path/1`, …; null for an item that has none.
        var uris: [String?]?
        /// A value, of which a JSON file is made: null where there is neither a URI nor this.
        var json: JSONValue?
        /// Where it goes: a file where the URI is a file, otherwise a folder.
        var path: String
        /// Whether a file goes into a folder of that path, under its own name, as servers of models look for it.
        var inFolder: Bool?
        /// Whether it is mounted there already, and only its digest is looked at.
        var inPlace: Bool?
        /// What its content must have: `sha256:…`.
        var digest: String?
        /// Whether it may be absent.
        var optional: Bool?
    }

    /// A repository at a commit, or files.
    struct Code: Sendable, Hashable, Codable {
        var git: String?
        var ref: String?
        var commit: String?
        /// The folder in the repository that must be there.
        var path: String?
        var uri: String?
    }

    /// What earlier attempts saved.
    struct Checkpoint: Sendable, Hashable, Codable {
        var uri: String
        var path: String
    }

    var remotes: [RemotePrefix]?
    var inputs: [Input]?
    var code: Code?
    /// Where the code goes.
    var codePath: String?
    var checkpoint: Checkpoint?
    /// After how long without a byte a copy is given up.
    var stallSeconds: Double?
    /// How often each copy is tried.
    var attempts: Int?
}
