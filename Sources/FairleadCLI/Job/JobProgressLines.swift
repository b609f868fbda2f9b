import FairleadAPI
import Foundation
import KubernetesCore

/// Tells a training job as lines, one for each change: what is shown where no terminal looks on.
struct JobProgressLines: ProgressLines {
    private struct Seen: Hashable {
        var phase: String
        var detail: String
        var progress: String?
    }

    private var seen: Seen?

    /// Nothing told yet.
    init() {}

    /// The lines for what changed since the last call: `12s  Running  2 of 4 ready  40%  loss=0.21`.
    mutating func lines(_ job: TrainingJob, now: Date) -> [String] {
        let status = job.status
        let detail = Self.detail(job)
        // Metrics change with every batch: they are told along with what is news.
        let new = Seen(phase: status.phase?.rawValue ?? "Pending", detail: detail, progress: status.progress)
        guard seen != new else { return [] }
        seen = new
        let begin = status.startTime ?? job.metadata.creationTimestamp ?? Time(now)
        let moment = status.completionTime ?? Time(now)
        let elapsed = FairleadDuration.format(.seconds(max(0, moment.secondsSince1970 - begin.secondsSince1970)))
        let parts = [elapsed, job.metadata.name, new.phase, detail, status.progress ?? "", Self.metrics(status)]
        return [parts.filter { !$0.isEmpty }.joined(separator: "  ")]
    }

    /// What its pods do, or what it waits for.
    static func detail(_ job: TrainingJob) -> String {
        let status = job.status
        if status.phase == .running {
            let ready = status.replicas.values.reduce(0) { $0 + $1.ready + $1.succeeded }
            return "\(ready) of \(status.nodes ?? ready) ready"
        }
        if status.phase == .succeeded { return "" }
        return status.message?.split(separator: "\n").first.map(String.init) ?? ""
    }

    /// The newest metrics on one line, in the order of their names.
    static func metrics(_ status: TrainingJobStatus) -> String {
        TaskDetail.results(status.metrics).joined(separator: " ")
    }
}
