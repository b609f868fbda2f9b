import Foundation
import KubernetesCore
import Synchronization

/// Knows every pod of the cluster, and gives each that is bound to this node a worker.
final class PodRouter: Sendable {
    private struct State {
        var pods: [ObjectKey: PodManifest] = [:]
        var workers: [String: PodWorker] = [:]
        /// Pods bound a moment ago, whose binding has not come back yet.
        var assumed: [ObjectKey: String] = [:]
        /// The node's own taints; nil until they are known.
        var taints: [Taint]?
        /// The claims that there are; nil until they are known.
        var claims: Set<ObjectKey>?
        var isStopping = false
    }

    private let context: NodeContext
    private let state = Mutex(State())
    /// Workers that are to be run.
    let newWorkers: AsyncStream<PodWorker>
    private let newWorkersEnd: AsyncStream<PodWorker>.Continuation
    /// A sign that something changed which the scheduler may want to look at.
    let changes: AsyncStream<Void>
    private let changesEnd: AsyncStream<Void>.Continuation

    init(context: NodeContext) {
        self.context = context
        (newWorkers, newWorkersEnd) = AsyncStream.makeStream()
        (changes, changesEnd) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Takes the whole collection: what is not in it is gone.
    func replace(_ pods: [PodManifest]) {
        let known = state.withLock { Array($0.pods.values) }
        let uids = Set(pods.map(\.metadata.uid))
        for pod in known where !uids.contains(pod.metadata.uid) { remove(pod) }
        for pod in pods { set(pod) }
    }

    /// Takes a pod as it is now.
    func set(_ pod: PodManifest) {
        context.names.set(pod)
        let worker: PodWorker? = state.withLock { state in
            // A namesake came without the end of the one before having been seen.
            if let before = state.pods[pod.key], before.metadata.uid != pod.metadata.uid {
                state.workers[before.metadata.uid]?.tell(.vanished)
            }
            state.pods[pod.key] = pod
            if !(pod.spec.nodeName ?? "").isEmpty { state.assumed[pod.key] = nil }
            guard pod.spec.nodeName == context.configuration.name, !state.isStopping else { return nil }
            if let worker = state.workers[pod.metadata.uid] {
                worker.tell(.pod(pod))
                return nil
            }
            let worker = PodWorker(pod: pod, context: context)
            state.workers[pod.metadata.uid] = worker
            return worker
        }
        if let worker { newWorkersEnd.yield(worker) }
        changesEnd.yield()
    }

    /// Takes the news that a pod is gone.
    func remove(_ pod: PodManifest) {
        context.names.remove(pod.key)
        state.withLock { state in
            if state.pods[pod.key]?.metadata.uid == pod.metadata.uid { state.pods[pod.key] = nil }
            state.assumed[pod.key] = nil
            state.workers[pod.metadata.uid]?.tell(.vanished)
        }
        changesEnd.yield()
    }

    /// Takes the news that a worker has nothing left to do.
    func finished(_ worker: PodWorker) {
        state.withLock { $0.workers[worker.uid] = nil }
    }

    /// Takes the taints of the node itself.
    func set(taints: [Taint]) {
        state.withLock { $0.taints = taints }
        changesEnd.yield()
    }

    /// Takes all claims that there are.
    func replace(claims: [ClaimManifest]) {
        state.withLock { $0.claims = Set(claims.map(\.key)) }
        changesEnd.yield()
    }

    /// Takes a claim that is there.
    func set(claim: ClaimManifest) {
        let isNew = state.withLock { $0.claims?.insert(claim.key).inserted ?? false }
        if isNew { changesEnd.yield() }
    }

    /// Takes the news that a claim is gone.
    func remove(claim: ClaimManifest) {
        state.withLock { _ = $0.claims?.remove(claim.key) }
        changesEnd.yield()
    }

    /// Has the scheduler look again.
    func look() { changesEnd.yield() }

    /// Remembers a binding until the watch shows it.
    func assume(_ pod: PodManifest) { state.withLock { $0.assumed[pod.key] = pod.metadata.uid } }

    /// Everything that the scheduler decides on.
    var snapshot: (pods: [PodManifest], assumed: Set<ObjectKey>, taints: [Taint]?, claims: Set<ObjectKey>?) {
        state.withLock { (Array($0.pods.values), Set($0.assumed.keys), $0.taints, $0.claims) }
    }

    /// Whether a pod of that identity is known.
    func knows(uid: String) -> Bool { state.withLock { $0.workers[uid] != nil } }

    /// Has every worker end its pod in order; no new ones begin.
    func stop() {
        let workers = state.withLock { state in
            state.isStopping = true
            return Array(state.workers.values)
        }
        workers.forEach { $0.tell(.stop) }
        newWorkersEnd.finish()
        changesEnd.finish()
    }
}
