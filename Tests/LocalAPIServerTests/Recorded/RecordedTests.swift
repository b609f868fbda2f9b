import Foundation
import Testing

/// The server answers as a real API server did; see the README of the recordings for what may differ.
@Suite(.enabled(if: RecordedScenario.folder != nil, "the recordings are not beside the package"))
struct RecordedTests {
    @Test(arguments: RecordedScenarios.passing)
    func answersAsRecorded(_ name: String) async throws {
        let scenario = try RecordedScenario.load(name)
        let report = try await RecordedReplayer.replay(scenario)
        #expect(report.isEmpty, "\(name):\n\(report.joined(separator: "\n"))")
    }

    /// Tells how far those are that do not pass yet, when asked with `FAIRLEAD_RECORDED=<name>` or `all`.
    @Test(.enabled(if: ProcessInfo.processInfo.environment["FAIRLEAD_RECORDED"] != nil))
    func reportsTheRest() async throws {
        let wanted = ProcessInfo.processInfo.environment["FAIRLEAD_RECORDED"] ?? "all"
        let names = wanted == "all" ? RecordedScenarios.all : wanted.split(separator: ",").map(String.init)
        for name in names {
            let scenario = try RecordedScenario.load(name)
            let report = try await RecordedReplayer.replay(scenario, isVerbose: wanted != "all")
            print("\(report.isEmpty ? "PASS" : "FAIL") \(name)")
            for line in report.prefix(wanted == "all" ? 6 : 60) { print("    \(line)") }
        }
    }
}
