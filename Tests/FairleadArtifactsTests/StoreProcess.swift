import Foundation
import Testing

@testable import FairleadArtifacts

/// The sidecar as a process of its own, for which the test program stands in.
enum StoreProcess {
    /// Starts it; it stops when it is asked to, or killed.
    static func start(_ environment: [String: String]) throws -> Process {
        let process = Process()
        let executable = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        process.executableURL = URL(fileURLWithPath: executable)
        process.arguments = ["--testing-library", "swift-testing", "--filter", "storeEntry"]
        process.environment = environment.merging(["FAIRLEAD_TEST_STORE": "1"]) { $1 }
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        return process
    }

    /// Whether a process handles SIGTERM.
    static func listens(_ process: Process) -> Bool {
        let status = FileManager.default.contents(atPath: "/proc/\(process.processIdentifier)/status") ?? Data()
        let line = String(decoding: status, as: UTF8.self).split(separator: "\n").first { $0.hasPrefix("SigCgt:") }
        let mask = line?.split(separator: "\t").last.flatMap { UInt64($0, radix: 16) } ?? 0
        return mask & 1 << UInt64(SIGTERM - 1) != 0
    }
}

/// Not a test in an ordinary run: in a process that a test starts as the sidecar, it is the sidecar.
@Test(.enabled(if: ProcessInfo.processInfo.environment["FAIRLEAD_TEST_STORE"] != nil))
func storeEntry() async {
    TerminationSignal.hold()
    exit(await StoreProgram.run(until: .ofProcess(), log: { _ in }))
}
