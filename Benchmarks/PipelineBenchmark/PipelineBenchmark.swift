import Foundation
import KubernetesClient
import Logging

/// Runs on a simulated node, beside bare clients that make the same pods in the same process: the ratio is what counts,
/// absolute figures move from machine to machine.
///
/// `PipelineBenchmark [tasks|map|runs|job|memory COUNT [ROUNDS]]`; without arguments all of them.
@main
struct PipelineBenchmark {
    static let logger = Logger(label: "benchmark") { _ in SwiftLogNoOpLogHandler() }

    static func main() async throws {
        let arguments = Array(CommandLine.arguments.dropFirst())
        guard let name = arguments.first else {
            for (workload, rounds) in [(Workload.tasks(1000), 3), (.runs(50), 3), (.map(20_000), 1)] {
                try await compare(workload, rounds: rounds)
            }
            try await JobBenchmark(nodes: 1000).compare(rounds: 3)
            return MemoryMeasure.report(items: 20_000)
        }
        let count = arguments.dropFirst().first.flatMap { Int($0) } ?? 1000
        if name == "memory" { return MemoryMeasure.report(items: count) }
        let rounds = arguments.dropFirst(2).first.flatMap { Int($0) } ?? 3
        if name == "job" { return try await JobBenchmark(nodes: count).compare(rounds: rounds) }
        guard let workload = Workload(name, count) else {
            print("usage: PipelineBenchmark [tasks|map|runs|job|memory COUNT [ROUNDS]]")
            exit(2)
        }
        try await compare(workload, rounds: rounds)
    }

    /// Measures both sides and prints how they compare.
    private static func compare(_ workload: Workload, rounds: Int) async throws {
        let cores = ProcessInfo.processInfo.processorCount
        print("\(workload.name): \(workload.runs) run(s), \(workload.pods) pods, \(rounds) round(s), \(cores) cores")
        var (same, least, runs): ([Measure], [Measure], [Measure]) = ([], [], [])
        for _ in 0..<rounds {
            same.append(
                try await BenchmarkCluster.with {
                    try await BareClient(workload: workload, duty: .sameWrites).measure($0)
                })
            least.append(
                try await BenchmarkCluster.with {
                    try await BareClient(workload: workload, duty: .createAndAwait).measure($0)
                })
            runs.append(try await BenchmarkCluster.with { try await FairleadSide(workload: workload).measure($0) })
        }
        report("bare client, the same writes", same, workload.pods)
        report("bare client that creates and awaits", least, workload.pods)
        report("fairlead", runs, workload.pods)
        let seconds = median(runs.map(\.seconds))
        print("ratio to the same writes: \(format(median(same.map(\.seconds)) / seconds)) of the rate")
        print("ratio to create and await: \(format(median(least.map(\.seconds)) / seconds)) of the rate")
        let cpu = (median(runs.map(\.cpuSeconds)) - median(same.map(\.cpuSeconds))) / Double(workload.pods) * 1000
        print("controller's own CPU: \(format(cpu)) ms a pod (the difference in the process's CPU)")
        reportCalls("bare client, the same writes", same.last)
        reportCalls("fairlead", runs.last)
    }

    /// Prints which calls one measure took, the client's and the simulated node's.
    ///
    /// A second watch or list of pods within minutes says that the first one fell behind the server's history: that side
    /// was spared events.
    static func reportCalls(_ name: String, _ measure: Measure?) {
        guard let measure else { return }
        for (client, counts) in [(name, measure.counts), ("the node beside it", measure.nodeCounts)] {
            let calls = counts.calls.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
            print("    \(client): \(calls.map { "\($0.key) \($0.value)" }.joined(separator: ", "))")
        }
    }

    /// Prints what a side took.
    static func report(_ name: String, _ measures: [Measure], _ pods: Int) {
        let seconds = median(measures.map(\.seconds))
        let calls = median(measures.map { Double($0.counts.total) }) / Double(pods)
        let bytes = median(measures.map { Double($0.counts.bytes) }) / Double(pods)
        let cpu = median(measures.map(\.cpuSeconds)) / Double(pods) * 1000
        print(
            "\(name): \(format(Double(pods) / seconds)) pods/s, \(format(calls)) calls a pod, "
                + "\(format(bytes)) bytes sent a pod, \(format(cpu)) ms CPU a pod with server and node")
    }

    /// A name that no round before this one had.
    static func newName() -> String { "bench-\(UUID().uuidString.prefix(8).lowercased())" }

    /// The middle value.
    static func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }

    static func format(_ value: Double) -> String { String(format: "%.2f", value) }
}
