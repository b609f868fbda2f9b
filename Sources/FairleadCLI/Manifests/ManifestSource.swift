import Foundation

/// A file of manifests as text.
struct ManifestSource: Sendable, Hashable {
    /// The name of the standard input on a command line.
    static let standardInput = "-"

    /// Its path as it was given, for messages.
    var name: String
    var text: String

    /// Whether an argument is meant as a path rather than as the name of an object.
    static func isPath(_ argument: String, exists: (String) -> Bool) -> Bool {
        argument == standardInput || argument.contains("/") || ScriptPipeline.isScript(argument)
            || fileEndings.contains { argument.hasSuffix($0) } || exists(argument)
    }

    /// Reads a file, the manifests of a folder in the order of their names, or the standard input for `-`.
    ///
    /// - Throws: ``CommandError``.
    static func read(_ path: String) throws -> [ManifestSource] {
        if path == standardInput {
            let data = FileHandle.standardInput.readDataToEndOfFile()
            return [ManifestSource(name: "standard input", text: try text(data, "the standard input"))]
        }
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
            throw CommandError(.notFound, "there is no file \(path)")
        }
        guard isFolder.boolValue else { return [try readFile(path)] }
        let names: [String]
        do {
            names = try FileManager.default.contentsOfDirectory(atPath: path)
        } catch {
            throw CommandError(.unavailable, "the folder \(path) cannot be read; has it other rights?")
        }
        let files = names.filter { name in fileEndings.contains { name.hasSuffix($0) } }.sorted()
        guard !files.isEmpty else {
            throw CommandError(.notFound, "the folder \(path) has no file whose name ends in .yaml, .yml or .json")
        }
        let folder = path.hasSuffix("/") ? path : path + "/"
        return try files.map { try readFile(folder + $0) }
    }

    private static let fileEndings = [".yaml", ".yml", ".json"]

    private static func readFile(_ path: String) throws -> ManifestSource {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw CommandError(.unavailable, "\(path) cannot be read; has it other rights?")
        }
        return ManifestSource(name: path, text: try text(data, path))
    }

    private static func text(_ data: Data, _ name: String) throws -> String {
        guard let text = String(data: data, encoding: .utf8) else {
            throw CommandError(.invalidInput, "\(name) is no text in UTF-8")
        }
        return text
    }
}
