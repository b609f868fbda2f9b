import Foundation
import KubernetesCore

/// What a pod's containers are to do next: a value that turns what happened into what to do.
///
/// Guarantees: init containers run one after the other; a sidecar runs beside all that come after it, and ends after
/// them, the last one first; a pod that is terminal stays so; no container is live in a terminal pod; a terminal phase
/// is reached only through exits that were handed in.
struct PodMachine: Sendable {
    /// What happened.
    enum Input: Sendable, Hashable {
        /// A container's process runs.
        case started(container: String, run: Int, at: Time)
        /// A container could not be started, and may be later.
        case blocked(container: String, reason: String, message: String)
        /// A running container's probe has decided something.
        case probed(container: String, run: Int, ProbeResult)
        /// A container's process ended, and its exit is on disk.
        case exited(container: String, run: Int, ContainerExit)
        /// The pod's deletion was asked for.
        case deletionRequested(graceSeconds: Int64)
        /// The pod is gone from the API.
        case vanished
        /// The node stops in order.
        case nodeStopping(graceSeconds: Int64)
        /// Time went by.
        case tick
    }

    /// What a container's probes have decided.
    enum ProbeResult: Sendable, Hashable {
        /// The startup probe succeeded.
        case started
        case ready(Bool)
        /// The liveness or the startup probe failed: the container has to end.
        case unhealthy(ProbeManifest.Kind, graceSeconds: Int64?)
    }

    /// What to do.
    enum Action: Sendable, Hashable {
        case start(container: String, run: Int)
        case terminate(container: String, run: Int, graceSeconds: Int64)
        /// End a container since a probe of its failed; its restart policy decides what follows.
        case endUnhealthy(container: String, run: Int, graceSeconds: Int64, ProbeManifest.Kind)
        /// Call back with a tick then.
        case wake(at: Date)
        /// Tell of a container that keeps failing.
        case reportBackoff(container: String)
        /// Every process has ended: ask the API to let the pod go.
        case removeFromAPI
        /// Nothing is left to do but to drop what is on disk.
        case cleanUp
    }

    /// Why the pod as a whole comes to an end before its containers did.
    enum Ending: Sendable, Hashable {
        case deletion, vanished, deadline, nodeStop
    }

    let restartPolicy: RestartPolicy
    let gracePeriodSeconds: Int64
    /// When the pod has run for as long as it may.
    let deadline: Date?
    /// When the node took the pod.
    let startTime: Time
    var containers: [ContainerRecord]
    private(set) var phase = PodPhase.pending
    private(set) var reason: String?
    private(set) var message: String?
    private(set) var ending: Ending?
    private var graceSeconds: Int64
    /// When no sidecar waits any longer for its turn to end.
    private(set) var endsAt: Date?
    private var hasAskedForRemoval = false
    private var hasCleanedUp = false

    init(pod: PodManifest, startTime: Time) {
        restartPolicy = pod.restartPolicy
        gracePeriodSeconds = pod.gracePeriodSeconds
        graceSeconds = pod.gracePeriodSeconds
        self.startTime = startTime
        deadline = pod.spec.activeDeadlineSeconds.map {
            startTime.date.addingTimeInterval(TimeInterval(min(max(0, $0), 1 << 40)))
        }
        containers =
            (pod.spec.initContainers ?? []).map {
                ContainerRecord($0, role: $0.restartPolicy == "Always" ? .sidecar : .initial)
            } + (pod.spec.containers ?? []).map { ContainerRecord($0, role: .main) }
        for index in containers.indices where !containers[index].isInit && pod.spec.initContainers?.isEmpty == false {
            containers[index].state = .waiting(reason: "PodInitializing", message: nil)
        }
        if pod.isTerminal {
            phase = pod.status.phase == "Succeeded" ? .succeeded : .failed
            reason = pod.status.reason
            message = pod.status.message
        }
    }

    var isTerminal: Bool { phase == .succeeded || phase == .failed }
    var hasLiveContainer: Bool { containers.contains(where: \.isLive) }
    var isInitialized: Bool { containers.allSatisfy { !$0.isInit || $0.isInitialized } }

