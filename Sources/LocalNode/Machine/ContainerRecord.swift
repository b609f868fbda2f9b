import Foundation
import KubernetesCore

/// How one container of a pod stands, from its first start to its last end.
struct ContainerRecord: Sendable, Hashable {
    enum State: Sendable, Hashable {
        /// Not running; the reason and the message are for its status.
        case waiting(reason: String, message: String?)
        /// Asked for, not yet confirmed.
        case starting
        case running(since: Time)
        case exited(ContainerExit)
    }

    /// What a container is to its pod.
    enum Role: Sendable, Hashable {
        /// Runs to its end before the next one starts.
        case initial
        /// A native sidecar: starts among the init containers, and runs beside all that come after it.
        case sidecar
        case main
    }

    let name: String
    let role: Role
    /// The number of the current or next run: how often the container was started again.
    var run = 0
    var state = State.waiting(reason: "ContainerCreating", message: nil)
    /// How the run before this one ended.
    var last: ContainerExit?
    /// When a start is due that must wait.
    var retryAt: Date?
    /// How long the last wait before a start was.
    var backoff: TimeInterval = 0
    /// Whether its end was asked for.
    var isEnding = false
    /// Whether it has ever run, and its startup probe, if it has one, has once succeeded.
    var hasStarted = false
    let hasStartupProbe: Bool
    let hasReadinessProbe: Bool
    /// Whether this run's startup probe has succeeded, or there is none.
    var isStarted = false
    /// What this run's readiness probe says; true where there is none.
    var isReady = false

    init(_ manifest: ContainerManifest, role: Role) {
        name = manifest.name
        self.role = role
        hasStartupProbe = manifest.startupProbe != nil
        hasReadinessProbe = manifest.readinessProbe != nil
    }

    /// Its process runs.
    mutating func begin(at time: Time) {
        state = .running(since: time)
        isStarted = !hasStartupProbe
        isReady = !hasReadinessProbe
        hasStarted = hasStarted || isStarted
    }

    /// Whether it runs and may be asked.
    var isServing: Bool {
        if case .running = state { isStarted && isReady } else { false }
    }

    /// Whether it stands among the pod's init containers.
    var isInit: Bool { role != .main }

    /// Whether its end counts for the pod's.
    var isRegular: Bool { role != .sidecar }

    /// Whether what comes after it may start.
    var isInitialized: Bool { role == .sidecar ? hasStarted : hasSucceeded }

    var isLive: Bool {
        switch state {
        case .starting, .running: true
        case .waiting, .exited: false
        }
    }

    var exit: ContainerExit? {
        if case .exited(let exit) = state { exit } else { nil }
    }

    var hasSucceeded: Bool { exit?.exitCode == 0 }
}

/// How long a container waits before it is started again: the kubelet's 10 s, doubled up to 5 min, forgotten after
/// 10 min of running.
enum RestartBackoff {
    static let first: TimeInterval = 10
    static let longest: TimeInterval = 300
    static let forgottenAfter: Int64 = 600

    /// The wait after a run; the first restart is immediate.
    static func wait(after exit: ContainerExit, previous: TimeInterval, isFirst: Bool) -> TimeInterval {
        let ran = exit.finishedAt.secondsSince1970 - exit.startedAt.secondsSince1970
        if isFirst || ran >= forgottenAfter { return 0 }
        return previous == 0 ? first : min(longest, previous * 2)
    }
}
