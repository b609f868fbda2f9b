import ControllerRuntime
import FairleadAPI
import FairleadPlanning
import KubernetesClient
import KubernetesCore

/// Reads what another run left, for the one that resumes it.
struct RecoveryReader: Sendable {
    let client: Client
    let runs: Store<PipelineRun>

    /// What there is of the run that a run names in `resumeFrom`.
    ///
    /// - Throws: `APIError`, `TransportError` or `CancellationError`.
    func origin(of run: PipelineRun) async throws -> RecoveryOrigin {
        guard let resume = run.spec.value?.resumeFrom else { return .none }
        let key = ObjectKey(namespace: run.metadata.namespace, name: resume.run)
        var earlier = runs[key]
        if earlier?.status.phase?.isTerminal != true { earlier = try await read(key) }
        if let origin = RecoveryOrigin(of: earlier) { return origin }
        guard let earlier, let fixed = try await readFixed(earlier) else { return .unstarted }
        let outputs = try await ItemOutputWriter(client: client).read(earlier, fixed: fixed)
        return .found(RecoverySource(run: earlier, fixed: fixed, outputs: outputs))
    }

    private func read(_ key: ObjectKey) async throws -> PipelineRun? {
        try await Client.ifPresent { try await client.get(PipelineRun.self, key) }
    }

    private func readFixed(_ run: PipelineRun) async throws -> FixedRun? {
        let key = ObjectKey(namespace: run.metadata.namespace, name: PodNaming.specName(run: run.metadata.name))
        guard let configMap = try await Client.ifPresent({ try await client.get(.configMap, key) }) else { return nil }
        return try? FixedRun(configMap: configMap, of: run.metadata)
    }
}