    /// Takes one thing that happened and says what follows from it.
    mutating func handle(_ input: Input, now: Date) -> [Action] {
        var actions: [Action] = []
        switch input {
        case .started(let name, let run, let at):
            change(name, run) {
                guard case .starting = $0.state else { return }
                $0.begin(at: at)
            }
        case .probed(let name, let run, let result): take(result, name, run, &actions)
        case .blocked(let name, let reason, let message):
            guard let index = index(of: name), case .starting = containers[index].state else { break }
            block(index, reason: reason, message: message, now: now)
        case .exited(let name, let run, let exit):
            change(name, run) { if $0.isLive { $0.state = .exited(exit) } }
        case .deletionRequested(let seconds):
            end(ending == .vanished ? .vanished : .deletion, graceSeconds: seconds, now: now)
        case .vanished:
            end(.vanished, graceSeconds: min(graceSeconds, gracePeriodSeconds), now: now)
        case .nodeStopping(let seconds):
            // What ends already has no longer to do so than the node has.
            end(ending ?? .nodeStop, graceSeconds: min(seconds, graceSeconds), now: now)
        case .tick: break
        }
        return actions + advance(now: now)
    }

    private mutating func take(_ result: ProbeResult, _ name: String, _ run: Int, _ actions: inout [Action]) {
        let grace = gracePeriodSeconds
        change(name, run) { container in
            guard case .running = container.state else { return }
            switch result {
            case .started:
                container.isStarted = true
                container.hasStarted = true
            case .ready(let isReady): container.isReady = isReady
            case .unhealthy(let kind, let seconds):
                guard !container.isEnding else { return }
                container.isEnding = true
                actions.append(
                    .endUnhealthy(container: name, run: run, graceSeconds: max(0, seconds ?? grace), kind))
            }
        }
    }

    /// The number of a container's current or next run.
    func run(of name: String) -> Int? { containers.first { $0.name == name }?.run }

    private func index(of name: String) -> Int? { containers.firstIndex { $0.name == name } }

    private mutating func change(_ name: String, _ run: Int, _ body: (inout ContainerRecord) -> Void) {
        // News of an earlier run comes late and changes nothing.
        guard let index = index(of: name), containers[index].run == run else { return }
        body(&containers[index])
    }

    private mutating func block(_ index: Int, reason: String, message: String, now: Date) {
        containers[index].state = .waiting(reason: reason, message: message)
        containers[index].backoff = min(60, max(2, containers[index].backoff * 2))
        containers[index].retryAt = now.addingTimeInterval(containers[index].backoff)
    }

    private mutating func end(_ why: Ending, graceSeconds seconds: Int64, now: Date) {
        if let ending, ending == why, seconds >= graceSeconds { return }
        if let endsAt { self.endsAt = min(endsAt, now.addingTimeInterval(TimeInterval(max(0, seconds)))) }
        if seconds < graceSeconds {
            // A shorter grace than was asked for before must reach the processes.
            for index in containers.indices { containers[index].isEnding = false }
        }
        if isTerminal || ending == nil || why == .vanished || why == .deletion { ending = why }
        graceSeconds = max(0, seconds)
    }

    private mutating func advance(now: Date) -> [Action] {
        var actions: [Action] = []
        if ending == nil, !isTerminal, !isComplete, let deadline, now >= deadline {
            end(.deadline, graceSeconds: gracePeriodSeconds, now: now)
        }
        if ending != nil || isTerminal || isComplete {
            terminateAll(&actions, now: now)
        } else if advanceInit(&actions, now: now) {
            advanceMain(&actions, now: now)
        }
        settle()
        if !isTerminal, !isComplete, ending == nil, let deadline { actions.append(.wake(at: deadline)) }
        if !hasLiveContainer {
            if ending == .deletion, !hasAskedForRemoval {
                hasAskedForRemoval = true
                actions.append(.removeFromAPI)
            }
            if ending == .vanished, !hasCleanedUp {
                hasCleanedUp = true
                actions.append(.cleanUp)
            }
        }
        return actions
    }

