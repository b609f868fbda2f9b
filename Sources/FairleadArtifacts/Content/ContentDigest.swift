import Crypto
import Foundation

/// The size and the SHA-256 of a file or a folder.
///
/// A file's digest is that of its bytes. A folder's is that of the text which has, for each file in it, sorted by the
/// bytes of their relative paths, a line with the file's digest in hexadecimal, two spaces and the path. The same says
/// `find . -type f -printf '%P\0' | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum`.
struct ContentDigest: Sendable, Hashable {
    /// The sum of the files' bytes.
    var size: Int64
    /// `sha256:` and 64 hexadecimal digits.
    var text: String

    private static let chunk = 1 << 20

    /// Reads all of a tree.
    ///
    /// - Throws: ``ArtifactFailure``, also where a file can't be read.
    init(of tree: FileTree) throws(ArtifactFailure) {
        var size: Int64 = 0
        if tree.isFile, let file = tree.files.first {
            text = "sha256:\(try Self.hash(file.path, size: &size))"
        } else {
            var list = SHA256()
            for file in tree.files {
                list.update(data: Data("\(try Self.hash(file.path, size: &size))  \(file.name)\n".utf8))
            }
            text = "sha256:\(Self.hexadecimal(list.finalize()))"
        }
        self.size = size
    }

    private static func hash(_ path: String, size: inout Int64) throws(ArtifactFailure) -> String {
        var hash = SHA256()
        do {
            let file = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
            defer { try? file.close() }
            while let data = try file.read(upToCount: chunk), !data.isEmpty {
                hash.update(data: data)
                size += Int64(data.count)
            }
        } catch {
            throw ArtifactFailure(.storeFailed, "\(path) can't be read: \(error.localizedDescription)")
        }
        return hexadecimal(hash.finalize())
    }

    private static func hexadecimal(_ digest: SHA256Digest) -> String {
        digest.map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
    }
}
