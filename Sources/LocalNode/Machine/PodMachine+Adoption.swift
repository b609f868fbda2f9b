import Foundation
import KubernetesCore

/// What the node finds of a container when it starts again.
struct FoundContainer: Sendable, Hashable {
    /// The number of the newest run of which there is a trace.
    var run: Int
    /// How that run stands: nil where its process lives.
    var exit: ContainerExit?
    var startedAt: Time
    /// How the run before it ended, where that is still known.
    var last: ContainerExit?
}

extension PodMachine {
    /// Takes over what an earlier node left: what runs goes on, what ended is reported.
    mutating func adopt(_ found: [String: FoundContainer], status: PodManifest.Status, now: Time) {
        let known = (status.initContainerStatuses ?? []) + (status.containerStatuses ?? [])
        for index in containers.indices {
            let name = containers[index].name
            let said = known.first { $0.name == name }
            if let trace = found[name] {
                containers[index].run = trace.run
                containers[index].last = trace.last
                containers[index].begin(at: trace.startedAt)
                if let exit = trace.exit {
                    containers[index].hasStarted = true
                    containers[index].state = .exited(exit)
                } else if let said, said.restartCount == trace.run {
                    // What its probes said before stands until they are asked again.
                    containers[index].isStarted = said.started ?? containers[index].isStarted
                    containers[index].isReady = said.ready ?? containers[index].isReady
                    containers[index].hasStarted = containers[index].isStarted || trace.run > 0
                }
                continue
            }
            guard let said else { continue }
            containers[index].run = max(0, said.restartCount ?? 0)
            containers[index].hasStarted = said.state?.running != nil || containers[index].run > 0
            if let ended = said.state?.terminated {
                containers[index].hasStarted = true
                containers[index].state = .exited(
                    ContainerExit(
                        exitCode: ended.exitCode, reason: ended.reason ?? "Error", message: ended.message,
                        startedAt: ended.startedAt ?? now, finishedAt: ended.finishedAt ?? now))
            } else if let running = said.state?.running {
                // It was reported as running and has left no trace: its end is not known.
                containers[index].state = .exited(.unknown(startedAt: running.startedAt ?? now, now: now))
            }
        }
    }
}
