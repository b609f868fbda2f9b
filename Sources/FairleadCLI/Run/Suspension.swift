import FairleadAPI
import KubernetesClient
import KubernetesCore

/// Holds runs and lets them go on.
struct Suspension: Sendable {
    let cluster: Cluster

    /// Sets `spec.suspend` of a run that is not finished, and says so.
    ///
    /// - Throws: ``CommandError`` where there is no such run, or where it is finished.
    func set(_ isSuspended: Bool, run name: String) async throws {
        let run = try await cluster.run(name)
        if let phase = run.status.phase, phase.isTerminal {
            throw CommandError(.conflict, "run \"\(name)\" is \(phase.rawValue) already")
        }
        try await cluster.client.patch(.pipelineRun, cluster.key(name), ["spec": ["suspend": .bool(isSuspended)]])
        try Output.line("pipelinerun/\(name) \(isSuspended ? "suspended" : "resumed")")
    }
}
