import Foundation

/// What one side took.
struct Measure: Sendable {
    /// From the first call to the last pod.
    var seconds: Double
    /// CPU time of the process, with what else runs in it.
    var cpuSeconds: Double
    /// The calls to the API server.
    var counts: CountingTransport.Counts
    /// The calls of the simulated node, whose work is the same beside every client.
    var nodeCounts = CountingTransport.Counts()
}

/// Measures from its making on.
struct Meter: Sendable {
    private let start = Date()
    private let cpu = Meter.cpuSeconds()

    /// What was taken until now.
    func measure(_ counts: CountingTransport.Counts) -> Measure {
        Measure(
            seconds: Date().timeIntervalSince(start), cpuSeconds: Self.cpuSeconds() - cpu, counts: counts)
    }

    /// CPU time of this process, user and system.
    private static func cpuSeconds() -> Double { Double(clock()) / Double(CLOCKS_PER_SEC) }
}
