import Foundation

/// A folder whose files travel with a run.
struct CodeFolder: Sendable {
    /// Its path.
    let path: String

    /// The files: those that git does not ignore, or, outside a repository, all but hidden ones and Python's caches.
    ///
    /// - Throws: ``CommandError`` where the folder cannot be read, or holds more than can travel.
    func files() throws(CommandError) -> [CodeFile] {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue else {
            throw CommandError(.notFound, "--code \(path): there is no such folder")
        }
        var files: [CodeFile] = []
        var size = 0
        for name in try (listedByGit() ?? walk()).sorted() {
            let place = "\(path)/\(name)"
            // A file that was deleted, a submodule, a link to nowhere.
            guard FileManager.default.fileExists(atPath: place, isDirectory: &isFolder), !isFolder.boolValue else {
                continue
            }
            guard let data = FileManager.default.contents(atPath: place) else {
                throw CommandError(.unavailable, "--code \(path): \(name) cannot be read; has it other rights?")
            }
            size += data.count
            let isExecutable = FileManager.default.isExecutableFile(atPath: place)
            // Beyond what can travel the size alone is counted, for the message.
            let bytes = size > CodeBundle.largest ? [] : Array(data)
            files.append(CodeFile(path: name, bytes: bytes, isExecutable: isExecutable))
        }
        guard !files.isEmpty else {
            throw CommandError(.invalidInput, "--code \(path): there is no file to take along")
        }
        guard size <= CodeBundle.largest, files.count <= CodeBundle.most else {
            throw CommandError(
                .invalidInput,
                "--code \(path): \(files.count) files with \(size) bytes; at most \(CodeBundle.most) files with "
                    + "\(CodeBundle.largest) bytes travel with a run: name the others in .gitignore, or have the code "
                    + "fetched: code: {git: …} or code: {uri: …}")
        }
        return files
    }

    /// What git lists; nil outside a repository, and where there is no git.
    private func listedByGit() throws(CommandError) -> [String]? {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [
            "git", "-C", path, "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--deduplicate",
        ]
        process.environment = ProcessInfo.processInfo.environment.merging(["LC_ALL": "C"]) { _, new in new }
        let (output, errors) = (Pipe(), Pipe())
        process.standardOutput = output
        process.standardError = errors
        guard (try? process.run()) != nil else { return nil }
        let listing = output.fileHandleForReading.readDataToEndOfFile()
        let complaint = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        switch process.terminationStatus {
        case 0: return listing.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
        // 127: there is no git.
        case 127: return nil
        case _ where complaint.contains("not a git repository"): return nil
        default: throw CommandError(.unavailable, "--code \(path): git ls-files: \(complaint)")
        }
    }

    private func walk() -> [String] {
        let root = URL(fileURLWithPath: path, isDirectory: true).standardizedFileURL
        let files = FileManager.default.enumerator(
            at: root, includingPropertiesForKeys: [.isDirectoryKey], options: [.skipsHiddenFiles])
        var names: [String] = []
        while let file = files?.nextObject() as? URL {
            if file.lastPathComponent == "__pycache__" { files?.skipDescendants() }
            if (try? file.resourceValues(forKeys: [.isDirectoryKey]).isDirectory) == true { continue }
            names.append(String(file.standardizedFileURL.path.dropFirst(root.path.count).drop { $0 == "/" }))
            // Enough to say that it is too much.
            if names.count > 100 * CodeBundle.most { break }
        }
        return names
    }
}
