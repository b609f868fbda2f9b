import FairleadAPI
import KubernetesCore

@testable import FairleadCLI

/// A training job at any stage.
enum JobFixture {
    /// A job from the JSON of its status; `S+12` stands for the time 12 seconds after its start.
    static func job(_ status: String, suspend: Bool = false) throws -> TrainingJob {
        var text = """
            {"metadata": {"name": "bert", "namespace": "default", "creationTimestamp": "S+0", "uid": "u2"},
             "spec": {"framework": "pytorch", "image": "i", "command": ["train"], "nodes": 4, "queue": "gpus",
                      "suspend": \(suspend)},
             "status": \(status)}
            """
        for seconds in (0...120).reversed() {
            text = text.replacing("S+\(seconds)\"", with: "\(Time(try RunFixture.moment(Double(seconds))))\"")
        }
        return try KubernetesJSON.decode(TrainingJob.self, from: text.utf8)
    }

    static func running(progress: Int = 40, ready: Int = 4) throws -> TrainingJob {
        try job(
            """
            {"phase": "Running", "reason": "Running", "startTime": "S+5", "framework": "pytorch", "nodes": 4,
             "replicas": {"worker": {"ready": \(ready), "active": 4, "succeeded": 0, "failed": 0}}, "attempt": 2,
             "restarts": 1, "failures": 0, "disruptions": 1, "progress": "\(progress)%",
             "metrics": {"loss": 0.21, "epoch": 3}, "metricsTime": "S+60"}
            """)
    }

    static func failed() throws -> TrainingJob {
        try job(
            """
            {"phase": "Failed", "reason": "ExitCode", "startTime": "S+5", "completionTime": "S+65", "duration": "1m",
             "framework": "pytorch", "nodes": 4, "attempt": 1, "restarts": 0, "failures": 1, "disruptions": 0,
             "replicas": {"worker": {"ready": 0, "active": 0, "succeeded": 0, "failed": 4}},
             "message": "worker-2: pod bert-worker-2-0a1b2c3d on node n2 ended with exit code 1: no memory\\nno memory"}
            """)
    }

    static func succeeded() throws -> TrainingJob {
        try job(
            """
            {"phase": "Succeeded", "startTime": "S+5", "completionTime": "S+95", "duration": "1m30s",
             "framework": "pytorch", "nodes": 4, "attempt": 1, "restarts": 0, "failures": 0, "disruptions": 0,
             "replicas": {"worker": {"ready": 0, "active": 0, "succeeded": 4, "failed": 0}}, "progress": "100%",
             "metrics": {"loss": 0.02}, "results": {"accuracy": 0.97}, "models": ["bert:3"],
             "artifacts": {"model": {"uri": "s3://m/bert"}}}
            """)
    }

    static func queued() throws -> TrainingJob {
        try job(#"{"phase": "Queued", "reason": "Queued", "message": "LocalQueue gpus has not admitted it"}"#)
    }

    /// A pod of the job.
    static func pod(
        _ index: Int, attempt: Int = 1, exitCode: Int? = nil, ended: Int = 60, phase: String? = nil
    ) throws -> PodView {
        let phase = phase ?? (exitCode.map { $0 == 0 ? "Succeeded" : "Failed" } ?? "Running")
        var state = #"{"running": {}}"#
        if let exitCode {
            let (start, end) = (Time(try RunFixture.moment(5)), Time(try RunFixture.moment(Double(ended))))
            state = #"{"terminated": {"exitCode": \#(exitCode), "startedAt": "\#(start)", "finishedAt": "\#(end)"}}"#
        }
        let text = """
            {"metadata": {"name": "bert-worker-\(index)-0a1b2c3d", "namespace": "default", "uid": "p\(index)-\(attempt)",
              "labels": {"fairlead.dev/trainingjob": "bert", "fairlead.dev/role": "worker",
                         "fairlead.dev/index": "\(index)"},
              "annotations": {"fairlead.dev/attempt": "\(attempt)",
                              "batch.kubernetes.io/job-completion-index": "\(index)"}},
             "spec": {"nodeName": "n\(index)"},
             "status": {"phase": "\(phase)", "containerStatuses": [{"name": "main", "state": \(state)}]}}
            """
        return try KubernetesJSON.decode(PodView.self, from: text.utf8)
    }
}
