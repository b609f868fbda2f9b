import FairleadAPI
import Foundation
import KubernetesCore

/// A run told in full: phase, tasks, results, and what went wrong.
struct RunStory: Sendable {
    var run: PipelineRun
    /// The runs that are tasks of it.
    var nested = NestedRuns()
    var now: Date

    /// The whole story.
    func lines() -> [String] {
        var lines = facts()
        if !run.status.tasks.isEmpty { lines += [""] + tasks() }
        if !run.status.results.isEmpty { lines += ["", "Results:"] + results() }
        let messages = messages()
        if !messages.isEmpty { lines += [""] + messages }
        return lines
    }

    /// How a run ended: its results, or why it did not succeed.
    func ending() -> [String] {
        let status = run.status
        let phase = status.phase?.rawValue ?? "Pending"
        var first = "run \(run.metadata.name) \(phase)"
        if let duration = status.duration { first += " in \(duration)" }
        if status.phase != .succeeded, let message = status.message { first += ": \(message)" }
        return [first] + results()
    }

    private func facts() -> [String] {
        let status = run.status
        let pipeline = run.spec.value.map { $0.pipeline ?? "(its own)" }
        let phase = (status.phase?.rawValue ?? "Pending") + (status.reason.map { " (\($0.rawValue))" } ?? "")
        let hasReason = status.reason != nil && status.reason?.rawValue != status.phase?.rawValue
        let facts: [(String, String?)] = [
            ("Name", run.metadata.name),
            ("Namespace", run.metadata.namespace),
            ("Pipeline", pipeline),
            ("Params", run.spec.value.flatMap { $0.params.isEmpty ? nil : $0.params }.map(Self.params)),
            ("Phase", hasReason ? phase : status.phase?.rawValue ?? "Pending"),
            ("Progress", status.progress),
            ("Started", status.startTime.map { "\($0) (\(Age.text(since: $0, now: now)) ago)" }),
            ("Duration", status.duration ?? runningTime()),
        ]
        return facts.compactMap { name, value in
            value.map { "\(name):\(String(repeating: " ", count: 10 - name.count))\($0)" }
        }
    }

    private func runningTime() -> String? {
        guard let start = run.status.startTime, run.status.completionTime == nil else { return nil }
        return FairleadDuration.format(.seconds(Time(now).secondsSince1970 - start.secondsSince1970))
    }

    private func tasks() -> [String] {
        let rows = rows(run, margin: "", depth: 0)
        let isMapped = rows.contains { $0.task.map != nil }
        var table = TextTable(
            ["TASK", "PHASE", "REASON"] + (isMapped ? ["ITEMS"] : []) + ["ATTEMPTS", "DURATION", "RESULTS"])
        for (task, margin) in rows {
            let duration = task.startTime.map { start in
                let end = task.completionTime ?? Time(now)
                return FairleadDuration.format(.seconds(end.secondsSince1970 - start.secondsSince1970))
            }
            let reason = task.reason.map(\.rawValue).flatMap { $0 == task.phase.rawValue ? nil : $0 }
            table.add(
                [margin + task.name, task.phase.rawValue, reason ?? ""] + (isMapped ? [task.map?.summary ?? ""] : [])
                    + [
                        task.attempts.map(String.init) ?? "", duration ?? "",
                        TaskDetail.results(task.results).joined(separator: " "),
                    ])
        }
        return table.lines
    }

    /// The tasks, those of nested runs below theirs.
    private func rows(_ run: PipelineRun, margin: String, depth: Int) -> [(task: TaskStatus, margin: String)] {
        run.status.tasks.flatMap { task in
            guard depth < NestedRuns.deepest, let inner = nested.run(of: task) else { return [(task, margin)] }
            return [(task, margin)] + rows(inner, margin: margin + "  ", depth: depth + 1)
        }
    }

    private func results() -> [String] {
        let width = run.status.results.keys.map(\.count).max() ?? 0
        return run.status.results.sorted { $0.key < $1.key }.map { name, value in
            "  \(name)\(String(repeating: " ", count: width - name.count + 3))\(TaskDetail.value(value, limit: 200))"
        }
    }

    /// Every message, the run's own only where no task says the same.
    private func messages() -> [String] {
        // Of nested runs only what waits for a person: what fails there is told by the task that it is.
        let told = rows(run, margin: "", depth: 0).filter { $0.margin.isEmpty || $0.task.phase == .suspended }
            .map(\.task).filter { $0.message != nil && $0.phase != .succeeded }
        var lines: [String] = []
        let own = run.status.message.flatMap { message in
            told.contains { message.contains($0.message ?? "") } ? nil : message
        }
        if let own { lines += own.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) }
        for task in told {
            let text = (task.message ?? "").split(separator: "\n", omittingEmptySubsequences: false)
            lines.append("\(task.name): \(text.first ?? "")")
            lines += text.dropFirst().map { "  \($0)" }
        }
        return lines
    }

    private static func params(_ params: [String: JSONValue]) -> String {
        TaskDetail.results(params).joined(separator: " ")
    }
}
