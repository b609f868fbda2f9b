import Foundation

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

extension MetricRegistry {
    /// Declares what Prometheus' own libraries tell of a process; where the system has no `/proc`, the numbers are 0.
    public func addProcessMetrics() {
        counter("process_cpu_seconds_total", "CPU time of this process.")
            .read { ProcessFacts.current?.cpuSeconds ?? 0 }
        gauge("process_resident_memory_bytes", "Resident memory of this process.")
            .read { ProcessFacts.current?.residentBytes ?? 0 }
        gauge("process_start_time_seconds", "When this process started, in seconds since 1970.")
            .read { ProcessFacts.current?.startTime ?? 0 }
    }
}

/// What Linux tells of this process, in `/proc`.
struct ProcessFacts: Sendable, Hashable {
    var cpuSeconds: Double
    var residentBytes: Double
    /// In seconds since 1970.
    var startTime: Double

    /// This process now; nil where the system does not tell.
    static var current: ProcessFacts? {
        guard let process = try? String(contentsOfFile: "/proc/self/stat", encoding: .utf8),
            let system = try? String(contentsOfFile: "/proc/stat", encoding: .utf8)
        else { return nil }
        return ProcessFacts(
            process: process, system: system, ticksPerSecond: Double(sysconf(Int32(_SC_CLK_TCK))),
            pageBytes: Double(sysconf(Int32(_SC_PAGESIZE))))
    }

    /// Reads the files that proc(5) describes.
    init?(process: String, system: String, ticksPerSecond: Double, pageBytes: Double) {
        // The second field is the program's name, which may hold anything.
        guard let nameEnd = process.lastIndex(of: ")"), ticksPerSecond > 0 else { return nil }
        let fields = process[process.index(after: nameEnd)...].split(whereSeparator: \.isWhitespace)
        let bootLine = system.split(separator: "\n").first { $0.hasPrefix("btime ") }
        // The fields are counted from 1 in the manual, and the third is the first after the name.
        func field(_ number: Int) -> Double? { fields.indices.contains(number - 3) ? Double(fields[number - 3]) : nil }
        guard let user = field(14), let kernel = field(15), let start = field(22), let pages = field(24),
            let boot = bootLine.flatMap({ Double($0.dropFirst(6)) })
        else { return nil }
        cpuSeconds = (user + kernel) / ticksPerSecond
        residentBytes = pages * pageBytes
        startTime = boot + start / ticksPerSecond
    }
}
