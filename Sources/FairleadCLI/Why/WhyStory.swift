import FairleadAPI
import Foundation
import KubernetesCore

/// Tells why a run failed, or what it waits for, and what to do.
struct WhyStory: Sendable {
    /// The run that was asked about, then the nested ones down to the culprit.
    let findings: [RunFinding]
    let now: Date
    /// A command line that speaks about the same cluster and namespace.
    let commandLine: @Sendable (String) -> String

    /// The lines.
    func lines() -> [String] {
        guard let first = findings.first, let last = findings.last else { return [] }
        var lines = [heading(first.run)]
        for (outer, inner) in zip(findings, findings.dropFirst()) { lines.append(step(outer, inner)) }
        switch last.cause {
        case .success: lines += success(last.run)
        case .task(let task, let item): lines += failure(last, task, item)
        case .run: lines += runFailure(last)
        case .unfinished: lines += waiting(last)
        }
        return lines
    }

    private func heading(_ run: PipelineRun) -> String {
        let phase = run.status.phase?.rawValue ?? "Pending"
        var line = "run \(run.metadata.name): \(phase)"
        if let reason = run.status.reason, reason.rawValue != phase { line += " (\(reason.rawValue))" }
        if let duration = run.status.duration { line += " after \(duration)" }
        return line
    }

    private func step(_ outer: RunFinding, _ inner: RunFinding) -> String {
        var task = outer.run.status.tasks.first { !$0.phase.isTerminal && $0.child == inner.run.metadata.name }?.name
        if case .task(let failed, let item) = outer.cause {
            task = TaskAddress(task: failed.name, item: item).description
        }
        return "  task \(task ?? "") is the \(heading(inner.run))"
    }

    private func success(_ run: PipelineRun) -> [String] {
        let mapped = run.status.tasks.filter { ($0.map?.failed ?? 0) > 0 }
        guard !mapped.isEmpty else { return ["", "There is nothing to explain."] }
        return [""]
            + mapped.map { task in
                let map = task.map?.summary ?? ""
                return "task \(task.name) allows items to fail (maxFailed): \(map) (\(task.map?.failedIndexes ?? ""))"
            }
    }

    // MARK: Failures

    private func failure(_ finding: RunFinding, _ task: TaskStatus, _ item: Int?) -> [String] {
        let address = TaskAddress(task: task.name, item: item)
        let pod = finding.pods[address]
        let message = (task.message ?? "").split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        var facts: [(String, String?)] = [("Reason", task.reason?.rawValue)]
        if let map = task.map { facts.append(("Items", map.summary)) }
        if let pod {
            let container = pod.container == "main" ? "" : ", container \(pod.container)"
            facts.append(("Pod", pod.name + (pod.node.map { " on node \($0)" } ?? "") + container))
            facts.append(("Attempts", String(pod.attempt)))
            facts.append(("Ended", pod.endingText))
        } else {
            facts.append(("Attempts", task.attempts.map(String.init)))
        }
        facts.append(("When", task.completionTime.map { "\($0) (\(Age.text(since: $0, now: now)) ago)" }))
        facts.append(("Message", message.first.flatMap { $0.isEmpty ? nil : $0 }))
        var lines = ["", "The first cause: task \(address)"] + Self.table(facts)
        // A pod that is gone left the end of its log in the message.
        let log = pod?.log ?? message.dropFirst().map { $0 }
        if !log.isEmpty { lines += ["", "The end of its log:"] + log.map { "  | \(Self.clean($0))" } }
        lines += [""] + advice(task.reason, finding, address, hasLog: pod?.hasLog ?? false)
        return lines + others()
    }

    private func advice(_ reason: Reason?, _ finding: RunFinding, _ address: TaskAddress, hasLog: Bool) -> [String] {
        var lines: [String] = []
        if let advice = reason.flatMap({ ReasonAdvice.entry($0).advice }) {
            lines.append("What to do: \(Self.plain(advice))")
        }
        let run = finding.run.metadata.name
        if hasLog {
            let container = finding.pods[address].map { $0.container == "main" ? "" : " --container \($0.container)" }
            lines.append("  \(commandLine("fairlead logs \(run) \(address.argument)\(container ?? "")"))")
        }
        if let outer = findings.first?.run.metadata.name { lines.append("  \(commandLine("fairlead rerun \(outer)"))") }
        return lines
    }

    private func runFailure(_ finding: RunFinding) -> [String] {
        let status = finding.run.status
        var lines: [String] = []
        if let message = status.message { lines += ["", "The cause: \(message)"] }
        let running = status.tasks.filter { $0.phase == .stopped || $0.reason == .timeout }.map(\.name)
        if !running.isEmpty { lines.append("It ended while these ran: \(running.joined(separator: ", "))") }
        lines += Self.warnings(finding)
        if let advice = status.reason.flatMap({ ReasonAdvice.entry($0).advice }) {
            lines += ["", "What to do: \(Self.plain(advice))"]
        }
        return lines
    }

