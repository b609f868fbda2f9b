/// Where a program's code comes from: a git repository, or files at a URI; it becomes the working directory.
public struct CodeSource: Sendable, Hashable, Codable {
    /// The repository's URL, which may hold `$(…)`; this or `uri`.
    public var git: String?
    /// The branch, tag or commit, resolved to a commit once a run; the default branch where it is left out.
    public var ref: String?
    /// The folder in it that becomes the working directory.
    public var path: String?
    /// A folder, which may hold `$(…)`; this or `git`.
    public var uri: String?

    /// Names a git repository.
    public init(git: String, ref: String? = nil, path: String? = nil) {
        self.git = git
        self.ref = ref
        self.path = path
    }

    /// Names files.
    public init(uri: String, path: String? = nil) {
        self.uri = uri
        self.path = path
    }

    /// The repository's URL, by which its Connection is found: `git@host:path` is short for `ssh://git@host/path`.
    public static func url(ofRepository git: String) -> String {
        guard !git.contains("://"), let colon = git.firstIndex(of: ":"), !git[..<colon].contains("/") else {
            return git
        }
        let path = git[git.index(after: colon)...].drop { $0 == "/" }
        return "ssh://\(git[..<colon])/\(path)"
    }

    enum CodingKeys: String, CodingKey, CaseIterable { case git, ref, path, uri }
}
