import FairleadAPI
import FairleadPlanning
import KubernetesClient
import KubernetesCore

/// Steers runs and training jobs that are not finished, and inference services: by fields of their specs, as kubectl
/// would.
struct RunControl: Sendable {
    let cluster: Cluster

    /// Lets a run start no further task, or a job or a service have no pods, or all go on; returns what was done.
    ///
    /// - Throws: ``CommandError`` where there is none of that name, or where it is finished.
    func suspend(_ isSuspended: Bool, _ name: String) async throws -> String {
        let patched = try await patch(try await unfinished(name), ["suspend": .bool(isSuspended)])
        return "\(patched) \(isSuspended ? "suspended" : "resumed")"
    }

    /// Ends a run or a job; returns what was done.
    ///
    /// - Throws: ``CommandError`` where there is none of that name, or where it is finished.
    func stop(_ name: String, _ shutdown: PipelineRunSpec.Shutdown) async throws -> String {
        let workload = try await unfinished(name)
        if case .service = workload {
            let suspend = cluster.commandLine("fairlead suspend \(workload.name)")
            throw CommandError(.conflict, "an inference service has no end: \(suspend), or kubectl delete")
        }
        let patched = try await patch(workload, ["shutdown": .string(shutdown.rawValue)])
        return "\(patched) \(shutdown == .stop ? "stopping" : "terminating")"
    }

    /// Decides about a task that asks for it; returns what was done.
    ///
    /// - Parameters:
    ///   - task: The task; nil to be told which ones ask.
    ///   - decision: The decision.
    /// - Throws: ``CommandError`` that lists the tasks that ask, where this is none that can be decided about.
    func decide(run name: String, task: String?, _ decision: ApprovalDecision) async throws -> String {
        let workload = try await unfinished(name)
        guard case .run(let run) = workload else {
            throw CommandError(
                .conflict, "\"\(name)\" is \(workload.kind.withArticle): nothing of it waits for a person")
        }
        let gates = await RunGraph.fixed(run, cluster.client).map { fixed in
            fixed.tasks.filter { if case .approval = $0.work { true } else { false } }.map(\.name)
        }
        let task = try ApprovalChoice(run: run, gates: gates).check(task)
        let patched = try await patch(.run(run), ["approvals": [task: .string(decision.rawValue)]])
        return "\(patched) task \(task) \(decision.rawValue.lowercased())"
    }

    private func unfinished(_ name: String) async throws -> Workload {
        let workload = try await cluster.workload(name)
        guard let end = workload.end else { return workload }
        throw CommandError(.conflict, "\(workload.kind.word) \"\(workload.name)\" is \(end) already")
    }

    /// Patches what the user may, and returns what was patched as kubectl prints it.
    private func patch(_ workload: Workload, _ spec: JSONValue) async throws -> String {
        let type = workload.kind.type
        try await cluster.client.patch(type, cluster.key(workload.name), ["spec": spec])
        return "\(type.gvk.kind.lowercased())/\(workload.name)"
    }
}
