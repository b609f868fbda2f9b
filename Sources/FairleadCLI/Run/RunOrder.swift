import FairleadAPI
import KubernetesClient
import KubernetesCore

/// What `fairlead run` was asked to run, and how.
struct RunOrder: Sendable {
    /// What runs.
    enum Source: Sendable {
        /// A pipeline of the cluster.
        case pipeline(String)
        /// Files without mistakes.
        case manifests(ManifestSet)
        /// A script.
        case script(ScriptPipeline)
    }

    var source: Source
    var arguments: [ParamArgument] = []
    /// The run's name, nil for that of the manifest or one that the server makes.
    var name: String?
    var usesCache = true
    var forcesConflicts = false
    /// What travels with the run.
    var code: CodeBundle?

    /// Applies what is to be applied, makes the runs and jobs, and returns their addresses.
    ///
    /// - Throws: ``CommandError``, `APIError`, `TransportError`.
    func launch(_ cluster: Cluster) async throws -> [WorkloadKey] {
        let launcher = RunLauncher(cluster: cluster, forcesConflicts: forcesConflicts)
        let documents: [ManifestDocument]
        var runs: [RunRequest]
        var jobs: [JSONValue] = []
        switch source {
        case .pipeline(let pipeline): (documents, runs) = ([], [named(RunRequest(pipeline: pipeline))])
        case .script(let script):
            (documents, runs) = ([], [named(RunRequest(prefix: script.task, pipelineSpec: script.spec))])
        case .manifests(let set):
            let plan = try RunPlan(set, name: name, hasParams: !arguments.isEmpty)
            (documents, runs, jobs) = (plan.applied, plan.runs, plan.jobs)
            if !jobs.isEmpty, code != nil {
                throw CommandError(
                    .invalidInput, "--code travels with runs; a training job names its code in spec.code")
            }
            if runs.isEmpty, !usesCache {
                throw CommandError(
                    .invalidInput, "--no-cache: a training job takes no earlier outcome; it always trains")
            }
        }
        for index in runs.indices { try await complete(&runs[index], cluster) }
        for document in documents { try await launcher.apply(document) }
        var keys: [WorkloadKey] = []
        for run in runs { keys.append(WorkloadKey(.run, try await launcher.create(run, code: code))) }
        for job in jobs { keys.append(WorkloadKey(.job, try await launcher.create(job: job))) }
        return keys
    }

    private func named(_ request: RunRequest) -> RunRequest {
        var request = request
        if let name { request.rename(name) }
        return request
    }

    /// Gives a run its parameters and what else the command line says.
    private func complete(_ run: inout RunRequest, _ cluster: Cluster) async throws {
        if !usesCache { run.disableCache() }
        guard let pipeline = run.pipeline else {
            return try run.setParams(arguments, run.ownPipeline?.params ?? [])
        }
        if case .manifests(let set) = source, let document = set.pipeline(pipeline) {
            try run.setParams(arguments, document.pipelineSpec?.params ?? [])
            if code != nil, let spec = document.value["spec"] { run.bring(spec) }
            return
        }
        try run.setParams(arguments, try await cluster.pipelineSpec(pipeline).params)
        guard code != nil else { return }
        if let spec = try await cluster.client.get(.pipeline, cluster.key(pipeline))["spec"] { run.bring(spec) }
    }
}
