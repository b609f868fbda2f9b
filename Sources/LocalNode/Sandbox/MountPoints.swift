import Foundation
import Glibc

/// Makes room for mount points that the host does not have.
///
/// The host's folders are read-only in a sandbox, so a mount point can only be made in the empty root. Where it lies
/// deeper, the folder in which it would lie is made anew, with each of its entries put back.
struct MountPoints {
    /// A folder of the host that holds too much to be put back one by one.
    struct Failure: Error, Hashable {
        var message: String
    }

    /// The most entries of a folder that are put back.
    static let entryLimit = 1000

    private(set) var steps: [SandboxPlan.Step] = []
    private var rebuilt: Set<String> = []
    private var mounts: [SandboxPlan.Mount] = []

    /// Puts a mount at its place, after those that contain it.
    mutating func add(_ mount: SandboxPlan.Mount) throws(Failure) {
        var mount = mount
        mount.target = Self.resolved(mount.target)
        try makeRoom(for: mount)
        mounts.append(mount)
        steps.append(.mount(mount))
    }

    /// Hides a folder of the host.
    mutating func hide(_ path: String) {
        mounts.append(SandboxPlan.Mount(source: "", target: path))
        steps.append(.empty(path))
    }

    /// Whether a path exists in the container as far as it is known: in a mount, or on the host.
    func hasPlace(_ path: String) -> Bool {
        let path = Self.resolved(path)
        if let mount = containing(path) {
            return FileManager.default.fileExists(atPath: mount.source + path.dropFirst(mount.target.count))
        }
        return FileManager.default.fileExists(atPath: path)
    }

    private func containing(_ path: String) -> SandboxPlan.Mount? {
        mounts.filter { path == $0.target || path.hasPrefix($0.target + "/") }
            .max { $0.target.utf8.count < $1.target.utf8.count }
    }

    private mutating func makeRoom(for mount: SandboxPlan.Mount) throws(Failure) {
        if let outer = containing(mount.target) {
            guard !outer.source.isEmpty else { return }
            Self.makePlace(outer.source + mount.target.dropFirst(outer.target.count), like: mount.source)
            return
        }
        let top = mount.target.split(separator: "/").first.map(String.init) ?? ""
        if SandboxPlan.ownEntries.contains(top) || FileManager.default.fileExists(atPath: mount.target) { return }
        var folder = (mount.target as NSString).deletingLastPathComponent
        while folder != "/", !FileManager.default.fileExists(atPath: folder) {
            folder = (folder as NSString).deletingLastPathComponent
        }
        guard folder != "/", rebuilt.insert(folder).inserted else { return }
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        guard names.count <= Self.entryLimit else {
            throw Failure(
                message: "mount path \(mount.target) lies in \(folder), which the host has with \(names.count) "
                    + "entries; at most \(Self.entryLimit) are possible: choose another mount path")
        }
        steps.append(.empty(folder))
        for name in names.sorted() {
            let path = "\(folder)/\(name)"
            if let target = try? FileManager.default.destinationOfSymbolicLink(atPath: path) {
                steps.append(.link(target, at: path))
            } else {
                steps.append(.host(path))
            }
        }
        // What was mounted in it before is hidden now.
        for inner in mounts where inner.target.hasPrefix(folder + "/") && !inner.source.isEmpty {
            steps.append(.mount(inner))
        }
    }

    /// An empty file or folder of the same kind as what will cover it.
    private static func makePlace(_ path: String, like source: String) {
        guard !FileManager.default.fileExists(atPath: path) else { return }
        var isFolder: ObjCBool = false
        _ = FileManager.default.fileExists(atPath: source, isDirectory: &isFolder)
        let parent = isFolder.boolValue ? path : (path as NSString).deletingLastPathComponent
        try? FileManager.default.createDirectory(atPath: parent, withIntermediateDirectories: true)
        if !isFolder.boolValue { _ = FileManager.default.createFile(atPath: path, contents: nil) }
    }

    /// The path with symbolic links of the host resolved as far as it exists.
    static func resolved(_ path: String) -> String {
        var rest: [String] = []
        var existing = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
        while existing != "/", !existing.isEmpty {
            if let real = realpath(existing, nil) {
                defer { free(real) }
                let base = String(cString: real)
                return ([base == "/" ? "" : base] + rest.reversed()).joined(separator: "/")
            }
            rest.append((existing as NSString).lastPathComponent)
            existing = (existing as NSString).deletingLastPathComponent
        }
        return "/" + rest.reversed().joined(separator: "/")
    }
}
