import Foundation
import PropertyTesting
import Testing

@testable import PrometheusMetrics

/// Prometheus' own Python library reads what the registry writes.
@Suite struct OutsideParserTests {
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
    private static let python = root.appendingPathComponent(".fairlead/tools/bin/python").path

    private static let hasParser = (try? run("import prometheus_client.parser", input: "")) != nil

    private struct Failed: Error {}

    /// What the parser found, by family and series.
    private struct Found: Codable {
        struct Sample: Codable {
            var name: String
            var labels: [String: String]
            var value: String
        }
        var name: String
        var type: String
        var help: String
        var samples: [Sample]
    }

    private static let script = """
        import json, sys
        from prometheus_client.parser import text_string_to_metric_families
        text = sys.stdin.buffer.read().decode("utf-8")
        print(json.dumps([{"name": f.name, "type": f.type, "help": f.documentation, "samples": [
            {"name": s.name, "labels": s.labels, "value": repr(float(s.value))} for s in f.samples]}
            for f in text_string_to_metric_families(text)]))
        """

    private static func run(_ script: String, input: String) throws -> Data {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: python)
        process.arguments = ["-c", script]
        let (standardInput, output) = (Pipe(), Pipe())
        process.standardInput = standardInput
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        try standardInput.fileHandleForWriting.write(contentsOf: Data(input.utf8))
        try standardInput.fileHandleForWriting.close()
        let data = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw Failed() }
        return data
    }

    @Test(
        .enabled(if: hasParser, "scripts/setup.sh test installs prometheus_client into .fairlead/tools"),
        arguments: 0..<4 as Range<UInt64>)
    func findsWhatWasWritten(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let registry = MetricRegistry()
        // The parser takes other line ends for ends of lines too, which the format does not.
        let pieces = ["a", "\"", "\\", "\n", "\\n", " ", "{", "}", ",", "=", "#", "é", "👩‍👩‍👧", "\t", "'", ""]
        func word() -> String {
            (0..<Int.random(in: 0...6, using: &random)).map { _ in pieces.randomElement(using: &random) ?? "" }
                .joined()
        }
        var expected: [String: [[String: String]: Double]] = [:]
        for index in 0..<20 {
            let counter = registry.counter("c\(index)_total", "Help \(word()) end", labels: ["x", "y"])
            let gauge = registry.gauge("g\(index)", "Help", labels: ["x"])
            for _ in 0..<8 {
                let (x, y) = (word(), word())
                let value =
                    Double.random(in: 0...1e12, using: &random) / ([1, 3, 1e15].randomElement(using: &random) ?? 1)
                counter.increment(by: value, x, y)
                expected["c\(index)_total", default: [:]][["x": x, "y": y], default: 0] += value
                gauge.set(-value, x)
                expected["g\(index)", default: [:]][["x": x]] = -value
            }
        }
        let sizes = registry.histogram("h_seconds", "Sizes.", labels: ["x"])
        for _ in 0..<100 { sizes.observe(Double.random(in: 0...100, using: &random), "v") }
        let data = try Self.run(Self.script, input: registry.text())
        let found = try JSONDecoder().decode([Found].self, from: data)
        var values: [String: [[String: String]: Double]] = [:]
        for sample in found.flatMap(\.samples) where !sample.name.hasPrefix("h_") {
            values[sample.name, default: [:]][sample.labels] = Double(sample.value)
        }
        #expect(values == expected, "seed \(seed)")
        let histogram = try #require(found.first { $0.name == "h_seconds" })
        #expect(histogram.type == "histogram")
        let buckets = histogram.samples.filter { $0.name == "h_seconds_bucket" }.compactMap { Double($0.value) }
        #expect(buckets == buckets.sorted())
        #expect(buckets.last == 100)
        #expect(histogram.samples.first { $0.name == "h_seconds_count" }?.value == "100.0")
    }
}
