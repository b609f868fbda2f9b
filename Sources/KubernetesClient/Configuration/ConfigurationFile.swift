import Foundation

/// Reads the small files that a configuration names.
enum ConfigurationFile {
    /// More than any kubeconfig, certificate or token; keeps a wrong path from filling the memory.
    static let limit = 16 << 20

    static func read(_ path: String, context: String? = nil, field: String? = nil) throws -> [UInt8] {
        func failure(_ message: String) -> ConfigurationError {
            ConfigurationError(.unreadable, message, file: path, context: context, field: field)
        }
        var isDirectory: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
            throw failure("there is no such file")
        }
        guard !isDirectory.boolValue else { throw failure("this is a directory, not a file") }
        guard let handle = FileHandle(forReadingAtPath: path) else { throw failure("the file can not be opened") }
        defer { try? handle.close() }
        guard let data = try? handle.read(upToCount: limit + 1) ?? Data() else {
            throw failure("the file can not be read")
        }
        guard data.count <= limit else { throw failure("the file is larger than \(limit) bytes") }
        return Array(data)
    }

    /// A path as seen from the folder of the file that names it.
    static func resolve(_ path: String, relativeTo file: String) -> String {
        guard !path.isEmpty, !path.hasPrefix("/") else { return path }
        let folder = URL(fileURLWithPath: file).standardizedFileURL.deletingLastPathComponent()
        return folder.appendingPathComponent(path).standardizedFileURL.path
    }
}
