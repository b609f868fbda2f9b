import FairleadAPI
import FairleadPlanning
import Foundation
import KubernetesClient
import KubernetesCore

/// Shows a run as it goes on, to its end.
struct RunWatcher: Sendable {
    let cluster: Cluster
    let key: ObjectKey
    let terminal: Terminal

    private enum Happening: Sendable {
        case end(PipelineRun)
        case none
    }

    /// Shows the run until it is finished.
    ///
    /// - Returns: The finished run.
    /// - Throws: ``CommandError`` where the run is deleted meanwhile.
    func watch() async throws -> PipelineRun {
        let display = RunDisplay(terminal: terminal)
        return try await withThrowingTaskGroup(of: Happening.self) { group in
            group.addTask { .end(try await follow(display)) }
            if terminal.isInteractive {
                group.addTask {
                    try await followNested(display)
                    return .none
                }
                group.addTask {
                    while true {
                        try await Task.sleep(for: .seconds(1))
                        try display.tick(now: Date())
                    }
                }
            }
            defer { group.cancelAll() }
            while let happening = try await group.next() {
                if case .end(let run) = happening { return run }
            }
            throw CancellationError()
        }
    }

    private func follow(_ display: RunDisplay) async throws -> PipelineRun {
        let name = key.name
        let follower = ResourceFollower<PipelineRun>(
            client: cluster.client, namespace: cluster.namespace, fieldSelector: "metadata.name=\(name)"
        ) { error in
            Output.note("\(ErrorMessage.text(for: error)); trying again")
        }
        let last = LastValue<PipelineRun>()
        try await follower.follow { event in
            guard case .present(let run) = event else {
                throw CommandError(.notFound, "run \"\(name)\" was deleted")
            }
            if display.wantsGraph, run.status.specRef != nil, let graph = await graph(run) { display.use(graph) }
            try display.show(run, now: Date())
            guard run.status.phase?.isTerminal == true else { return .goOn }
            last.set(run)
            return .stop
        }
        guard let run = last.value else { throw CommandError(.notFound, "run \"\(name)\" was deleted") }
        return run
    }

    private func followNested(_ display: RunDisplay) async throws {
        let follower = ResourceFollower<PipelineRun>(
            client: cluster.client, namespace: cluster.namespace,
            labelSelector: NestedRuns.selector(run: key.name))
        try await follower.follow { event in
            if case .present(let run) = event { try display.show(nested: run, now: Date()) }
            return .goOn
        }
    }

    /// The graph of what runs; without it the tasks are shown in one column.
    private func graph(_ run: PipelineRun) async -> PipelineGraph? {
        await RunGraph.fixed(run, cluster.client).map { PipelineGraph($0.spec) }
    }
}
