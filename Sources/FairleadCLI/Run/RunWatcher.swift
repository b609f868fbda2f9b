import FairleadAPI
import FairleadPlanning
import Foundation
import KubernetesClient
import KubernetesCore

/// Shows runs as they go on.
enum RunWatcher {
    /// Shows a run until it is finished, then its results or why it did not succeed.
    ///
    /// - Returns: The phase in which it ended.
    /// - Throws: ``CommandError`` where the run is deleted meanwhile.
    static func watch(_ cluster: Cluster, _ key: ObjectKey) async throws -> PipelineRunStatus.Phase? {
        let display = RunDisplay(terminal: .current())
        let watcher = ObjectWatcher<PipelineRun>(cluster: cluster, key: key, noun: "run")
        let run = try await watcher.watch(display) {
            $0.status.phase?.isTerminal == true
        } prepare: { run in
            // Without the graph of what runs the tasks are shown in one column.
            guard display.wantsGraph, run.status.specRef != nil else { return }
            if let fixed = await RunGraph.fixed(run, cluster.client) { display.use(PipelineGraph(fixed.spec)) }
        } beside: {
            if display.isLive { try await showNested(of: key, cluster, display) }
        }
        try Output.lines(RunStory(run: run, now: Date()).ending())
        return run.status.phase
    }

    private static func showNested(of key: ObjectKey, _ cluster: Cluster, _ display: RunDisplay) async throws {
        let follower = ResourceFollower<PipelineRun>(
            client: cluster.client, namespace: key.namespace ?? cluster.namespace,
            labelSelector: NestedRuns.selector(run: key.name))
        try await follower.follow { event in
            if case .present(let run) = event { try display.show(nested: run, now: Date()) }
            return .goOn
        }
    }
}
