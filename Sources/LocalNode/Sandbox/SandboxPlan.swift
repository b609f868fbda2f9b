/// What a container sees of the host's files, as a value: the command line of bubblewrap follows from it.
///
/// The root is empty and writable, with the host's own folders in it read-only; what the pod mounts lies on top. So
/// a mount point may stand anywhere, whether the host has it or not.
struct SandboxPlan: Sendable, Hashable {
    /// A folder or file of the host, at its place in the container.
    struct Mount: Sendable, Hashable {
        var source: String
        var target: String
        var isReadOnly = false
    }

    /// An entry of the host's root folder.
    struct RootEntry: Sendable, Hashable {
        var name: String
        /// What it points to, where it is a symbolic link.
        var link: String?
    }

    /// One step of making the container's file system, in order.
    enum Step: Sendable, Hashable {
        case mount(Mount)
        /// An empty folder that hides what the host has there.
        case empty(String)
        case link(String, at: String)
        /// The host's own entry, read-only, where it exists.
        case host(String)
    }

    /// Where bubblewrap is.
    var bubblewrap: String
    var root: [RootEntry]
    /// Whether a new `/proc` can be mounted: some containers forbid it.
    var hasOwnProc = true
    /// As whom the program sees itself; nil for the user who runs the node.
    var user: UserMapping?
    var hostName: String
    var steps: [Step] = []
    var workingDirectory: String

    /// Entries of the root that are made anew.
    static let ownEntries: Set<String> = ["proc", "dev", "tmp", "lost+found"]
    /// Devices beside those that every container has.
    static let devices = ["/dev/kfd", "/dev/dri", "/dev/nvidiactl", "/dev/nvidia-uvm", "/dev/nvidia0", "/dev/nvidia1"]

    /// The command line, up to the program.
    ///
    /// - Parameter program: The program and its arguments.
    func commandLine(_ program: [String]) -> [String] {
        var arguments = [bubblewrap, "--tmpfs", "/"]
        for entry in root.sorted(by: { $0.name < $1.name }) where !Self.ownEntries.contains(entry.name) {
            if let link = entry.link {
                arguments += ["--symlink", link, "/\(entry.name)"]
            } else {
                arguments += ["--ro-bind-try", "/\(entry.name)", "/\(entry.name)"]
            }
        }
        arguments += hasOwnProc ? ["--proc", "/proc"] : ["--ro-bind", "/proc", "/proc"]
        arguments += ["--dev", "/dev"]
        for device in Self.devices { arguments += ["--dev-bind-try", device, device] }
        for step in steps {
            switch step {
            case .mount(let mount):
                arguments += [mount.isReadOnly ? "--ro-bind" : "--bind", mount.source, mount.target]
            case .empty(let path): arguments += ["--tmpfs", path]
            case .link(let target, let path): arguments += ["--symlink", target, path]
            case .host(let path): arguments += ["--ro-bind-try", path, path]
            }
        }
        if let user {
            arguments += ["--unshare-user", "--uid", String(user.user), "--gid", String(user.group)]
        }
        arguments += ["--unshare-pid", "--unshare-uts", "--hostname", hostName]
        // Bubblewrap dies with the thread that started it: the shim's only one.
        arguments += ["--die-with-parent", "--json-status-fd", "3", "--chdir", workingDirectory, "--"]
        return arguments + program
    }
}

/// How paths of the container become paths of the host where there is no bubblewrap.
struct PathRewriting: Sendable, Hashable {
    /// Longest targets first.
    private let mounts: [SandboxPlan.Mount]

    init(_ mounts: [SandboxPlan.Mount]) {
        self.mounts = mounts.sorted {
            $0.target.utf8.count != $1.target.utf8.count
                ? $0.target.utf8.count > $1.target.utf8.count : $0.target < $1.target
        }
    }

    /// The text with every mount path in it replaced, where it stands as a whole path or the beginning of one.
    func rewrite(_ text: String) -> String {
        var output: [UInt8] = []
        let bytes = Array(text.utf8)
        var index = 0
        while index < bytes.count {
            let isBoundary = index == 0 || !Self.isPathByte(bytes[index - 1])
            if bytes[index] == UInt8(ascii: "/"), isBoundary, let mount = match(bytes[index...]) {
                output.append(contentsOf: mount.source.utf8)
                index += mount.target.utf8.count
            } else {
                output.append(bytes[index])
                index += 1
            }
        }
        return String(decoding: output, as: UTF8.self)
    }

    private func match(_ rest: ArraySlice<UInt8>) -> SandboxPlan.Mount? {
        mounts.first { mount in
            guard mount.target.utf8.count > 1, rest.starts(with: mount.target.utf8) else { return false }
            guard let next = rest.dropFirst(mount.target.utf8.count).first else { return true }
            return next == UInt8(ascii: "/") || !Self.isPathByte(next)
        }
    }

    private static func isPathByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"),
            UInt8(ascii: "/"):
            true
        default: byte >= 0x80
        }
    }
}
