import ControllerMachines
import ControllerRuntime
import FairleadAPI
import FairleadControllers
import FairleadPlanning
import Foundation
import KubernetesClient
import KubernetesCore
import Logging
import Synchronization

extension PipelineBenchmark {
    /// The same pods by the same writes without a controller: create, see the end in a watch, label and release.
    static func bareClient(_ tasks: Int, _ transport: any Transport) async throws -> Measure {
        let counting = CountingTransport(transport)
        let client = Client(transport: counting)
        let pods = bodies(tasks)
        let store = Store<PodView>()
        let ended = WorkQueue<ObjectKey>()
        store.subscribe { change, _ in
            guard change.object.status.phase == "Succeeded", !change.object.metadata.finalizers.isEmpty else { return }
            ended.add(change.key)
        }
        let reflector = Reflector(store, client: client, logger: logger)
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await reflector.run() }
            defer { group.cancelAll() }
            try await store.waitUntilSynced()
            let start = (Date(), cpuSeconds())
            let progress = Progress(tasks)
            for _ in 0..<16 {
                group.addTask {
                    while let index = progress.take() {
                        try await client.create(.pod, namespace: "default", pods[index])
                    }
                }
                group.addTask {
                    while let key = await ended.next() {
                        if let uid = store[key]?.metadata.uid {
                            try await client.releasePod(key, uid: uid, recorded: true)
                        }
                        ended.done(key, outcome: .success)
                        progress.finish()
                    }
                }
            }
            try await progress.all.wait()
            ended.shutDown()
            return Measure(
                seconds: Date().timeIntervalSince(start.0), cpuSeconds: cpuSeconds() - start.1,
                counts: counting.counts)
        }
    }

    /// The pods as the controller would make them.
    private static func bodies(_ tasks: Int) -> [JSONValue] {
        let fixed = fixedRun(tasks)
        let run = PipelineRun(
            metadata: ObjectMeta(name: newName(), namespace: "default", uid: "bare"),
            spec: PipelineRunSpec(pipeline: "bench"))
        let table = RunTable(shape: RunShape(fixed))
        let builder = PodBuilder(run: run, fixed: fixed, settings: PlanningSettings())
        return (0..<tasks).compactMap { index in
            guard case .success(let request) = builder.pod(index, table) else { return nil }
            // Without its owner, which does not exist here and whose collector would remove it.
            var pod = request.pod
            pod[path: ["metadata", "ownerReferences"]] = nil
            return pod
        }
    }
}

/// Which pods are to be made, and how many are done.
private final class Progress: Sendable {
    private let state: Mutex<(next: Int, left: Int)>
    private let count: Int

    /// Opens when all are done.
    let all = Readiness()

    init(_ count: Int) {
        self.count = count
        state = Mutex((0, count))
    }

    func take() -> Int? {
        state.withLock { state in
            guard state.next < count else { return nil }
            defer { state.next += 1 }
            return state.next
        }
    }

    func finish() {
        let isLast = state.withLock { state in
            state.left -= 1
            return state.left == 0
        }
        if isLast { all.open() }
    }
}
