import FairleadAPI
import KubernetesClient
import KubernetesCore
import Synchronization

/// Prints the logs of pods as they are written, to the end of what they belong to.
struct LogFollower: Sendable {
    /// The most logs that are read at the same time: of a wide map the others follow as those end.
    static let width = 64

    let cluster: Cluster
    /// Whose logs may be meant.
    let selector: String
    /// Which of those are.
    var isWanted: @Sendable (PodView) -> Bool = { _ in true }
    let printer: LogPrinter
    /// Returns when nothing more begins to write.
    let waitForEnd: @Sendable () async throws -> Void

    /// The logs of a run, or of one of its tasks or items, to the end of that run, task or item.
    static func ofRun(_ run: String, _ address: TaskAddress?, _ cluster: Cluster, _ printer: LogPrinter) -> LogFollower
    {
        LogFollower(cluster: cluster, selector: LogSelection.selector(run: run, address), printer: printer) {
            try await waitForEnd(of: run, address, cluster)
        }
    }

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
                try await withThrowingTaskGroup(of: Void.self) { logs in
                    var count = 0
                    for await pod in arrivals.pods {
                        if count >= Self.width { _ = try await logs.next() }
                        count += 1
                        logs.addTask { try await print(pod) }
                    }
                    try await logs.waitForAll()
                }
                return .logs
            }
            defer { group.cancelAll() }
            while let part = try await group.next() {
                if part == .logs { return }
            }
        }
    }

    private func followPods(_ arrivals: Arrivals) async throws {
        let follower = ResourceFollower<PodView>(
            client: cluster.client, namespace: cluster.namespace, labelSelector: selector)
        try await follower.follow { event in
            if case .present(let pod) = event, isWanted(pod), LogSelection.hasBegun(pod, container: printer.container) {
                arrivals.add(pod)
            }
            return .goOn
        }
    }

    private func addAll(_ arrivals: Arrivals) async throws {
        let pods = try await cluster.client.listAll(
            PodView.self, namespace: cluster.namespace, ListQuery(labelSelector: selector))
        for pod in pods.items where isWanted(pod) && LogSelection.hasBegun(pod, container: printer.container) {
            arrivals.add(pod)
        }
    }

    private static func waitForEnd(of run: String, _ address: TaskAddress?, _ cluster: Cluster) async throws {
        let follower = ResourceFollower<PipelineRun>(
            client: cluster.client, namespace: cluster.namespace, fieldSelector: "metadata.name=\(run)")
        try await follower.follow { event in
            guard case .present(let run) = event else { return .stop }
            if run.status.phase?.isTerminal == true { return .stop }
            guard let status = run.status.tasks.first(where: { $0.name == address?.task }) else { return .goOn }
            let hasEnded = address?.item.map { status.map?.hasEnded($0) ?? false } ?? false
            return status.phase.isTerminal || hasEnded ? .stop : .goOn
        }
    }

    private func print(_ pod: PodView) async throws {
        do {
            try await printer.print(pod, follow: true)
        } catch let error as APIError where error.isNotFound || error.code == 400 {
            // Deleted, or ended before it wrote: the others' logs go on.
            Output.note("\(LogSelection.name(of: pod)): \(error.description)")
        }
    }
}
