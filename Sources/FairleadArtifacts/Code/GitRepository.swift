import Foundation
import Synchronization

/// Brings a repository, at a ref or a commit, into a folder.
struct GitRepository: Sendable {
    var url: String
    var environment: [String: String]
    /// After how long without progress a transfer is given up.
    var stall: Duration

    /// Checks the commit out and returns its name.
    ///
    /// - Parameters:
    ///   - wanted: A branch, a tag or a commit; nil for the default branch.
    ///   - folder: Where the repository goes; may hold what an earlier attempt left.
    func checkOut(_ wanted: String?, in folder: String) async throws -> String {
        let wanted = wanted ?? "HEAD"
        for text in [url, wanted] where text.isEmpty || text.hasPrefix("-") {
            throw ArtifactFailure(.invalidPlan, "\"\(text)\" is neither a repository nor a ref")
        }
        let access = try SSHAccess(to: url, environment: environment, stall: stall)
        defer { access?.remove() }
        let remote = access?.address ?? url
        try await git(["init", "--quiet", "--template=", "--", folder])
        let inside = ["-C", folder]
        do {
            try await git(inside + ["fetch", "--quiet", "--no-tags", "--depth", "1", "--", remote, wanted])
            try await git(inside + ["checkout", "--quiet", "--detach", "--force", "FETCH_HEAD"])
        } catch let failure as ArtifactFailure where failure.reason == .notFound && Self.isCommit(wanted) {
            // A server may give commits only along with a branch, and knows no short names.
            try await git(
                inside + [
                    "fetch", "--quiet", "--no-tags", "--", remote, "+refs/heads/*:refs/remotes/origin/*",
                    "+refs/tags/*:refs/tags/*",
                ])
            try await git(inside + ["checkout", "--quiet", "--detach", "--force", wanted])
        }
        let commit = try await git(inside + ["rev-parse", "HEAD"])
        return commit.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    private static func isCommit(_ text: String) -> Bool {
        (7...64).contains(text.utf8.count) && text.allSatisfy(\.isHexDigit)
    }

    /// The environment of every call: no questions, no helper programs, and credentials for this host alone.
    private var variables: [String: String] {
        var settings = [
            // The folder may belong to another user than this one: a volume's owner is the kubelet's business.
            ("safe.directory", "*"), ("advice.detachedHead", "false"), ("gc.auto", "0"),
            ("http.lowSpeedLimit", "1"), ("http.lowSpeedTime", String(max(1, stall.components.seconds))),
        ]
        if let password = environment["FAIRLEAD_GIT_PASSWORD"], let base = Self.base(url) {
            let user = environment["FAIRLEAD_GIT_USERNAME"] ?? "git"
            let value = Data("\(user):\(password)".utf8).base64EncodedString()
            settings.append(("http.\(base).extraHeader", "Authorization: Basic \(value)"))
        }
        var variables = environment
        let hasKey = variables[SSHAccess.key] != nil
        for name in ["FAIRLEAD_GIT_PASSWORD", SSHAccess.key, SSHAccess.hosts] { variables[name] = nil }
        variables["GIT_TERMINAL_PROMPT"] = "0"
        variables["GIT_ALLOW_PROTOCOL"] = "https:http:ssh:git:file" + (hasKey ? ":ext" : "")
        variables["GIT_CONFIG_COUNT"] = String(settings.count)
        for (index, setting) in settings.enumerated() {
            variables["GIT_CONFIG_KEY_\(index)"] = setting.0
            variables["GIT_CONFIG_VALUE_\(index)"] = setting.1
        }
        variables["LC_ALL"] = "C"
        if variables["HOME"] == nil { variables["HOME"] = "/nonexistent" }
        return variables
    }

    /// The part of a URL that names its host: `https://git.acme.dev/`.
    private static func base(_ url: String) -> String? {
        guard url.hasPrefix("https://") || url.hasPrefix("http://"), let parsed = URLComponents(string: url),
            let scheme = parsed.scheme, let host = parsed.host
        else { return nil }
        return "\(scheme)://\(host)\(parsed.port.map { ":\($0)" } ?? "")/"
    }

    @discardableResult
    private func git(_ arguments: [String]) async throws -> String {
        let said = Mutex<[String]>([])
        let ended = try await ToolRun(program: "git", arguments: arguments, environment: variables).run { line in
            said.withLock { lines in
                if !line.isEmpty { lines = (lines + [line]).suffix(4) }
            }
        }
        guard ended.exitCode == 0 else {
            let text = said.withLock { $0 }.joined(separator: "; ")
            throw ArtifactFailure(Self.reason(text), text.isEmpty ? "git ended with exit code \(ended.exitCode)" : text)
        }
        return ended.output
    }

    private static func reason(_ text: String) -> ArtifactFailure.Reason {
        let text = text.lowercased()
        func tells(_ signs: String...) -> Bool { signs.contains { text.contains($0) } }
        if tells(
            "authentication failed", "could not read username", "could not read password", "permission denied",
            "error: 401", "error: 403", "access denied", "host key verification failed", "no user exists for uid")
        {
            return .denied
        }
        if tells(
            "couldn't find remote ref", "not found", "does not exist", "does not appear to be a git repository",
            "not our ref", "unadvertised object", "did not match any", "unknown revision", "reference is not a tree",
            "not a valid object name")
        {
            return .notFound
        }
        return .storeFailed
    }
}
