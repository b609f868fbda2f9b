import Foundation
import Glibc

/// Files that are whole or absent, also after a crash.
enum DurableFile {
    /// A system call that failed.
    struct Failure: Error, CustomStringConvertible {
        var path: String
        var code: Int32
        var description: String { "\(path): \(String(cString: strerror(code)))" }
    }

    /// Writes beside, syncs, renames, and syncs the directory.
    static func write(_ bytes: [UInt8], to path: String, mode: mode_t = 0o600, isSynced: Bool = true) throws {
        let aside = "\(path).\(getpid()).new"
        let file = open(aside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode)
        guard file >= 0 else { throw Failure(path: aside, code: errno) }
        defer { close(file) }
        try writeAll(bytes, to: file, path: aside)
        if isSynced, fsync(file) != 0 { throw Failure(path: aside, code: errno) }
        guard rename(aside, path) == 0 else { throw Failure(path: path, code: errno) }
        guard isSynced else { return }
        let directory = open((path as NSString).deletingLastPathComponent, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        if directory >= 0 {
            fsync(directory)
            close(directory)
        }
    }

    /// Writes everything to a blocking descriptor.
    static func writeAll(_ bytes: [UInt8], to file: Int32, path: String) throws {
        var offset = 0
        while offset < bytes.count {
            let count = bytes.withUnsafeBytes { buffer in
                Glibc.write(file, buffer.baseAddress?.advanced(by: offset), buffer.count - offset)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw Failure(path: path, code: errno) }
            offset += count
        }
    }
}
