import FairleadAPI
import Foundation
import KubernetesCore

@testable import FairleadCLI

/// A run of a pipeline with branches, a failure's room and a `finally`, at any stage.
enum RunFixture {
    static let start = "2026-03-01T10:00:00Z"

    /// The moment that many seconds after the run's start.
    static func moment(_ seconds: Double) throws -> Date {
        guard let start = Time(start) else { throw CommandError(.invalidInput, "no time") }
        return start.date.addingTimeInterval(seconds)
    }

    /// A run from the JSON of its status; `S+12` stands for the time 12 seconds after its start.
    static func run(_ status: String, spec: String = #"{"pipeline": "flights", "params": {"rows": 60000}}"#) throws
        -> PipelineRun
    {
        var text = """
            {"metadata": {"name": "flights-first", "namespace": "default", "creationTimestamp": "S+0", "uid": "u1"},
             "spec": \(spec), "status": \(status)}
            """
        for seconds in (0...120).reversed() {
            text = text.replacing("S+\(seconds)\"", with: "\(Time(try moment(Double(seconds))))\"")
        }
        return try KubernetesJSON.decode(PipelineRun.self, from: text.utf8)
    }

    /// The graph of the fixture's pipeline.
    static func graph() throws -> PipelineGraph {
        let spec = """
            {"tasks": [
               {"name": "ingest", "command": ["a"]}, {"name": "check-data", "dependsOn": ["ingest"], "command": ["a"]},
               {"name": "train-logistic", "dependsOn": ["check-data"], "command": ["a"]},
               {"name": "train-boosting", "dependsOn": ["check-data"], "command": ["a"]},
               {"name": "evaluate", "dependsOn": ["train-logistic", "train-boosting"], "command": ["a"]}],
             "finally": [{"name": "summary", "command": ["a"]}]}
            """
        return PipelineGraph(try KubernetesJSON.decode(PipelineSpec.self, from: spec.utf8))
    }

    static func waiting() throws -> PipelineRun {
        try run(#"{"phase": "Pending", "reason": "InvalidSpec", "message": "spec.pipeline: there is no pipeline yet"}"#)
    }

    static func running() throws -> PipelineRun {
        try run(
            """
            {"phase": "Running", "reason": "Running", "progress": "3/6", "startTime": "S+0", "specRef": "x",
             "tasks": [
               {"name": "ingest", "phase": "Succeeded", "attempts": 1, "startTime": "S+0", "completionTime": "S+12",
                "results": {"rows": 60000, "source": "nycflights13"}},
               {"name": "check-data", "phase": "Succeeded", "attempts": 1, "startTime": "S+12",
                "completionTime": "S+14", "results": {"late": 0.21, "kinds": ["AA", "UA"]}},
               {"name": "train-logistic", "phase": "Running", "attempts": 2, "startTime": "S+15"},
               {"name": "train-boosting", "phase": "Pending", "reason": "ImagePullFailed", "attempts": 1,
                "startTime": "S+15", "message": "the image python:9 is not known\\nadd it to the catalogue"},
               {"name": "evaluate", "phase": "Pending"}, {"name": "summary", "phase": "Pending"}]}
            """)
    }

    static func failed() throws -> PipelineRun {
        try run(
            """
            {"phase": "Failed", "reason": "ExitCode", "progress": "6/6", "startTime": "S+0", "completionTime": "S+75",
             "duration": "1m15s", "results": {"rows": 60000},
             "message": "task \\"train-logistic\\" failed: pod a ended with exit code 3: giving up\\nno memory\\ngiving up",
             "tasks": [
               {"name": "ingest", "phase": "Succeeded", "attempts": 1, "startTime": "S+0", "completionTime": "S+12",
                "results": {"rows": 60000}},
               {"name": "check-data", "phase": "Succeeded", "attempts": 1, "startTime": "S+12",
                "completionTime": "S+14"},
               {"name": "train-logistic", "phase": "Failed", "reason": "ExitCode", "attempts": 3, "startTime": "S+15",
                "completionTime": "S+70", "message": "pod a ended with exit code 3: giving up\\nno memory\\ngiving up"},
               {"name": "train-boosting", "phase": "Succeeded", "attempts": 1, "startTime": "S+15",
                "completionTime": "S+40"},
               {"name": "evaluate", "phase": "Skipped", "reason": "UpstreamFailed",
                "message": "task \\"train-logistic\\" failed"},
               {"name": "summary", "phase": "Succeeded", "attempts": 1, "startTime": "S+71",
                "completionTime": "S+75"}]}
            """)
    }

    static func succeeded() throws -> PipelineRun {
        try run(
            """
            {"phase": "Succeeded", "progress": "1/1", "startTime": "S+0", "completionTime": "S+42", "duration": "42s",
             "results": {"auc": 0.7131, "best": "boosting", "curve": [0.5, 0.7]},
             "tasks": [{"name": "ingest", "phase": "Succeeded", "attempts": 2, "startTime": "S+0",
                        "completionTime": "S+42", "results": {"note": "two\\nlines"}}]}
            """)
    }

    /// A run with a task of every kind.
    static func rich() throws -> PipelineRun {
        try run(
            """
            {"phase": "Running", "reason": "Running", "progress": "2/7", "startTime": "S+0", "specRef": "x",
             "tasks": [
               {"name": "ingest", "phase": "Succeeded", "reason": "Cached", "message": "from run flights-zero",
                "startTime": "S+0", "completionTime": "S+0", "results": {"rows": 60000}},
               {"name": "valid", "phase": "Succeeded", "startTime": "S+0", "completionTime": "S+0"},
               {"name": "fit", "phase": "Running", "startTime": "S+1", "message": "item 7 failed: pod p ended",
                "map": {"total": 4096, "active": 8, "completedIndexes": "0-6,8-2800", "failedIndexes": "7"}},
               {"name": "score", "phase": "Running", "startTime": "S+1", "child": "flights-first-score-1"},
               {"name": "ok", "phase": "Suspended", "reason": "Suspended", "startTime": "S+1",
                "message": "Promote nl? (fairlead approve flights-first ok)"},
               {"name": "register", "phase": "Pending"}, {"name": "tell", "phase": "Pending"}]}
            """)
    }

    /// The nested run of ``rich()``, with one of its own.
    static func nested() throws -> NestedRuns {
        var nested = NestedRuns()
        for (name, task) in [("flights-first-score-1", "deeper"), ("deeper-1", "leaf")] {
            let child = task == "leaf" ? "" : #", "child": "deeper-1""#
            var run = try run(
                """
                {"phase": "Running", "progress": "0/2", "tasks": [
                  {"name": "\(task)", "phase": "Running", "startTime": "S+2"\(child)},
                  {"name": "end", "phase": "Suspended", "message": "Go on? (fairlead approve \(name) end)"}]}
                """)
            run.metadata.name = name
            nested.set(run)
        }
        return nested
    }

    /// The pipeline of ``rich()``.
    static func richPipeline() throws -> PipelineSpec {
        let spec = """
            {"tasks": [
               {"name": "ingest", "command": ["a"], "cache": {}, "results": [{"name": "rows", "type": "integer"}]},
               {"name": "valid", "check": {"that": "tasks.ingest.results.rows > 0"}},
               {"name": "fit", "dependsOn": ["valid"], "map": {"count": 4096}, "command": ["a"]},
               {"name": "score", "dependsOn": ["valid"], "pipeline": {"name": "scoring"}},
               {"name": "ok", "dependsOn": ["valid"], "approval": {"message": "Promote nl?"}},
               {"name": "register", "dependsOn": ["ok", "fit"], "when": "tasks.ingest.results.rows > 10",
                "runWhen": "NoneFailed", "command": ["a"]}],
             "finally": [{"name": "tell", "command": ["a"]}]}
            """
        return try KubernetesJSON.decode(PipelineSpec.self, from: spec.utf8)
    }
}
