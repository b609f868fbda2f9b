import Foundation

/// A process that runs beside the benchmark, and what the kernel tells of it.
final class RunningProcess {
    private let process = Process()

    /// Starts a program; what it says goes nowhere but to standard error.
    init(_ program: String, _ arguments: [String]) throws {
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        try process.run()
    }

    /// Whether it still runs.
    var isRunning: Bool { process.isRunning }

    /// Ends it at once.
    func end() {
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }

    /// The processor time of the process and of those that it started, user and system, in seconds.
    var processorSeconds: Double {
        let ticks = tree().compactMap { Self.stat($0) }.reduce(0) { $0 + $1.ticks }
        return Double(ticks) / Double(sysconf(Int32(_SC_CLK_TCK)))
    }

    /// The resident memory of the process and of those that it started, in bytes.
    var residentBytes: Int {
        tree().compactMap { Self.stat($0)?.pages }.reduce(0, +) * Int(sysconf(Int32(_SC_PAGESIZE)))
    }

    /// The first program of that name on `PATH` or where Debian keeps servers.
    static func find(_ name: String) -> String? {
        let path = (ProcessInfo.processInfo.environment["PATH"] ?? "") + ":/usr/sbin:/usr/bin"
        return path.split(separator: ":").map { "\($0)/\(name)" }
            .first { FileManager.default.isExecutableFile(atPath: $0) }
    }

    private struct Stat {
        var parent: Int32
        var ticks: Int
        var pages: Int
    }

    private func tree() -> [Int32] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        let own = process.processIdentifier
        return [own] + names.compactMap { Int32($0) }.filter { Self.stat($0)?.parent == own }
    }

    private static func stat(_ pid: Int32) -> Stat? {
        guard let text = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8),
            let end = text.lastIndex(of: ")")
        else { return nil }
        // From the third field on: the second, the name, may hold blanks.
        let fields = text[text.index(after: end)...].split(separator: " ")
        func field(_ number: Int) -> Int { fields.indices.contains(number - 3) ? Int(fields[number - 3]) ?? 0 : 0 }
        return Stat(parent: Int32(field(4)), ticks: field(14) + field(15), pages: field(24))
    }
}
