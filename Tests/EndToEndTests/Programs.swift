import Foundation

/// Where the programs are that the tests run.
enum Programs {
    /// The project's folder.
    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// The program under test: next to the test bundle, as one build makes both.
    static let fairlead: String? = {
        let test = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        var folders = [test, CommandLine.arguments.first ?? ""].map {
            URL(fileURLWithPath: $0).deletingLastPathComponent()
        }
        folders.append(contentsOf: Bundle.allBundles.map { $0.bundleURL.deletingLastPathComponent() })
        folders.append(root.appendingPathComponent(".build/debug"))
        return folders.map { $0.appendingPathComponent("fairlead").path }
            .first { FileManager.default.isExecutableFile(atPath: $0) }
    }()

    /// The first `kubectl` on `PATH`, nil where there is none.
    static let kubectl = find("kubectl")

    /// A program next to another one, which the same build made.
    static func find(_ name: String, beside other: String?) -> String? {
        other.map { URL(fileURLWithPath: $0).deletingLastPathComponent().appendingPathComponent(name).path }
            .flatMap { FileManager.default.isExecutableFile(atPath: $0) ? $0 : nil }
    }

    static func find(_ name: String) -> String? {
        (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map { "\($0)/\(name)" }
            .first { FileManager.default.isExecutableFile(atPath: $0) }
    }
}
