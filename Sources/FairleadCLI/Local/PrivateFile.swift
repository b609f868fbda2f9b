import Foundation

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Writes files that only their owner may read, whole or not at all.
enum PrivateFile {
    /// Writes a file, and the folders above it where they are missing.
    ///
    /// - Throws: ``CommandError``.
    static func write(_ text: String, to path: String) throws(CommandError) {
        let file = URL(fileURLWithPath: path)
        let temporary = file.deletingLastPathComponent().appending(path: ".\(file.lastPathComponent).\(getpid())").path
        do {
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        } catch {
            throw CommandError(.unavailable, "the folder of \(path) cannot be made")
        }
        unlink(temporary)
        let isWritten = FileManager.default.createFile(
            atPath: temporary, contents: Data(text.utf8), attributes: [.posixPermissions: 0o600])
        guard isWritten, rename(temporary, file.path) == 0 else {
            unlink(temporary)
            throw CommandError(.unavailable, "\(path) cannot be written; may you write to its folder?")
        }
    }
}
