import FairleadAPI
import Foundation
import KubernetesCore

/// Tells a run as lines, one for each change: what is shown where no terminal looks on.
struct RunProgress: Sendable {
    private struct Seen: Hashable {
        var phase: String
        var detail: String
    }

    private var seen: [String: Seen] = [:]
    private var message: String?

    /// Nothing told yet.
    init() {}

    /// The lines for what changed since the last call: `12s  train-gbm  Running`.
    mutating func lines(_ run: PipelineRun, now: Date) -> [String] {
        var lines: [String] = []
        let begin = run.status.startTime ?? run.metadata.creationTimestamp ?? Time(now)
        func elapsed(_ moment: Time?) -> String {
            let seconds = (moment ?? Time(now)).secondsSince1970 - begin.secondsSince1970
            return FairleadDuration.format(.seconds(seconds))
        }
        if run.status.tasks.isEmpty, run.status.phase?.isTerminal != true, run.status.message != message {
            message = run.status.message
            if let message { lines.append("\(elapsed(nil))  \(run.metadata.name)  \(message)") }
        }
        for task in run.status.tasks {
            let detail = TaskDetail.text(task)
            let new = Seen(phase: task.phase.rawValue, detail: task.map.map(Self.stage) ?? detail)
            guard seen[task.name] != new else { continue }
            // That a task waits for others goes without saying.
            let isNews = seen[task.name] != nil || task.phase != .pending || !detail.isEmpty
            seen[task.name] = new
            guard isNews else { continue }
            let moment = task.phase.isTerminal ? task.completionTime ?? run.status.completionTime : nil
            lines.append("\(elapsed(moment))  \(task.name)  \(new.phase)\(detail.isEmpty ? "" : "  \(detail)")")
        }
        return lines
    }

    /// Of thousands of items not each is news: every tenth of them is, and the first one that fails.
    private static func stage(_ map: MapStatus) -> String {
        let done = map.completed + map.failed
        return "\(map.total > 0 ? done * 10 / map.total : 0) \(map.failed > 0)"
    }
}
