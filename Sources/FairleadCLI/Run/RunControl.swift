import FairleadAPI
import FairleadPlanning
import KubernetesClient
import KubernetesCore

/// Steers runs that are not finished: by fields of their specs, as kubectl would.
struct RunControl: Sendable {
    let cluster: Cluster

    /// Lets a run start no further task, or go on; returns what was done.
    ///
    /// - Throws: ``CommandError`` where there is no such run, or where it is finished.
    func suspend(_ isSuspended: Bool, run name: String) async throws -> String {
        _ = try await unfinished(name)
        try await patch(name, ["suspend": .bool(isSuspended)])
        return "pipelinerun/\(name) \(isSuspended ? "suspended" : "resumed")"
    }

    /// Ends a run; returns what was done.
    ///
    /// - Throws: ``CommandError`` where there is no such run, or where it is finished.
    func stop(run name: String, _ shutdown: PipelineRunSpec.Shutdown) async throws -> String {
        _ = try await unfinished(name)
        try await patch(name, ["shutdown": .string(shutdown.rawValue)])
        return "pipelinerun/\(name) \(shutdown == .stop ? "stopping" : "terminating")"
    }

    /// Decides about a task that asks for it; returns what was done.
    ///
    /// - Parameters:
    ///   - task: The task; nil to be told which ones ask.
    ///   - decision: The decision.
    /// - Throws: ``CommandError`` that lists the tasks that ask, where this is none that can be decided about.
    func decide(run name: String, task: String?, _ decision: ApprovalDecision) async throws -> String {
        let run = try await unfinished(name)
        let gates = await RunGraph.fixed(run, cluster.client).map { fixed in
            fixed.tasks.filter { if case .approval = $0.work { true } else { false } }.map(\.name)
        }
        let task = try ApprovalChoice(run: run, gates: gates).check(task)
        try await patch(name, ["approvals": [task: .string(decision.rawValue)]])
        return "pipelinerun/\(name) task \(task) \(decision.rawValue.lowercased())"
    }

    private func unfinished(_ name: String) async throws -> PipelineRun {
        let run = try await cluster.run(name)
        guard let phase = run.status.phase, phase.isTerminal else { return run }
        throw CommandError(.conflict, "run \"\(name)\" is \(phase.rawValue) already")
    }

    private func patch(_ name: String, _ spec: JSONValue) async throws {
        try await cluster.client.patch(.pipelineRun, cluster.key(name), ["spec": spec])
    }
}
