import Foundation

/// The files of a file or a folder, with links followed as far as they stay inside.
struct FileTree: Sendable, Hashable {
    struct File: Sendable, Hashable {
        /// The path in the folder; empty where the tree is one file.
        var name: String
        var path: String
        var size: Int64
        var modified: Date?
    }

    /// Whether the whole tree is one file.
    var isFile: Bool
    /// Sorted by the bytes of their names.
    var files: [File]

    /// Looks at what is there.
    ///
    /// - Parameters:
    ///   - path: A file or a folder.
    ///   - enclosure: The folder that links may not leave: the one in which `path` lies, unless it is given.
    /// - Returns: Nil where nothing is there.
    /// - Throws: ``ArtifactFailure`` for a link that leads outside, nowhere or in a circle.
    init?(at path: String, enclosure: String? = nil) throws(ArtifactFailure) {
        let bounds = Self.real(enclosure ?? (path as NSString).deletingLastPathComponent)
        guard let first = Self.attributes(path) else { return nil }
        var walk = Walk(root: path, bounds: bounds ?? "/")
        try walk.take(path, name: "", first, above: [])
        files = walk.files.sorted { Array($0.name.utf8).lexicographicallyPrecedes(Array($1.name.utf8)) }
        isFile = files.count == 1 && files[0].name.isEmpty
    }

    private struct Walk {
        let root: String
        let bounds: String
        var files: [File] = []

        mutating func take(
            _ path: String, name: String, _ attributes: [FileAttributeKey: Any], above: [String]
        ) throws(ArtifactFailure) {
            var attributes = attributes
            var path = path
            if attributes[.type] as? FileAttributeType == .typeSymbolicLink {
                let shown = name.isEmpty ? root : "\(root): \(name)"
                guard let target = FileTree.real(path), let there = FileTree.attributes(target) else {
                    throw ArtifactFailure(.artifactMissing, "\(shown) is a link to nothing")
                }
                guard target == bounds || target.hasPrefix(bounds == "/" ? "/" : bounds + "/") else {
                    throw ArtifactFailure(.artifactMissing, "\(shown) is a link out of the folder, to \(target)")
                }
                (path, attributes) = (target, there)
            }
            switch attributes[.type] as? FileAttributeType {
            case .typeRegular?:
                files.append(
                    File(
                        name: name, path: path, size: (attributes[.size] as? NSNumber)?.int64Value ?? 0,
                        modified: attributes[.modificationDate] as? Date))
            case .typeDirectory?:
                guard let real = FileTree.real(path), !above.contains(real) else {
                    throw ArtifactFailure(.artifactMissing, "\(root): \(name) is a link in a circle")
                }
                for entry in (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? [] {
                    // What went away in this moment is no longer part of it.
                    guard let next = FileTree.attributes("\(path)/\(entry)") else { continue }
                    try take(
                        "\(path)/\(entry)", name: name.isEmpty ? entry : "\(name)/\(entry)", next,
                        above: above + [real])
                }
            default: break
            }
        }
    }

    /// What the path itself is, a link included.
    private static func attributes(_ path: String) -> [FileAttributeKey: Any]? {
        try? FileManager.default.attributesOfItem(atPath: path)
    }

    private static func real(_ path: String) -> String? {
        guard let real = realpath(path, nil) else { return nil }
        defer { free(real) }
        return String(cString: real)
    }
}
