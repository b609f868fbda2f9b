import FairleadAPI
import Foundation
import KubernetesCore

/// Training jobs as a table, the newest last, with kubectl's columns.
struct JobList: Sendable {
    var jobs: [TrainingJob]
    /// Whether each row names its namespace.
    var hasNamespaces: Bool
    var now: Date

    /// The lines, the heading first.
    func lines() -> [String] {
        var table = TextTable(
            (hasNamespaces ? ["NAMESPACE"] : [])
                + [
                    "NAME", "PHASE", "REASON", "FRAMEWORK", "NODES", "RESTARTS", "PROGRESS", "AGE", "QUEUE", "DURATION",
                    "METRICS",
                ])
        let ordered = jobs.sorted { left, right in
            let first = left.metadata.creationTimestamp?.secondsSince1970 ?? 0
            let second = right.metadata.creationTimestamp?.secondsSince1970 ?? 0
            return (first, left.key) < (second, right.key)
        }
        for job in ordered {
            let status = job.status
            let cells: [String?] = [
                status.phase?.rawValue, status.reason?.rawValue,
                status.framework ?? job.spec.value?.framework?.rawValue,
                (status.nodes ?? job.spec.value?.nodes).map(String.init), status.restarts.map(String.init),
                status.progress, Age.text(since: job.metadata.creationTimestamp, now: now),
                job.spec.value?.queue, status.duration ?? JobStory(job: job, now: now).runningTime,
                JobProgressLines.metrics(status),
            ]
            table.add(
                (hasNamespaces ? [job.metadata.namespace ?? ""] : []) + [job.metadata.name] + cells.map { $0 ?? "" })
        }
        return table.lines
    }
}
