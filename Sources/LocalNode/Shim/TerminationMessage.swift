import Foundation
import Glibc

/// Reads what a container has to say about its end.
enum TerminationMessage {
    /// The last ``ContainerExit/messageLimit`` bytes of a file; nil where it is empty or absent.
    static func read(_ path: String) -> String? {
        let bytes = end(of: path, bytes: ContainerExit.messageLimit)
        return bytes.isEmpty ? nil : String(decoding: bytes, as: UTF8.self)
    }

    /// The last lines of a log, without the log's own columns.
    static func endOfLog(_ path: String, lines: Int, bytes: Int) -> String {
        let raw = end(of: path, bytes: bytes * 4)
        let texts = raw.split(separator: 0x0A).suffix(lines).compactMap { LogLine($0)?.text }
        let text = String(decoding: Array(texts.joined(separator: [0x0A])), as: UTF8.self)
        guard text.utf8.count > bytes else { return text }
        return String(decoding: text.utf8.suffix(bytes), as: UTF8.self)
    }

    private static func end(of path: String, bytes: Int) -> [UInt8] {
        // A named pipe in the file's place must not hang the shim.
        let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard file >= 0 else { return [] }
        defer { close(file) }
        let size = lseek(file, 0, SEEK_END)
        guard size > 0 else { return [] }
        lseek(file, max(0, size - off_t(bytes)), SEEK_SET)
        var content: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: bytes)
        while content.count < bytes {
            let count = Glibc.read(file, &buffer, bytes - content.count)
            if count <= 0 { break }
            content.append(contentsOf: buffer.prefix(count))
        }
        return content
    }
}
