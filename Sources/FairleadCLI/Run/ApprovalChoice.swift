import FairleadAPI
import KubernetesCore

/// Which tasks of a run a person can decide about.
struct ApprovalChoice: Sendable {
    let run: PipelineRun
    /// The tasks that are approvals; nil where what runs cannot be read.
    let gates: [String]?

    /// The tasks that ask, in the pipeline's order.
    static func waiting(_ run: PipelineRun) -> [TaskStatus] {
        // A nested run stands Suspended too, but is not decided about here.
        run.status.tasks.filter { $0.phase == .suspended && $0.child == nil }
    }

    /// The task, where it can be decided about: also before it asks.
    ///
    /// - Throws: ``CommandError`` with the tasks that ask.
    func check(_ task: String?) throws(CommandError) -> String {
        let name = run.metadata.name
        guard let task else { throw CommandError(.invalidInput, "name the task; \(asking)") }
        guard let status = run.status.tasks.first(where: { $0.name == task }) else {
            let known = gates ?? run.status.tasks.map(\.name)
            throw CommandError(
                .notFound,
                "run \"\(name)\" has no task \"\(task)\"\(NearestName.suggestion(task, among: known)); \(asking)")
        }
        if let gates, !gates.contains(task) {
            throw CommandError(.conflict, "task \"\(task)\" of run \"\(name)\" is no approval; \(asking)")
        }
        guard !status.phase.isTerminal else {
            let decision = status.message.map { ": \($0)" } ?? ""
            throw CommandError(.conflict, "task \"\(task)\" of run \"\(name)\" is \(status.phase.rawValue)\(decision)")
        }
        return task
    }

    private var asking: String {
        let waiting = Self.waiting(run).map(\.name)
        guard !waiting.isEmpty else { return "no task of the run waits for an approval" }
        return "for an approval \(waiting.count == 1 ? "waits" : "wait") \(waiting.joined(separator: ", "))"
    }
}