    /// Ends what runs: sidecars in the reverse of their order, each when nothing is left that may need it, or when the
    /// grace of all is over.
    private mutating func terminateAll(_ actions: inout [Action], now: Date) {
        let end = endsAt ?? now.addingTimeInterval(TimeInterval(graceSeconds))
        endsAt = end
        let left = Int64(max(0, end.timeIntervalSince(now)).rounded(.up))
        for index in containers.indices where containers[index].isLive && !containers[index].isEnding {
            // A start that is under way is confirmed first: there is nothing yet to end.
            if case .starting = containers[index].state { continue }
            var grace = graceSeconds
            if containers[index].role == .sidecar {
                if now < end, isNeeded(index) {
                    actions.append(.wake(at: end))
                    continue
                }
                grace = graceSeconds == 0 ? 0 : max(Self.leastGraceSeconds, left)
            }
            containers[index].isEnding = true
            actions.append(
                .terminate(container: containers[index].name, run: containers[index].run, graceSeconds: grace))
        }
    }

    /// The kubelet's least time for a sidecar whose turn comes late.
    private static let leastGraceSeconds: Int64 = 2

    /// Whether something runs that may need this sidecar: a regular container, or a sidecar that started after it.
    private func isNeeded(_ sidecar: Int) -> Bool {
        containers.indices.contains { containers[$0].isLive && (containers[$0].isRegular || $0 > sidecar) }
    }

    /// Returns whether the main containers may start.
    private mutating func advanceInit(_ actions: inout [Action], now: Date) -> Bool {
        for index in containers.indices where containers[index].isInit {
            if containers[index].role == .sidecar {
                advance(index, policy: .always, &actions, now: now)
            } else if !containers[index].hasSucceeded {
                // A failed init container is tried again unless the pod never restarts anything.
                let policy: RestartPolicy = restartPolicy == .never ? .never : .onFailure
                advance(index, policy: policy, &actions, now: now)
            }
            guard containers[index].isInitialized else { return false }
        }
        return true
    }

    private mutating func advanceMain(_ actions: inout [Action], now: Date) {
        for index in containers.indices where containers[index].role == .main {
            advance(index, policy: restartPolicy, &actions, now: now)
        }
    }

    private mutating func advance(_ index: Int, policy: RestartPolicy, _ actions: inout [Action], now: Date) {
        if let exit = containers[index].exit {
            guard policy.restarts(after: exit.exitCode) else { return }
            prepareRestart(index, after: exit, &actions, now: now)
        }
        guard case .waiting = containers[index].state else { return }
        if let retryAt = containers[index].retryAt, retryAt > now {
            actions.append(.wake(at: retryAt))
            return
        }
        containers[index].retryAt = nil
        containers[index].state = .starting
        containers[index].isEnding = false
        actions.append(.start(container: containers[index].name, run: containers[index].run))
    }

    private mutating func prepareRestart(
        _ index: Int, after exit: ContainerExit, _ actions: inout [Action], now: Date
    ) {
        let wait = RestartBackoff.wait(
            after: exit, previous: containers[index].backoff, isFirst: containers[index].last == nil)
        containers[index].last = exit
        containers[index].run += 1
        containers[index].backoff = wait
        guard wait > 0 else {
            containers[index].state = .waiting(reason: "ContainerCreating", message: nil)
            return
        }
        let name = containers[index].name
        containers[index].retryAt = now.addingTimeInterval(wait)
        containers[index].state = .waiting(
            reason: "CrashLoopBackOff", message: "back-off \(Int(wait))s restarting failed container=\(name)")
        actions.append(.reportBackoff(container: name))
    }

    /// Computes the phase as the kubelet does; a terminal phase is never left.
    private mutating func settle() {
        guard !isTerminal else { return }
        let hasLive = hasLiveContainer
        switch ending {
        case .deadline where !hasLive:
            fail("DeadlineExceeded", "Pod was active on the node longer than the specified deadline")
        case .nodeStop where !hasLive && restartPolicy == .never && !hasEndedByItself:
            fail("Terminated", "Pod was terminated in response to imminent node shutdown.")
        case .deletion where !hasLive, .vanished where !hasLive:
            phase = regular.allSatisfy(\.hasSucceeded) ? .succeeded : .failed
        default:
            phase = ordinaryPhase
            if phase == .failed, hasFailedByDisruption {
                fail("Terminated", "Pod was terminated: its node was gone for longer than it may run on alone.")
            }
        }
    }

    private mutating func fail(_ reason: String, _ message: String) {
        phase = .failed
        self.reason = reason
        self.message = message
    }
}
