import Foundation
import Glibc

/// Reads in `/proc` what this host's processes have used.
///
/// A container runs for as long as its shim does, which has the run's directory in its command line: so there is no
/// list to keep, and containers that an earlier node started are found as well.
struct HostReader: Sendable {
    let paths: NodePaths
    var proc = "/proc"

    /// Seconds since the host began, of the clock by which the kernel dates processes.
    static func now() -> Double {
        var time = timespec()
        clock_gettime(clockid_t(CLOCK_BOOTTIME), &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    /// Looks at all processes; nil where the host does not tell of them.
    func look(at now: Double = HostReader.now()) -> HostLook? {
        let ticks = sysconf(Int32(_SC_CLK_TCK))
        let units = HostLook.Units(
            ticksPerSecond: ticks > 0 ? Double(ticks) : 100, pageSize: Int64(sysconf(Int32(_SC_PAGESIZE))))
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: proc), let host = host(units) else {
            return nil
        }
        let processes = names.compactMap { Int32($0) }.compactMap { file("\($0)/stat").flatMap(ProcessStat.init) }
        var shims: [Int32: HostLook.Run] = [:]
        // A shim begins a session: so the command lines of few processes are read.
        for process in processes where process.session == process.process {
            guard let line = file("\(process.process)/cmdline"), let last = line.split(separator: 0).last else {
                continue
            }
            shims[process.process] = paths.run(at: String(decoding: last, as: UTF8.self))
        }
        return HostLook(
            at: now, date: Date(), host: host, runs: HostLook.totals(of: processes, shims: shims, units))
    }

    /// What the whole host has used.
    private func host(_ units: HostLook.Units) -> HostLook.Total? {
        guard let stat = file("stat"), let memory = file("meminfo"),
            let line = String(decoding: stat, as: UTF8.self).split(separator: "\n").first
        else { return nil }
        let times = line.split(separator: " ").dropFirst().map { Double($0) ?? 0 }
        // user nice system idle iowait irq softirq: all but the two of waiting.
        guard line.hasPrefix("cpu "), times.count >= 7 else { return nil }
        let busy = times.prefix(7).enumerated().reduce(0) { [3, 4].contains($1.offset) ? $0 : $0 + $1.element }
        func bytes(_ name: String) -> Int64? {
            let row = String(decoding: memory, as: UTF8.self).split(separator: "\n").first { $0.hasPrefix("\(name):") }
            return row?.split(separator: " ").dropFirst().first.flatMap { Int64($0) }.map { $0 &* 1024 }
        }
        guard let all = bytes("MemTotal"), let free = bytes("MemAvailable") else { return nil }
        return HostLook.Total(cpuSeconds: busy / units.ticksPerSecond, bytes: all &- free)
    }

    private func file(_ name: String) -> [UInt8]? {
        FileManager.default.contents(atPath: "\(proc)/\(name)").map { Array($0) }
    }
}

extension NodePaths {
    /// The run whose directory that is; nil for anything else.
    fileprivate func run(at directory: String) -> HostLook.Run? {
        guard directory.hasPrefix(pods + "/") else { return nil }
        let parts = directory.dropFirst(pods.count + 1).split(separator: "/").map(String.init)
        guard parts.count == 5, let number = Int(parts[4]), run(parts[0], parts[2], number).path == directory else {
            return nil
        }
        return HostLook.Run(pod: parts[0], container: parts[2], number: number)
    }
}
