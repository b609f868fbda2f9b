import FairleadAPI
import KubernetesCore
import Testing

@testable import FairleadCLI

@Suite("Golden: two runs side by side")
struct CompareGoldenTests {
    private func comparison() throws -> RunComparison {
        var second = try RunFixture.run(
            """
            {"phase": "Succeeded", "startTime": "S+0", "completionTime": "S+60", "results": {"auc": 0.75, "rows": 60000.0},
             "tasks": [
               {"name": "ingest", "phase": "Succeeded", "reason": "Cached", "startTime": "S+0", "completionTime": "S+0"},
               {"name": "check-data", "phase": "Succeeded", "startTime": "S+12", "completionTime": "S+14"},
               {"name": "train-logistic", "phase": "Succeeded", "startTime": "S+15", "completionTime": "S+25"},
               {"name": "extra", "phase": "Succeeded", "startTime": "S+15", "completionTime": "S+25",
                "map": {"total": 3, "active": 0, "completedIndexes": "0-2"}}]}
            """, spec: #"{"pipeline": "flights", "params": {"rows": 20000, "months": [1, 2]}}"#)
        second.metadata.name = "flights-second"
        return RunComparison(
            first: ComparedRun(run: try RunFixture.failed(), fixed: nil), second: ComparedRun(run: second, fixed: nil))
    }

    @Test("parameters, results and tasks, with what differs marked")
    func tableGolden() throws {
        let comparison = try comparison()
        let same = RunComparison(first: comparison.first, second: comparison.first)
        let text = [comparison, same].map { $0.lines().joined(separator: "\n") }.joined(separator: "\n\n=====\n\n")
        try Golden.expect(text, "compare.txt")
    }

    @Test("the same for programs")
    func json() throws {
        let json = try comparison().json()
        #expect(json["runs"] == ["flights-first", "flights-second"])
        #expect(json[path: ["params", "rows"]] == ["values": [60000, 20000], "differ": true])
        #expect(json[path: ["params", "months"]] == ["values": [.null, [1, 2]], "differ": true])
        // 60000 and 60000.0 are one number.
        #expect(json[path: ["results", "rows", "differ"]] == false)
        #expect(json[path: ["results", "auc", "differ"]] == true)
        #expect(json[path: ["tasks", "train-logistic", "seconds"]] == ["values": [55, 10], "differ": true])
        #expect(json[path: ["tasks", "ingest", "reason"]] == ["values": [.null, "Cached"], "differ": true])
        #expect(json[path: ["tasks", "extra", "phase"]] == ["values": [.null, "Succeeded"], "differ": true])
    }
}
