import Foundation
import KubernetesClient
import KubernetesCore
import Logging

/// Drives one pod's ``PodMachine``: carries out its actions and tells the API how the pod stands.
///
/// One task owns it; everything that happens comes to it through one stream.
final class PodWorker: Sendable {
    /// What a worker is told.
    enum Input: Sendable {
        /// The pod as the API has it now.
        case pod(PodManifest)
        /// The pod is gone from the API.
        case vanished
        case machine(PodMachine.Input)
        /// The node stops: end in order, then return.
        case stop
    }

    let uid: String
    private let first: PodManifest
    private let context: NodeContext
    private let inputs: AsyncStream<Input>
    private let continuation: AsyncStream<Input>.Continuation

    init(pod: PodManifest, context: NodeContext) {
        uid = pod.metadata.uid
        first = pod
        self.context = context
        (inputs, continuation) = AsyncStream.makeStream()
    }

    /// Tells the worker of something.
    func tell(_ input: Input) { continuation.yield(input) }

    /// Runs the pod until it is gone, or the node stops.
    func run() async {
        var drive = PodDrive(pod: first, context: context) { [continuation] in continuation.yield(.machine($0)) }
        await withDiscardingTaskGroup { timers in
            await drive.begin()
            schedule(&drive, &timers)
            for await input in inputs {
                await drive.take(input)
                schedule(&drive, &timers)
                if drive.isFinished { break }
            }
            timers.cancelAll()
        }
        drive.detach()
        context.hosts.forget(uid)
        if drive.isGone { context.addresses.release(uid) }
    }

    private func schedule(_ drive: inout PodDrive, _ timers: inout DiscardingTaskGroup) {
        for prober in drive.takeNewProbers() { timers.addTask { await prober.run() } }
        for hook in drive.takeNewHooks() { timers.addTask { await hook.run() } }
        guard let wake = drive.takeWake() else { return }
        timers.addTask { [continuation] in
            try? await Task.sleep(for: .seconds(max(0, wake.timeIntervalSinceNow)))
            continuation.yield(.machine(.tick))
        }
    }
}
