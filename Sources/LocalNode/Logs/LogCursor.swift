import Glibc

/// Reads a file that grows, and goes on with its successor when it is rotated.
final class LogCursor {
    private let path: String
    private var file: Int32 = -1

    init(_ path: String) { self.path = path }

    deinit { if file >= 0 { close(file) } }

    /// What was written since the last look.
    func read() -> [UInt8] {
        if file < 0 { file = open(path, O_RDONLY | O_CLOEXEC) }
        guard file >= 0 else { return [] }
        let bytes = drain()
        if !bytes.isEmpty { return bytes }
        var now = stat()
        var opened = stat()
        guard stat(path, &now) == 0, fstat(file, &opened) == 0, now.st_ino != opened.st_ino else { return [] }
        close(file)
        file = open(path, O_RDONLY | O_CLOEXEC)
        return file < 0 ? [] : drain()
    }

    private func drain() -> [UInt8] {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while bytes.count < LogWriter.fileLimit * 3 {
            let count = Glibc.read(file, &buffer, buffer.count)
            if count <= 0 { break }
            bytes.append(contentsOf: buffer[..<count])
        }
        return bytes
    }
}
