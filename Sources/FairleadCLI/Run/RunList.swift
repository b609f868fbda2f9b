import FairleadAPI
import Foundation
import KubernetesCore

/// Runs as a table, the newest last, with kubectl's columns.
struct RunList: Sendable {
    var runs: [PipelineRun]
    /// Whether each row names its namespace.
    var hasNamespaces: Bool
    var now: Date

    /// Whether a run belongs to a task of another one, which shows it.
    static func isNested(_ run: PipelineRun) -> Bool {
        run.metadata.controller?.kind == ResourceType.pipelineRun.gvk.kind
    }

    /// The lines, the heading first.
    func lines() -> [String] {
        var table = TextTable(
            (hasNamespaces ? ["NAMESPACE"] : [])
                + ["NAME", "PHASE", "REASON", "PROGRESS", "PIPELINE", "AGE", "DURATION"])
        let ordered = runs.sorted { left, right in
            let first = left.metadata.creationTimestamp?.secondsSince1970 ?? 0
            let second = right.metadata.creationTimestamp?.secondsSince1970 ?? 0
            return (first, left.key) < (second, right.key)
        }
        for run in ordered {
            let status = run.status
            table.add(
                (hasNamespaces ? [run.metadata.namespace ?? ""] : []) + [
                    run.metadata.name, status.phase?.rawValue ?? "", status.reason?.rawValue ?? "",
                    status.progress ?? "", run.spec.value?.pipeline ?? "",
                    Age.text(since: run.metadata.creationTimestamp, now: now), status.duration ?? "",
                ])
        }
        return table.lines
    }
}
