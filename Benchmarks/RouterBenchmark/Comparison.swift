import Foundation

/// Drives all ways to one upstream in turns, and prints how they compare.
struct Comparison: Sendable {
    var seconds: Int
    var rounds: Int
    var threads: Int

    /// As many connections as keep every way busy, and as few as show what one request takes.
    private static let busy = 64
    private static let calm = 2

    func report(folder: String) async throws {
        let port = try RouterBenchmark.freePort()
        let upstream = try RunningProcess(CommandLine.arguments[0], ["serve-upstream", String(port)])
        defer { upstream.end() }
        try await RouterBenchmark.answers(port, service: BenchmarkCluster.service, process: upstream)
        try await BenchmarkCluster.with(folder: folder) { cluster in
            try await cluster.makeService(BenchmarkCluster.service, upstream: port)
            let ways = try [
                Contender.direct(upstream: port),
                Contender.router(
                    port: RouterBenchmark.freePort(), kubeconfig: cluster.kubeconfig, threads: threads),
                Contender.relay(port: RouterBenchmark.freePort(), upstream: port, threads: threads),
                Contender.nginx(
                    port: RouterBenchmark.freePort(), upstream: port, threads: threads, folder: folder),
                Contender.haproxy(
                    port: RouterBenchmark.freePort(), upstream: port, threads: threads, folder: folder),
            ].compactMap { $0 }
            defer { for way in ways { way.process?.end() } }
            for way in ways {
                try await RouterBenchmark.answers(way.port, service: BenchmarkCluster.service, process: way.process)
            }
            try await compare(ways, folder: folder)
        }
    }

    private func compare(_ ways: [Contender], folder: String) async throws {
        print(
            "\(Machine.text); \(threads) thread(s) a proxy, \(rounds) round(s) of \(seconds) s, the median of each; "
                + "wrk \(Self.busy) and \(Self.calm) connections, POST of a small v2 request")
        var busy: [String: [Load]] = [:]
        var calm: [String: [Load]] = [:]
        for round in 0..<rounds {
            // Each begins once, so that none always follows the same one.
            for number in ways.indices {
                let way = ways[(number + round) % ways.count]
                busy[way.name, default: []].append(
                    try await Load.drive(way, connections: Self.busy, seconds: seconds, folder: folder))
                calm[way.name, default: []].append(
                    try await Load.drive(way, connections: Self.calm, seconds: seconds, folder: folder))
            }
        }
        let direct = calm["direct"] ?? []
        let router = busy["fairlead router"] ?? []
        print("way              req/s   req/core-s  of router  p50 ms  p99 ms  added p50  added p99  failed")
        for way in ways {
            let (full, few) = (busy[way.name] ?? [], calm[way.name] ?? [])
            let core = Self.median(full.map(\.requestsPerCoreSecond))
            let ratio = core / max(1, Self.median(router.map(\.requestsPerCoreSecond)))
            let (p50, p99) = (Self.median(few.map(\.p50)), Self.median(few.map(\.p99)))
            let cells = [
                Self.pad(way.name, -15), Self.number(Self.median(full.map(\.requestsPerSecond)), 0, 8),
                core > 0 ? Self.number(core, 0, 12) : Self.pad("-", 12),
                core > 0 ? Self.number(ratio, 2, 10) : Self.pad("-", 10), Self.number(p50, 3, 7),
                Self.number(p99, 3, 7), Self.number(p50 - Self.median(direct.map(\.p50)), 3, 10),
                Self.number(p99 - Self.median(direct.map(\.p99)), 3, 10),
                Self.pad(String((full + few).reduce(0) { $0 + $1.failures }), 7),
            ]
            print(cells.joined(separator: " "))
        }
    }

    private static func median(_ values: [Double]) -> Double {
        let sorted = values.sorted()
        return sorted.isEmpty ? 0 : sorted[sorted.count / 2]
    }

    private static func number(_ value: Double, _ digits: Int, _ width: Int) -> String {
        pad(String(format: "%.\(digits)f", value), width)
    }

    /// A text with blanks before it, or behind it where the width is negative.
    private static func pad(_ text: String, _ width: Int) -> String {
        let blanks = String(repeating: " ", count: max(0, abs(width) - text.count))
        return width < 0 ? text + blanks : blanks + text
    }
}
