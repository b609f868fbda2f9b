import Foundation
import KubernetesCore

/// Does what a container wants done before it is asked to end, then asks it.
///
/// The time of the hook is part of the grace period; at least ``leastGraceSeconds`` are left for the container.
struct StopHook: Sendable {
    let hook: LifecycleManifest.Hook
    let runner: ProbeRunner
    let graceSeconds: Int64
    let handle: ShimHandle
    /// Takes why the hook failed.
    let onFailure: @Sendable (String) -> Void

    private static let leastGraceSeconds: Int64 = 2

    func run() async {
        let begin = ContinuousClock.now
        let outcome = await runner.perform(hook, seconds: Double(graceSeconds))
        if !outcome.isSuccess { onFailure("PreStopHook failed: \(outcome.message)") }
        let passed = Int64((ContinuousClock.now - begin) / .seconds(1))
        handle.send(.terminate(graceSeconds: max(Self.leastGraceSeconds, graceSeconds - passed)))
    }
}
