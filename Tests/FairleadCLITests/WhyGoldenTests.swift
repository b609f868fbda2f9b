import FairleadAPI
import Foundation
import KubernetesCore
import Testing

@testable import FairleadCLI

@Suite("Golden: why a run failed, or what it waits for")
struct WhyGoldenTests {
    private func story(_ findings: [RunFinding]) throws -> String {
        let story = WhyStory(findings: findings, now: try RunFixture.moment(100)) { "\($0) -n lab" }
        return story.lines().joined(separator: "\n")
    }

    private func pod(_ status: String, attempt: Int = 3) throws -> PodFacts {
        let text = """
            {"metadata": {"name": "pod-a", "annotations": {"fairlead.dev/attempt": "\(attempt)"}},
             "spec": {"nodeName": "node-1"}, "status": \(status)}
            """
        return PodFacts(try KubernetesJSON.decode(PodView.self, from: text.utf8))
    }

    @Test("a failure: what ran where, how it ended, its log, what to do, what followed from it")
    func failureGolden() throws {
        let run = try RunFixture.failed()
        var finding = RunFinding(run: run, cause: RunCause(run))
        var text = try story([finding])
        var facts = try pod(
            """
            {"phase": "Failed", "containerStatuses": [{"name": "main", "state": {"terminated": {"exitCode": 137,
              "signal": 9, "reason": "OOMKilled", "startedAt": "2026-03-01T10:00:20Z",
              "finishedAt": "2026-03-01T10:01:10Z"}}}]}
            """)
        facts.log = ["epoch 1", "epoch 2\u{1B}[2J"]
        finding.pods = [TaskAddress(task: "train-logistic"): facts]
        text += "\n\n=====\n\n" + (try story([finding]))
        try Golden.expect(text, "why-failed.txt")
    }

    @Test("nested runs are followed down to the item that failed first")
    func nestedGolden() throws {
        let outer = try RunFixture.run(
            """
            {"phase": "Failed", "reason": "PackagesFailed", "duration": "1m", "tasks": [
              {"name": "first", "phase": "Failed", "reason": "ExitCode", "completionTime": "S+50"},
              {"name": "inner", "phase": "Failed", "reason": "PackagesFailed", "completionTime": "S+40",
               "child": "flights-inner-1"},
              {"name": "last", "phase": "Skipped", "reason": "UpstreamFailed"}]}
            """)
        var inner = try RunFixture.run(
            """
            {"phase": "Failed", "reason": "PackagesFailed", "tasks": [
              {"name": "fit", "phase": "Failed", "reason": "PackagesFailed", "completionTime": "S+39",
               "message": "item 7 failed: init container packages of pod p ended with exit code 1\\nno matching",
               "map": {"total": 4096, "active": 0, "completedIndexes": "0-6", "failedIndexes": "7,9-10"}}]}
            """)
        inner.metadata.name = "flights-inner-1"
        var finding = RunFinding(run: inner, cause: RunCause(inner))
        var facts = try pod(
            """
            {"phase": "Failed", "containerStatuses": [{"name": "main", "state": {"waiting": {"reason": "PodInitializing"}}}],
             "initContainerStatuses": [{"name": "packages", "state": {"terminated": {"exitCode": 1, "reason": "Error"}}}]}
            """, attempt: 1)
        facts.log = ["no matching distribution"]
        finding.pods = [TaskAddress(task: "fit", item: 7): facts]
        try Golden.expect(try story([RunFinding(run: outer, cause: RunCause(outer)), finding]), "why-nested.txt")
    }

    @Test("a nested run that somebody stopped is why the run around it failed")
    func stoppedChild() throws {
        let run = try RunFixture.run(
            """
            {"phase": "Failed", "reason": "Stopped", "tasks": [
              {"name": "inner", "phase": "Stopped", "reason": "Stopped", "completionTime": "S+40", "message": "by hand"},
              {"name": "items", "phase": "Failed", "reason": "Cancelled", "completionTime": "S+50"},
              {"name": "last", "phase": "Skipped", "reason": "UpstreamFailed"}]}
            """)
        guard case .task(let cause, nil) = RunCause(run) else { Issue.record("\(RunCause(run))"); return }
        #expect(cause.name == "inner")
        #expect(RunCause.failures(run).map(\.name) == ["inner", "items"])
        #expect(RunCause.consequences(run).map(\.name) == ["last"])
    }

