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
}
