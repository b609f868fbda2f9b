import FairleadAPI
import KubernetesClient
import KubernetesCore

/// What `fairlead rerun` was asked to run again.
struct RerunOrder: Sendable {
    /// The old run.
    var run: String
    /// What is run again although it succeeded.
    var tasks: [String] = []
    /// Parameters in place of the old ones.
    var arguments: [ParamArgument] = []
    /// The new run's name, nil for one that the server makes.
    var name: String?

    /// Makes the new run and returns its address.
    ///
    /// - Throws: ``CommandError`` where there is nothing to run again, `APIError`, `TransportError`.
    func launch(_ cluster: Cluster) async throws -> ObjectKey {
        let old = try await cluster.run(run)
        try check(old)
        let object = try await cluster.client.get(.pipelineRun, cluster.key(run))
        var request = RunRequest(resuming: object, name: run, rerun: tasks)
        if let name { request.rename(name) }
        if !arguments.isEmpty {
            let named: PipelineSpec?
            if let pipeline = request.pipeline { named = try await cluster.pipelineSpec(pipeline) } else { named = nil }
            try request.setParams(arguments, (named ?? request.ownPipeline)?.params ?? [])
        }
        return try await RunLauncher(cluster: cluster).create(request)
    }

    /// Whether that run can be gone on with, and has those tasks.
    func check(_ old: PipelineRun) throws(CommandError) {
        guard let phase = old.status.phase, phase.isTerminal else {
            throw CommandError(
                .conflict, "run \"\(run)\" is not finished (\(old.status.phase?.rawValue ?? "Pending")); stop it first")
        }
        let names = old.status.tasks.map(\.name)
        for task in tasks where !names.contains(task) {
            throw CommandError(
                .notFound, "run \"\(run)\" has no task \"\(task)\"\(MissingName.task(task, among: names))")
        }
        if phase == .succeeded, tasks.isEmpty, arguments.isEmpty {
            throw CommandError(
                .conflict, "run \"\(run)\" succeeded; name what to run again with --from, or a new value with -p")
        }
    }
}
