import Foundation
import Testing

/// Texts that are kept in files; `FAIRLEAD_RENEW_GOLDENS=1 swift test --filter Golden` writes them anew.
enum Golden {
    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "Goldens")

    /// Expects a text to be the one that is kept under a name.
    static func expect(_ text: String, _ name: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
        let file = folder.appending(path: name)
        let text = text.hasSuffix("\n") ? text : text + "\n"
        if ProcessInfo.processInfo.environment["FAIRLEAD_RENEW_GOLDENS"] == "1" {
            try text.write(to: file, atomically: true, encoding: .utf8)
        }
        let golden = try String(contentsOf: file, encoding: .utf8)
        #expect(
            text == golden, "renew with FAIRLEAD_RENEW_GOLDENS=1 swift test --filter Golden",
            sourceLocation: sourceLocation)
    }
}
