import FairleadAPI
import FairleadPlanning
import Foundation
import KubernetesCore

/// A run as a tree of its tasks: states, times, results; nested runs below their tasks.
struct RunTree: Sendable {
    /// The run.
    var run: PipelineRun
    /// Which task comes after which; nil where that is not known, and the tasks stand in one column.
    var graph: PipelineGraph?
    /// The runs that are tasks of it.
    var nested = NestedRuns()
    /// The time for which it is drawn.
    var now: Date

    private static let deepestLevel = 8

    private struct Entry {
        var task: TaskStatus
        var level: Int
        var isFinally: Bool
    }

    /// The drawing, one line a task.
    ///
    /// - Parameter height: The most lines; where there are more, those of the least interest are counted instead.
    func lines(height: Int? = nil) -> [StyledLine] {
        var entries = self.entries
        let hasFinally = entries.contains { $0.isFinally }
        var hidden: [TaskStatus] = []
        if let height {
            let room = max(1, height - 2 - (hasFinally ? 1 : 0))
            if entries.count > room {
                let kept = Set(Self.mostInteresting(entries.map(\.task), room))
                hidden = entries.indices.filter { !kept.contains($0) }.map { entries[$0].task }
                entries = entries.indices.filter { kept.contains($0) }.map { entries[$0] }
            }
        }
        let nameWidth = entries.map { $0.level * 2 + $0.task.name.count }.max() ?? 0
        let times = entries.map { time($0.task) }
        let timeWidth = times.map(\.count).max() ?? 0
        var lines = [heading]
        if run.status.tasks.isEmpty, run.status.phase?.isTerminal != true, let message = run.status.message {
            lines.append(StyledLine("  \(message)", .faint))
        }
        var hasFinallyBegun = false
        for (entry, time) in zip(entries, times) {
            if entry.isFinally, !hasFinallyBegun {
                hasFinallyBegun = true
                lines.append(StyledLine("  finally", .faint))
            }
            lines.append(Self.line(entry.task, entry.level, nameWidth, time, timeWidth))
        }
        if !hidden.isEmpty { lines.append(StyledLine("  … \(Self.summary(hidden))", .faint)) }
        return lines
    }

    private var entries: [Entry] {
        let levels = self.levels
        return run.status.tasks.flatMap { task in
            let entry = Entry(task: task, level: levels[task.name] ?? 0, isFinally: isFinally(task.name))
            return [entry] + below(entry, depth: 1)
        }
    }

    /// The tasks of the nested run that a task is.
    private func below(_ entry: Entry, depth: Int) -> [Entry] {
        guard depth <= NestedRuns.deepest, let run = nested.run(of: entry.task) else { return [] }
        return run.status.tasks.flatMap { task in
            let inner = Entry(
                task: task, level: min(Self.deepestLevel, entry.level + 1), isFinally: entry.isFinally)
            return [inner] + below(inner, depth: depth + 1)
        }
    }

    /// The run in one line.
    private var heading: StyledLine {
        let phase = run.status.phase ?? .pending
        var line = StyledLine(run.metadata.name, .strong)
        line.append("  ")
        line.append(phase.rawValue, Self.style(phase.rawValue))
        if let progress = run.status.progress { line.append("  \(progress)") }
        if let start = run.status.startTime {
            line.append("  \(Self.duration(from: start, to: run.status.completionTime ?? Time(now)))")
        }
        if let reason = run.status.reason, reason.rawValue != phase.rawValue { line.append("  \(reason.rawValue)") }
        return line
    }

    private static func line(
        _ task: TaskStatus, _ level: Int, _ nameWidth: Int, _ time: String, _ timeWidth: Int
    ) -> StyledLine {
        let style = style(task.phase.rawValue)
        let margin = String(repeating: " ", count: level * 2)
        let padding = String(repeating: " ", count: max(0, nameWidth - margin.count - task.name.count))
        var line = StyledLine("  \(margin)")
        line.append("\(GraphRenderer.mark(task.phase.rawValue)) ", style)
        line.append(task.name + padding, task.phase == .pending ? .faint : .plain)
        line.append("  \(String(repeating: " ", count: max(0, timeWidth - time.count)))\(time)  ", .faint)
        line.append(TaskDetail.text(task), task.phase == .failed ? .bad : .plain)
        return line
    }

    private func time(_ task: TaskStatus) -> String {
        guard let start = task.startTime else { return "" }
        return Self.duration(from: start, to: task.completionTime ?? Time(now))
    }

    private static func duration(from start: Time, to end: Time) -> String {
        FairleadDuration.format(.seconds(end.secondsSince1970 - start.secondsSince1970))
    }

    private func isFinally(_ name: String) -> Bool {
        guard let graph, let index = graph.index(of: name) else { return false }
        return graph.isFinally(index)
    }

    /// How deep each task stands: one below the deepest of those before it.
    private var levels: [String: Int] {
        guard let graph else { return [:] }
        var levels: [String: Int] = [:]
        for index in graph.topologicalOrder {
            let before = graph.dependencies[index].compactMap { levels[graph.names[$0]] }.max()
            let least = graph.isFinally(index) ? 1 : 0
            levels[graph.names[index]] = min(Self.deepestLevel, before.map { $0 + 1 } ?? least)
        }
        return levels
    }

    /// The indices of what runs, what failed, what is about to run, what is done: in this order.
    private static func mostInteresting(_ tasks: [TaskStatus], _ count: Int) -> [Int] {
        func rank(_ phase: TaskStatus.Phase) -> Int {
            switch phase {
            case .failed: 0
            case .running, .suspended: 1
            case .pending, .queued: 2
            case .succeeded, .skipped, .stopped: 3
            }
        }
        let ranked = tasks.enumerated().sorted { left, right in
            // Of what is done the last, of what waits the first.
            let (first, second) = (rank(left.element.phase), rank(right.element.phase))
            if first != second { return first < second }
            return first == 3 ? left.offset > right.offset : left.offset < right.offset
        }
        return ranked.prefix(count).map(\.offset)
    }

    private static func summary(_ tasks: [TaskStatus]) -> String {
        let counts = Dictionary(grouping: tasks, by: \.phase.rawValue).mapValues(\.count)
        let parts = counts.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
        return "\(tasks.count) more: \(parts.joined(separator: ", "))"
    }

    private static func style(_ phase: String) -> StyledLine.Style {
        switch phase {
        case "Succeeded": .good
        case "Failed", "Stopped": .bad
        case "Running": .active
        case "Suspended": .strong
        default: .faint
        }
    }
}