    @Test("a run that could not start, one whose time was over, one that was stopped, one that succeeded")
    func wholeGolden() throws {
        var texts: [String] = []
        let limited = #"{"pipeline": "flights", "activeDeadlineSeconds": 60}"#
        for (status, spec) in [
            (#"{"phase": "Failed", "reason": "InvalidSpec", "message": "spec.tasks[0].imag: unknown field"}"#, "{}"),
            (
                """
                {"phase": "Failed", "reason": "Timeout", "message": "the run took longer than activeDeadlineSeconds",
                 "startTime": "S+0", "completionTime": "S+60", "tasks": [
                 {"name": "a", "phase": "Failed", "reason": "Timeout", "completionTime": "S+60"}]}
                """, limited
            ),
            (
                """
                {"phase": "Stopped", "reason": "Stopped", "message": "the run was stopped", "tasks": [
                 {"name": "a", "phase": "Stopped", "reason": "Stopped"}, {"name": "b", "phase": "Skipped",
                  "reason": "UpstreamFailed"}]}
                """, limited
            ),
            (
                """
                {"phase": "Succeeded", "tasks": [{"name": "a", "phase": "Succeeded", "map":
                 {"total": 5, "active": 0, "completedIndexes": "0-2,4", "failedIndexes": "3"}}]}
                """, limited
            ),
        ] {
            let run = try RunFixture.run(status, spec: spec)
            texts.append(try story([RunFinding(run: run, cause: RunCause(run))]))
        }
        texts.append(try story([RunFinding(run: try RunFixture.succeeded(), cause: .success)]))
        try Golden.expect(texts.joined(separator: "\n\n=====\n\n"), "why-whole.txt")
    }

    @Test("a run that goes on: what each task waits for, and the command that ends the waiting")
    func waitingGolden() throws {
        var running = RunFinding(run: try RunFixture.running(), cause: .unfinished)
        var unscheduled = try pod(
            """
            {"phase": "Pending", "conditions": [{"type": "PodScheduled", "status": "False", "reason": "Unschedulable",
             "message": "0/3 nodes are available: 3 Insufficient nvidia.com/gpu."}]}
            """)
        unscheduled.warnings = ["FailedMount: configmap \"x\" not found"]
        running.pods = [TaskAddress(task: "train-boosting"): unscheduled]
        running.warnings = ["FailedCreate: pods \"a\" is forbidden: exceeded quota"]
        var texts = [try story([running])]
        let suspended = try RunFixture.run(
            """
            {"phase": "Suspended", "reason": "Suspended", "tasks": [
             {"name": "ok", "phase": "Suspended", "reason": "Suspended", "startTime": "S+0", "message": "Promote nl?"},
             {"name": "fit", "phase": "Running", "startTime": "S+0", "map":
              {"total": 4096, "active": 8, "completedIndexes": "0-2799", "failedIndexes": "2800"},
              "message": "item 2800 failed: exit code 1\\nValueError\\nwaits since pod a was refused: quota"},
             {"name": "inner", "phase": "Running", "startTime": "S+0", "child": "flights-inner-1"},
             {"name": "later", "phase": "Pending"}]}
            """, spec: #"{"pipeline": "flights", "suspend": true}"#)
        texts.append(try story([RunFinding(run: suspended, cause: .unfinished)]))
        let queued = try RunFixture.run(
            #"{"phase": "Queued", "reason": "Queued", "message": "waits for group nl", "concurrencyGroup": "nl"}"#)
        var finding = RunFinding(run: queued, cause: .unfinished)
        finding.ahead = ["churn-1", "churn-2"]
        texts.append(try story([finding]))
        texts.append(try story([RunFinding(run: try RunFixture.waiting(), cause: .unfinished)]))
        try Golden.expect(texts.joined(separator: "\n\n=====\n\n"), "why-waiting.txt")
    }

    @Test("the first cause is the earliest failure that follows from no other one")
    func firstCause() throws {
        func cause(_ tasks: String) throws -> RunCause {
            RunCause(try RunFixture.run(#"{"phase": "Failed", "tasks": [\#(tasks)]}"#))
        }
        func name(_ cause: RunCause) -> String? {
            if case .task(let task, let item) = cause {
                TaskAddress(task: task.name, item: item).description
            } else {
                nil
            }
        }
        let late = #"{"name": "late", "phase": "Failed", "reason": "OOMKilled", "completionTime": "S+30"}"#
        let early = #"{"name": "early", "phase": "Failed", "reason": "ExitCode", "completionTime": "S+20"}"#
        let upstream = #"{"name": "up", "phase": "Failed", "reason": "UpstreamFailed", "completionTime": "S+1"}"#
        let tolerated = #"{"name": "t", "phase": "Succeeded", "map": {"total": 2, "active": 0, "failedIndexes": "1"}}"#
        #expect(name(try cause("\(late), \(upstream), \(tolerated), \(early)")) == "early")
        #expect(name(try cause("\(upstream), \(late)")) == "late")
        #expect(try cause(tolerated) == .run)
        #expect(try cause("") == .run)
    }

    @Test("every reason has a meaning, and docs/reasons.md says the same")
    func reasonsGolden() throws {
        let page = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "docs/reasons.md")
        let table = ReasonAdvice.table.joined(separator: "\n")
        let lines = try String(contentsOf: page, encoding: .utf8).components(separatedBy: "\n")
        let first = try #require(lines.firstIndex { $0.hasPrefix("|") })
        let end = lines[first...].firstIndex { !$0.hasPrefix("|") } ?? lines.endIndex
        if ProcessInfo.processInfo.environment["FAIRLEAD_RENEW_GOLDENS"] == "1" {
            let renewed = lines[..<first] + [table] + lines[end...]
            try renewed.joined(separator: "\n").write(to: page, atomically: true, encoding: .utf8)
        } else {
            #expect(lines[first..<end].joined(separator: "\n") == table, "renew with FAIRLEAD_RENEW_GOLDENS=1")
        }
    }
}
