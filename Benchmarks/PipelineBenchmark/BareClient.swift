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

/// The same pods without a controller.
struct BareClient: Sendable {
    /// What it does besides creating the pods and awaiting their end.
    enum Duty: Sendable {
        /// The writes that Fairlead does too: label and release each pod, and delete those that nobody keeps.
        case sameWrites
        /// Nothing.
        case createAndAwait
    }

    let workload: Workload
    let duty: Duty

    /// How many creations, and how many releases, are under way at the same time.
    private static let workers = 16

    func measure(_ transport: any Transport) async throws -> Measure {
        let counting = CountingTransport(transport)
        let client = Client(transport: counting)
        let pods = bodies()
        let store = Store<PodView>()
        let ended = WorkQueue<ObjectKey>()
        let duty = duty
        store.subscribe { change, _ in
            guard !change.isDeletion, change.object.status.phase == "Succeeded" else { return }
            if duty == .sameWrites, change.object.metadata.finalizers.isEmpty { return }
            ended.add(change.key)
        }
        let managed = WatchMachine.Configuration(labelSelector: PodNaming.managedSelector)
        let reflector = Reflector(
            store, client: client, configuration: managed, logger: PipelineBenchmark.logger)
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await reflector.run() }
            defer { group.cancelAll() }
            try await store.waitUntilSynced()
            let meter = Meter()
            let progress = Progress(pods.count)
            for _ in 0..<Self.workers {
                group.addTask {
                    while let index = progress.take() {
                        try await client.create(.pod, namespace: "default", pods[index], reading: PodView.self)
                    }
                }
                group.addTask {
                    while let key = await ended.next() {
                        try await end(key, store, client, progress)
                        ended.done(key, outcome: .success)
                    }
                }
            }
            try await progress.all.wait()
            ended.shutDown()
            return meter.measure(counting.counts)
        }
    }

    private func end(_ key: ObjectKey, _ store: Store<PodView>, _ client: Client, _ progress: Progress) async throws {
        guard let pod = store[key], progress.isFirst(pod.metadata.uid) else { return }
        if duty == .sameWrites {
            try await client.releasePod(key, uid: pod.metadata.uid, recorded: .succeeded)
        }
        let done = progress.finish()
        if duty == .sameWrites, workload.removesPods, done % 500 == 0 {
            let selector = "\(FairleadLabel.recorded)=Succeeded,\(FairleadLabel.itemIndex)"
            try await client.deleteCollection(.pod, namespace: "default", ListQuery(labelSelector: selector))
        }
    }

    /// The pods as the controller makes them, without their owner, which does not exist here and whose collector
    /// would remove them.
    private func bodies() -> [JSONValue] {
        (0..<workload.runs).flatMap { _ in
            let name = PipelineBenchmark.newName()
            let run = PipelineRun(
                metadata: ObjectMeta(name: name, namespace: "default", uid: name),
                spec: PipelineRunSpec(pipeline: "bench"))
            return workload.bodies(run: run).map { request in
                var pod = request.pod
                pod[path: ["metadata", "ownerReferences"]] = nil
                if duty == .createAndAwait { pod[path: ["metadata", "finalizers"]] = nil }
                return pod
            }
        }
    }
}

/// Which pods are to be made, and how many are done.
private final class Progress: Sendable {
    private let state: Mutex<(next: Int, done: Int, seen: Set<String>)>
    private let count: Int

    /// Opens when all are done.
    let all = Readiness()

    init(_ count: Int) {
        self.count = count
        state = Mutex((0, 0, []))
    }

    func take() -> Int? {
        state.withLock { state in
            guard state.next < count else { return nil }
            defer { state.next += 1 }
            return state.next
        }
    }

    /// Whether a pod's end is seen for the first time.
    func isFirst(_ uid: String) -> Bool { state.withLock { $0.seen.insert(uid).inserted } }

    /// Counts a pod; returns how many are done.
    func finish() -> Int {
        let done = state.withLock { state in
            state.done += 1
            return state.done
        }
        if done == count { all.open() }
        return done
    }
}
