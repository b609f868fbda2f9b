import Foundation

/// What wrk found out in one go.
struct Load: Sendable {
    var requests: Double
    var requestsPerSecond: Double
    /// Milliseconds.
    var p50: Double
    var p99: Double
    /// Answers that were not 200, and connections that broke.
    var failures: Int
    /// Processor seconds that the proxy took meanwhile; 0 where there is none.
    var processorSeconds = 0.0

    /// Requests for each second of a core that the proxy took.
    var requestsPerCoreSecond: Double { processorSeconds > 0 ? requests / processorSeconds : 0 }

    private static let body =
        #"{"inputs":[{"name":"x","shape":[1,4],"datatype":"FP64","data":[5.1,3.5,1.4,0.2]}]}"#

    /// Drives a contender for some seconds with requests to infer.
    static func drive(_ contender: Contender, connections: Int, seconds: Int, folder: String) async throws -> Load {
        let script = "\(folder)/infer.lua"
        let text = """
            wrk.method = "POST"
            wrk.headers["Content-Type"] = "application/json"
            wrk.headers["Host"] = "\(BenchmarkCluster.service).default"
            wrk.body = '\(body)'
            done = function(summary, latency)
                local errors = summary.errors
                print(string.format("figures %d %d %d %d %d", summary.requests, summary.duration,
                    latency:percentile(50), latency:percentile(99),
                    errors.connect + errors.read + errors.write + errors.status + errors.timeout))
            end

            """
        try Data(text.utf8).write(to: URL(fileURLWithPath: script))
        guard let program = RunningProcess.find("wrk") else { throw Refusal("missing: wrk (apt-get install wrk)") }
        let before = contender.process?.processorSeconds ?? 0
        let output = try await run(
            program,
            [
                "-t", "1", "-c", String(connections), "-d", "\(seconds)s", "-s", script,
                "http://127.0.0.1:\(contender.port)/v2/models/\(BenchmarkCluster.service)/infer",
            ])
        let after = contender.process?.processorSeconds ?? 0
        guard let line = output.split(separator: "\n").last(where: { $0.hasPrefix("figures ") }) else {
            throw Refusal("wrk said nothing of use: \(output)")
        }
        let figures = line.split(separator: " ").dropFirst().compactMap { Double($0) }
        guard figures.count == 5, figures[1] > 0 else { throw Refusal("wrk said: \(line)") }
        return Load(
            requests: figures[0], requestsPerSecond: figures[0] / (figures[1] / 1e6), p50: figures[2] / 1000,
            p99: figures[3] / 1000, failures: Int(figures[4]), processorSeconds: after - before)
    }

    private static func run(_ program: String, _ arguments: [String]) async throws -> String {
        let process = Process()
        let pipe = Pipe()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        process.standardOutput = pipe
        try process.run()
        while process.isRunning { try await Task.sleep(for: .milliseconds(50)) }
        return String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    }
}
