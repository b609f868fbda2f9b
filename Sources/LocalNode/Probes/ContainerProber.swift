import Foundation
import KubernetesCore

/// Asks a run of a container its probes' questions, as the kubelet does: the startup probe alone until it succeeds,
/// then liveness and readiness side by side.
final class ContainerProber: Sendable {
    private let container: ContainerManifest
    private let startedAt: Date
    private let hasStarted: Bool
    private let ask: @Sendable (ProbeManifest) async -> ProbeOutcome
    private let report: @Sendable (PodMachine.ProbeResult) -> Void
    /// Called with each failure, for the pod's events.
    private let onFailure: @Sendable (ProbeManifest.Kind, String) -> Void
    private let end: AsyncStream<Void>
    private let endContinuation: AsyncStream<Void>.Continuation

    init(
        container: ContainerManifest, startedAt: Date, hasStarted: Bool,
        ask: @escaping @Sendable (ProbeManifest) async -> ProbeOutcome,
        report: @escaping @Sendable (PodMachine.ProbeResult) -> Void,
        onFailure: @escaping @Sendable (ProbeManifest.Kind, String) -> Void
    ) {
        self.container = container
        self.startedAt = startedAt
        self.hasStarted = hasStarted
        self.ask = ask
        self.report = report
        self.onFailure = onFailure
        (end, endContinuation) = AsyncStream.makeStream()
    }

    /// Ends ``run()``.
    func stop() { endContinuation.finish() }

    /// Asks until it is stopped or cancelled.
    func run() async {
        await withTaskGroup(of: Bool.self) { group in
            group.addTask {
                await self.askAll()
                return false
            }
            group.addTask {
                for await _ in self.end {}
                return true
            }
            for await isEnd in group where isEnd { group.cancelAll() }
        }
    }

    private func askAll() async {
        if let probe = container.startupProbe, !hasStarted {
            guard await follow(probe, .startup, until: true) else { return }
        }
        await withTaskGroup(of: Void.self) { group in
            for kind in [ProbeManifest.Kind.liveness, .readiness] {
                guard let probe = container.probe(kind) else { continue }
                group.addTask { _ = await self.follow(probe, kind, until: nil) }
            }
        }
    }

    /// Asks one question again and again; returns whether the wanted answer came.
    private func follow(_ probe: ProbeManifest, _ kind: ProbeManifest.Kind, until wanted: Bool?) async -> Bool {
        var count = ProbeCount(successes: probe.successes, failures: probe.failures)
        var told: Bool?
        let first = startedAt.addingTimeInterval(probe.delay).timeIntervalSinceNow
        if first > 0 { try? await Task.sleep(for: .seconds(first)) }
        while !Task.isCancelled {
            let begin = ContinuousClock.now
            let outcome = await ask(probe)
            if Task.isCancelled { return false }
            if !outcome.isSuccess { onFailure(kind, outcome.message) }
            let decided = count.take(outcome.isSuccess)
            if let decided, decided != told {
                told = decided
                tell(kind, decided, probe)
            }
            // A run that failed is about to end; the next one is asked anew.
            if decided == false, kind != .readiness { return false }
            if let wanted, decided == wanted { return true }
            try? await Task.sleep(until: begin + .seconds(probe.period), clock: .continuous)
        }
        return false
    }

    private func tell(_ kind: ProbeManifest.Kind, _ isSuccess: Bool, _ probe: ProbeManifest) {
        switch (kind, isSuccess) {
        case (.startup, true): report(.started)
        case (.readiness, _): report(.ready(isSuccess))
        case (.liveness, true): break
        case (.startup, false), (.liveness, false):
            report(.unhealthy(kind, graceSeconds: probe.terminationGracePeriodSeconds))
        }
    }
}
