import Foundation

/// What this host and the runs of its containers have used until a moment.
struct HostLook: Sendable, Hashable {
    /// One run of one container.
    struct Run: Sendable, Hashable {
        /// The pod's identity.
        var pod: String
        var container: String
        var number: Int
    }

    /// What was used, and since when.
    struct Total: Sendable, Hashable {
        var cpuSeconds: Double
        /// What is in memory now.
        var bytes: Int64
        /// Seconds after the host began.
        var startedAt = 0.0
    }

    /// Seconds after the host began.
    var at: Double
    var date: Date
    var host: Total
    var runs: [Run: Total]
}

extension HostLook {
    /// The units in which the kernel counts.
    struct Units: Sendable, Hashable {
        var ticksPerSecond: Double
        var pageSize: Int64
    }

    /// What each run's processes have used: all that its shim started, and what those started in turn.
    ///
    /// What has ended counts with whoever waited for it. Pages that several processes share count with each of them.
    ///
    /// - Parameters:
    ///   - processes: Every process of the host.
    ///   - shims: Which of them are shims, and of which run.
    ///   - units: The units of the processes' numbers.
    static func totals(of processes: [ProcessStat], shims: [Int32: Run], _ units: Units) -> [Run: Total] {
        var children = Dictionary(grouping: processes, by: \.parent)
        var totals: [Run: Total] = [:]
        for shim in processes {
            guard let run = shims[shim.process] else { continue }
            var total = Total(cpuSeconds: 0, bytes: 0, startedAt: shim.startTicks / units.ticksPerSecond)
            // Each process is taken once, even where numbers were given anew while they were read.
            var next = children.removeValue(forKey: shim.process) ?? []
            while let process = next.popLast() {
                total.cpuSeconds += process.ticks / units.ticksPerSecond
                total.bytes &+= process.pages &* units.pageSize
                next += children.removeValue(forKey: process.process) ?? []
            }
            totals[run] = total
        }
        return totals
    }
}
