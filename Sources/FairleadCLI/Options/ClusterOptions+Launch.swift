import ArgumentParser
import FairleadAPI
import KubernetesCore

extension ClusterOptions {
    /// Makes runs and jobs and says how to see them, or shows them to their end.
    ///
    /// - Throws: `ExitCode` where a run that is watched does not succeed, or where the user looks no longer.
    func launch(isWatched: Bool, _ launch: @escaping @Sendable (Cluster) async throws -> [WorkloadKey]) async throws {
        guard isWatched else {
            return try await connect { cluster in
                for key in try await launch(cluster) { Output.note("see how it goes: \(Self.advice(cluster, key))") }
            }
        }
        let advice = LastValue<String>()
        let isSuccess = try await connectInterruptibly { cluster in
            let keys = try await launch(cluster)
            advice.set(keys.first.map { Self.advice(cluster, $0) } ?? "")
            var isSuccess = true
            for key in keys where try await !key.watch(cluster) { isSuccess = false }
            return isSuccess
        }
        if isSuccess == nil, let advice = advice.value { Output.note("\nit goes on; see how: \(advice)") }
        if isSuccess != true { throw ExitCode.failure }
    }

    private static func advice(_ cluster: Cluster, _ key: WorkloadKey) -> String {
        cluster.commandLine("fairlead status \(key.key.name) --watch")
    }
}
