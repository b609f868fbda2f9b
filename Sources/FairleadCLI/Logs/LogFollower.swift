import FairleadAPI
import KubernetesClient
import KubernetesCore
import Synchronization

/// Prints the logs of a run, or of one of its tasks, as they are written, to the end of that run or task.
struct LogFollower: Sendable {
    let cluster: Cluster
    let run: String
    /// The task; nil for all.
    let task: String?
    let printer: LogPrinter

    private enum Part: Sendable {
        case pods, end, logs
    }

    /// Pods as they begin to write, each once.
    private final class Arrivals: Sendable {
        let pods: AsyncStream<PodView>
        private let continuation: AsyncStream<PodView>.Continuation
        private let seen = Mutex<Set<String>>([])

        init() { (pods, continuation) = AsyncStream.makeStream() }

        func add(_ pod: PodView) {
            let isNew = seen.withLock { $0.insert(pod.metadata.uid).inserted }
            if isNew { continuation.yield(pod) }
        }

        func finish() { continuation.finish() }
    }

    /// Prints until nothing more will be written.
    func follow() async throws {
        let arrivals = Arrivals()
        try await withThrowingTaskGroup(of: Part.self) { group in
            group.addTask {
                try await followPods(arrivals)
                return .pods
            }
            group.addTask {
                try await waitForEnd()
                // The last pods may have begun and ended since the watch last spoke.
                try await addAll(arrivals)
                arrivals.finish()
                return .end
            }
            group.addTask {
                try await withThrowingDiscardingTaskGroup { logs in
                    for await pod in arrivals.pods {
                        logs.addTask { try await print(pod) }
                    }
                }
                return .logs
            }
            defer { group.cancelAll() }
            while let part = try await group.next() {
                if part == .logs { return }
            }
        }
    }

    private var selector: String { LogSelection.selector(run: run, task: task) }

    private func followPods(_ arrivals: Arrivals) async throws {
        let follower = ResourceFollower<PodView>(
            client: cluster.client, namespace: cluster.namespace, labelSelector: selector)
        try await follower.follow { event in
            if case .present(let pod) = event, LogSelection.hasBegun(pod, container: printer.container) {
                arrivals.add(pod)
            }
            return .goOn
        }
    }

    private func addAll(_ arrivals: Arrivals) async throws {
        let pods = try await cluster.client.listAll(
            PodView.self, namespace: cluster.namespace, ListQuery(labelSelector: selector))
        for pod in pods.items where LogSelection.hasBegun(pod, container: printer.container) { arrivals.add(pod) }
    }

    private func waitForEnd() async throws {
        let task = task
        let follower = ResourceFollower<PipelineRun>(
            client: cluster.client, namespace: cluster.namespace, fieldSelector: "metadata.name=\(run)")
        try await follower.follow { event in
            guard case .present(let run) = event else { return .stop }
            if run.status.phase?.isTerminal == true { return .stop }
            let status = run.status.tasks.first { $0.name == task }
            return status?.phase.isTerminal == true ? .stop : .goOn
        }
    }

    private func print(_ pod: PodView) async throws {
        do {
            try await printer.print(pod, follow: true)
        } catch let error as APIError where error.isNotFound || error.code == 400 {
            // Deleted, or ended before it wrote: the others' logs go on.
            Output.note("\(LogSelection.task(pod)): \(error.description)")
        }
    }
}
