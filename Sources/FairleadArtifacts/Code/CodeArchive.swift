import Foundation
import Synchronization

/// Code that comes as one file: `code.tar.gz`, `code.tgz` or `code.zip`.
struct CodeArchive: Sendable {
    /// The file.
    var file: String
    var environment: [String: String]

    /// Whether a URI names one.
    static func isNamed(by uri: String) -> Bool {
        let path = uri.prefix { $0 != "?" && $0 != "#" }.lowercased()
        return [".tar.gz", ".tgz", ".zip"].contains { path.hasSuffix($0) }
    }

    /// Unpacks it into a folder that is there; names that lead out of it are refused.
    func unpack(into folder: String) async throws {
        let said = Mutex<[String]>([])
        let arguments = ["-x", "-f", file, "-C", folder, "--no-same-permissions"]
        let ended = try await ToolRun(program: "bsdtar", arguments: arguments, environment: environment).run { line in
            said.withLock { lines in if !line.isEmpty { lines = (lines + [line]).suffix(4) } }
        }
        guard ended.exitCode == 0 else {
            let text = said.withLock { $0 }.joined(separator: "; ")
            throw ArtifactFailure(.invalidPlan, "can't be unpacked: \(text.isEmpty ? "bsdtar failed" : text)")
        }
    }
}
