import Foundation

/// What each of the pod's own programs is started with.
struct ProgramContext: Sendable {
    var environment: [String: String]
    /// Says something to whoever reads the container's log.
    var say: @Sendable (String) -> Void

    /// What the process has: its environment, and its standard output.
    static var process: ProgramContext {
        ProgramContext(environment: ProcessInfo.processInfo.environment) { text in
            // A write of one line is never torn apart by another one.
            try? FileHandle.standardOutput.write(contentsOf: Data((text + "\n").utf8))
        }
    }

    func rclone(stallSeconds: Double?) -> Rclone {
        Rclone(environment: environment, stall: .seconds(max(1, stallSeconds ?? 300)), say: say)
    }
}
