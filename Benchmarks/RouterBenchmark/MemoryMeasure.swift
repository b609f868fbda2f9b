import Foundation

/// What many services cost the router, and whether one more takes longer for it.
struct MemoryMeasure: Sendable {
    var services: Int

    func report(folder: String) async throws {
        let port = try RouterBenchmark.freePort()
        let upstream = try RunningProcess(CommandLine.arguments[0], ["serve-upstream", String(port)])
        defer { upstream.end() }
        try await RouterBenchmark.answers(port, service: "first", process: upstream)
        try await BenchmarkCluster.with(folder: folder) { cluster in
            try await cluster.makeService("first", upstream: port)
            let router = try Contender.router(
                port: RouterBenchmark.freePort(), kubeconfig: cluster.kubeconfig, threads: 1)
            defer { router.process?.end() }
            try await RouterBenchmark.answers(router.port, service: "first", process: router.process)
            print(Machine.text)
            try await tell(1, "second", cluster, router, upstream: port)
            let begin = ContinuousClock.now
            for number in 2..<max(2, services) { try await cluster.makeService("s\(number)", upstream: port) }
            try await RouterBenchmark.answers(router.port, service: "s\(services - 1)", process: router.process)
            print("made \(services - 2) more in \((ContinuousClock.now - begin).components.seconds) s")
            try await tell(services, "last", cluster, router, upstream: port)
        }
    }

    private func tell(
        _ count: Int, _ next: String, _ cluster: BenchmarkCluster, _ router: Contender, upstream: Int
    ) async throws {
        let resident = Double(router.process?.residentBytes ?? 0) / 1_048_576
        let begin = ContinuousClock.now
        try await cluster.makeService(next, upstream: upstream)
        try await RouterBenchmark.answers(router.port, service: next, process: router.process)
        let time = (ContinuousClock.now - begin).components
        let milliseconds = Double(time.seconds) * 1000 + Double(time.attoseconds) / 1e15
        print(
            "\(count) service(s): \(String(format: "%.1f", resident)) MiB resident; one more answers "
                + "\(String(format: "%.0f", milliseconds)) ms after it was made")
    }
}
