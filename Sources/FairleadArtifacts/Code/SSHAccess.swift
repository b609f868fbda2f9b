import Foundation

/// The way to a repository by ssh, with a key and the keys of the hosts that may answer.
///
/// Fairlead's own image has no shell, without which git gives ssh no options: so git is given what it connects by as an
/// `ext::` address, which it starts as it is.
struct SSHAccess: Sendable {
    /// The address for git.
    let address: String
    private let folder: URL

    /// The variable that brings the private key.
    static let key = "FAIRLEAD_GIT_SSH_KEY"
    /// The variable that brings the keys of the hosts that may answer.
    static let hosts = "FAIRLEAD_GIT_KNOWN_HOSTS"

    /// Writes the keys down where ssh finds them; nil where there is no key, or the URL is not one of ssh.
    ///
    /// - Throws: `ArtifactFailure`.
    init?(to url: String, environment: [String: String], stall: Duration) throws {
        guard let key = environment[Self.key], let place = Place(url) else { return nil }
        guard place.isSafe else { throw ArtifactFailure(.invalidPlan, "\"\(url)\" names no host") }
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("fairlead-ssh-\(UUID().uuidString)")
        let seconds = max(1, stall.components.seconds)
        var options = [
            "-F", "/dev/null", "-i", folder.path + "/key", "-o", "IdentitiesOnly=yes", "-o", "BatchMode=yes",
            "-o", "StrictHostKeyChecking=yes", "-o", "UserKnownHostsFile=" + folder.path + "/hosts",
            "-o", "GlobalKnownHostsFile=/dev/null", "-o", "ConnectTimeout=\(min(30, seconds))",
            "-o", "ServerAliveInterval=\(max(1, seconds / 3))",
        ]
        if let user = place.user { options += ["-l", user] }
        if let port = place.port { options += ["-p", port] }
        let quoted = place.path.replacingOccurrences(of: "'", with: "'\\''")
        let arguments = (["ssh"] + options + [place.host]).map(Self.escaped)
        address = "ext::\(arguments.joined(separator: " ")) %S% '\(Self.escaped(quoted))'"
        do {
            try FileManager.default.createDirectory(
                at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
            for (name, text) in [("key", key), ("hosts", environment[Self.hosts] ?? "")] {
                // Without the end of its last line a key is none.
                let data = Data((text.hasSuffix("\n") ? text : text + "\n").utf8)
                let file = folder.appendingPathComponent(name).path
                guard
                    FileManager.default.createFile(
                        atPath: file, contents: data, attributes: [.posixPermissions: 0o600])
                else { throw ArtifactFailure(.storeFailed, "\(file) can't be written") }
            }
        } catch {
            remove()
            throw error
        }
    }

    /// Removes the keys.
    func remove() { try? FileManager.default.removeItem(at: folder) }

    /// An argument as an `ext::` address takes it.
    private static func escaped(_ text: String) -> String {
        text.replacingOccurrences(of: "%", with: "%%").replacingOccurrences(of: " ", with: "% ")
    }

    /// What a URL of ssh, or `user@host:path`, names.
    private struct Place {
        var user: String?
        var host: String
        var port: String?
        var path: String

        /// Whether ssh can take no part of it for an option.
        var isSafe: Bool { !host.isEmpty && !host.hasPrefix("-") && !path.isEmpty }

        init?(_ url: String) {
            var rest = Substring(url)
            let isURL = url.hasPrefix("ssh://")
            if isURL {
                rest = rest.dropFirst("ssh://".count)
            } else if url.contains("://") || url.contains("::") {
                return nil
            }
            guard let end = rest.firstIndex(of: isURL ? "/" : ":") else { return nil }
            var authority = rest[..<end]
            if authority.contains("/") { return nil }
            if let at = authority.lastIndex(of: "@") {
                user = String(authority[..<at])
                authority = authority[authority.index(after: at)...]
            }
            path = String(isURL ? rest[end...] : rest[rest.index(after: end)...])
            // A home directory is named without the slash before it.
            if isURL, path.hasPrefix("/~") { path.removeFirst() }
            if isURL, let colon = authority.lastIndex(of: ":"), authority[colon...].dropFirst().allSatisfy(\.isNumber) {
                port = String(authority[colon...].dropFirst())
                authority = authority[..<colon]
            }
            if authority.hasPrefix("["), authority.hasSuffix("]") { authority = authority.dropFirst().dropLast() }
            host = String(authority)
        }
    }
}
