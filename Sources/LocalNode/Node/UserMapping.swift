import Foundation
import KubernetesCore

/// The user and group as which a container's program sees itself.
///
/// Outside it is the user who runs the node: the sandbox's user namespace maps one to the other.
struct UserMapping: Sendable, Hashable {
    var user: UInt32
    var group: UInt32

    /// What a container's `securityContext`, else its pod's, asks for; nil where it asks for nobody.
    init?(_ container: ContainerManifest.SecurityContext?, pod: ContainerManifest.SecurityContext?) {
        guard let user = (container?.runAsUser ?? pod?.runAsUser).flatMap({ UInt32(exactly: $0) }) else { return nil }
        self.user = user
        group = (container?.runAsGroup ?? pod?.runAsGroup).flatMap { UInt32(exactly: $0) } ?? 0
    }

    init(user: UInt32, group: UInt32) {
        self.user = user
        self.group = group
    }

    /// The files of accounts as the container has them, by path: the host's, with the user's own line in place of whatever
    /// the host has for its number, and without passwords.
    ///
    /// Programs that ask for their user's name and home, as OpenSSH does, end where there is no such line; and a user whom
    /// the host has locked out could not log in.
    func files(read: (_ path: String) -> String?) -> [String: String] {
        var files = [
            "/etc/passwd": Self.replacing(
                "fairlead:x:\(user):\(group):fairlead:/fairlead/home:/bin/sh", number: user,
                in: read("/etc/passwd") ?? ""),
            "/etc/group": Self.replacing("fairlead:x:\(group):", number: group, in: read("/etc/group") ?? ""),
        ]
        for path in ["/etc/shadow", "/etc/gshadow"] where read(path) != nil { files[path] = "" }
        return files
    }

    private static func replacing(_ line: String, number: UInt32, in text: String) -> String {
        let others = text.split(separator: "\n").filter { line in
            let fields = line.split(separator: ":", omittingEmptySubsequences: false)
            return fields.count < 3 || fields[2] != String(number) && fields[0] != "fairlead"
        }
        return ([Substring(line)] + others).joined(separator: "\n") + "\n"
    }
}