    /// What else went wrong, in the nested runs and in those around them.
    private func others() -> [String] {
        var (consequences, failures): ([String], [String]) = ([], [])
        for finding in findings.reversed() {
            guard case .task(let cause, _) = finding.cause else { continue }
            consequences += RunCause.consequences(finding.run).map(\.name)
            failures += RunCause.failures(finding.run).filter { $0.name != cause.name }.map {
                "\($0.name) (\($0.reason?.rawValue ?? "Failed"))"
            }
        }
        var lines: [String] = []
        if !consequences.isEmpty { lines.append("Because of it: \(Self.listed(consequences))") }
        if !failures.isEmpty { lines.append("Failed too: \(Self.listed(failures))") }
        return lines.isEmpty ? [] : [""] + lines
    }

    // MARK: Waiting

    private func waiting(_ finding: RunFinding) -> [String] {
        let run = finding.run
        var lines: [String] = []
        if run.spec.value?.suspend == true {
            let command = commandLine("fairlead resume \(run.metadata.name)")
            lines.append("spec.suspend is true: no further task starts; let it go on: \(command)")
        }
        if !finding.ahead.isEmpty {
            lines.append("ahead of it in its concurrency group: \(Self.listed(finding.ahead))")
        }
        if run.status.tasks.isEmpty || run.status.phase == .queued, let message = run.status.message {
            lines.append(message)
        }
        for task in RunCause.failures(run) {
            let message = task.message?.split(separator: "\n").first.map { ": \($0)" } ?? ""
            lines.append(Self.clean("\(task.name) failed (\(task.reason?.rawValue ?? "Failed"))\(message)"))
        }
        for task in run.status.tasks where !task.phase.isTerminal { lines += story(task, finding) }
        if lines.isEmpty {
            let command = commandLine("kubectl describe pipelinerun \(run.metadata.name)")
            lines = ["nothing that can be seen holds it up: does the controller run, and may pods be made? \(command)"]
        }
        return [""] + lines + Self.warnings(finding)
    }

    /// What a task that is not finished does; nothing of one that waits for others.
    private func story(_ task: TaskStatus, _ finding: RunFinding) -> [String] {
        if task.phase == .suspended {
            let command = commandLine("fairlead approve \(finding.run.metadata.name) \(task.name)")
            return ["\(task.name) waits for an approval: \(command)"]
        }
        guard let start = task.startTime else { return [] }
        let age = Age.text(since: start, now: now)
        if let map = task.map {
            // How its first item failed, and what the others wait for: the log between them is long.
            let message = task.message?.split(separator: "\n").map { "  \(Self.clean(String($0)))" } ?? []
            return ["\(task.name) runs for \(age): \(map.summary)"] + message.prefix(1)
                + message.dropFirst().suffix(1)
        }
        if let child = task.child {
            return ["\(task.name) is the run \(child); see \(commandLine("fairlead why \(child)"))"]
        }
        if task.phase == .running { return ["\(task.name) runs for \(age)"] }
        let pod = finding.pods[TaskAddress(task: task.name)]
        let message = pod?.waiting ?? task.message?.split(separator: "\n").first.map(String.init)
        var line = "\(task.name) waits for \(age)"
        if let name = pod?.name { line += " (pod \(name))" }
        if let message { line += ": \(message)" }
        let news = (pod?.warnings ?? []).filter { warning in message.map { !warning.contains($0) } ?? true }
        var lines = [line] + news.map { "  \(Self.clean($0))" }
        if let advice = task.reason.flatMap({ ReasonAdvice.entry($0).advice }) {
            lines.append("  what to do: \(Self.plain(advice))")
        }
        return lines
    }

    // MARK: Form

    private static func table(_ facts: [(String, String?)]) -> [String] {
        let width = facts.map(\.0.count).max() ?? 0
        return facts.compactMap { name, value in
            value.map { "  \(name):\(String(repeating: " ", count: width - name.count + 1))\(clean($0))" }
        }
    }

    /// What Kubernetes complains of about a run, beyond what its status says itself.
    private static func warnings(_ finding: RunFinding) -> [String] {
        let status = finding.run.status
        let told = ([status.message] + status.tasks.map(\.message)).compactMap { message in
            message?.split(separator: "\n").first
        }
        let news = finding.warnings.filter { text in !told.contains { text.contains($0) } }
        return news.isEmpty ? [] : ["", "Kubernetes says:"] + news.map { "  \(clean($0))" }
    }

    private static func listed(_ names: [String]) -> String {
        let more = names.count > 10 ? " and \(names.count - 10) more" : ""
        return names.prefix(10).joined(separator: ", ") + more
    }

    /// One line that cannot speak to a terminal.
    private static func clean(_ text: String) -> String { StyledLine(text).text() }

    /// Markdown without its marks.
    static func plain(_ text: String) -> String {
        text.replacing("`", with: "").replacing(/\[([^\]]*)\]\([^)]*\)/) { $0.1 }
    }
}
