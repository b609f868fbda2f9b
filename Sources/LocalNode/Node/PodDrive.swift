import Foundation
import KubernetesClient
import KubernetesCore
import Logging

/// The state of a pod's worker between two things that happen.
struct PodDrive {
    private var pod: PodManifest
    private var machine: PodMachine
    private let context: NodeContext
    private let report: @Sendable (PodMachine.Input) -> Void
    private let address: String
    private var handles: [String: ShimHandle] = [:]
    private var probers: [String: ContainerProber] = [:]
    private var newProbers: [ContainerProber] = []
    /// Hooks that are to be run, and the containers whose hook was.
    private var newHooks: [StopHook] = []
    private var hooked: Set<String> = []
    /// What the API was last told; nil where that is not known.
    private var written: JSONValue?
    private var wake: Date?
    private var scheduledWake: Date?
    private var removalIsDue = false
    private var isStopping = false
    private var failures = 0
    /// Whether the pod has left the API and the disk.
    private(set) var isGone = false

    init(pod: PodManifest, context: NodeContext, report: @escaping @Sendable (PodMachine.Input) -> Void) {
        self.pod = pod
        self.context = context
        self.report = report
        address = context.addresses.address(of: pod.metadata.uid, known: pod.status.podIP)
        machine = PodMachine(pod: pod, startTime: pod.status.startTime ?? Time(Date()))
    }

    /// Whether the worker has nothing left to wait for.
    var isFinished: Bool { isGone || (isStopping && !machine.hasLiveContainer) }

    /// Adopts what an earlier node left, then begins.
    mutating func begin() async {
        let runs = findRuns()
        // How old the tokens are that an earlier node wrote is not known.
        if runs.values.contains(where: { $0.exit == nil }) { context.tokens.adopt(pod) }
        machine.adopt(runs, status: pod.status, now: Time(Date()))
        for container in machine.containers {
            guard case .running(let since) = container.state else { continue }
            try? context.hosts.keep(pod, address: address)
            probe(container.name, run: container.run, since: since, hasStarted: container.isStarted)
        }
        let deletion: PodMachine.Input? =
            pod.metadata.isBeingDeleted
            ? .deletionRequested(graceSeconds: pod.metadata.deletionGracePeriodSeconds ?? 0) : nil
        await take(.machine(deletion ?? .tick))
    }

    /// Takes one thing that happened, does what follows from it, and tells the API.
    mutating func take(_ input: PodWorker.Input) async {
        let now = Date()
        switch input {
        case .machine(let input):
            if input == .tick { scheduledWake = nil }
            if case .exited(let name, let run, _) = input, machine.run(of: name) == run {
                // A pod that has ended may stay for days: it must not keep pipes open.
                handles.removeValue(forKey: name)?.detach()
                hooked.remove(name)
                probers.removeValue(forKey: name)?.stop()
            }
            await perform(machine.handle(input, now: now))
        case .vanished:
            await perform(machine.handle(.vanished, now: now))
        case .stop:
            isStopping = true
            let grace = context.configuration.shutdownGraceSeconds
            await perform(machine.handle(.nodeStopping(graceSeconds: grace), now: now))
        case .pod(let next):
            // What the last answer said is newer than what the watch still has to tell.
            if pod.metadata.resourceVersion.flatMap({ next.metadata.resourceVersion.flatMap($0.isAtLeast) }) != true {
                pod = next
            }
            guard next.metadata.isBeingDeleted else { break }
            let grace = next.metadata.deletionGracePeriodSeconds ?? machine.gracePeriodSeconds
            await perform(machine.handle(.deletionRequested(graceSeconds: grace), now: now))
        }
        if isGone { return }
        if machine.isTerminal { context.tokens.forget(pod.metadata.uid) }
        await writeStatus()
        if removalIsDue { await remove() }
    }

    /// The next time at which a tick is due, if it is not yet arranged.
    mutating func takeWake() -> Date? {
        guard let wake, scheduledWake.map({ wake < $0 }) ?? true else { return nil }
        scheduledWake = wake
        self.wake = nil
        return wake
    }

    /// Probers that are to be run.
    mutating func takeNewProbers() -> [ContainerProber] {
        defer { newProbers = [] }
        return newProbers
    }

    /// Hooks that are to be run.
    mutating func takeNewHooks() -> [StopHook] {
        defer { newHooks = [] }
        return newHooks
    }

    /// Lets go of the shims without ending them.
    func detach() { handles.values.forEach { $0.detach() } }

    // MARK: Actions

    private mutating func perform(_ actions: [PodMachine.Action]) async {
        var pending = actions[...]
        while let action = pending.popFirst() {
            switch action {
            case .start(let name, let run):
                let result = await start(name, run: run)
                pending += machine.handle(result, now: Date())
            case .terminate(let name, _, let grace):
                tell(name, "Killing", "Stopping container \(name)")
                terminate(name, grace)
            case .endUnhealthy(let name, _, let grace, let kind):
                let what = kind.rawValue.lowercased()
                tell(name, "Killing", "Container \(name) failed \(what) probe, will be restarted")
                terminate(name, grace)
            case .wake(let date): wake = min(wake ?? date, date)
            case .reportBackoff(let name):
                let place = "\(pod.metadata.name)_\(pod.metadata.namespace ?? "")(\(pod.metadata.uid))"
                tell(name, "BackOff", "Back-off restarting failed container \(name) in pod \(place)", isWarning: true)
            case .removeFromAPI: removalIsDue = true
            case .cleanUp:
                context.tokens.forget(pod.metadata.uid)
                try? FileManager.default.removeItem(atPath: context.paths.pod(pod.metadata.uid))
                isGone = true
            }
        }
    }

    private mutating func start(_ name: String, run: Int) async -> PodMachine.Input {
        guard let container = pod.allContainers.first(where: { $0.name == name }) else {
            return .blocked(container: name, reason: "CreateContainerError", message: "no such container")
        }
        let starter = ContainerStarter(context: context, pod: pod, address: address)
        // An environment that has yet to be made takes seconds: until then the pod shows that it is being started.
        if await !starter.isReady(container) { await writeStatus() }
        do {
            let report = report
            let mark = ContainerPlan.mark(pod.metadata.uid, name, run)
            let begin = Time(Date())
            let started = try await starter.start(container, run: run) { exit in
                report(.exited(container: name, run: run, Self.known(exit, mark: mark, startedAt: begin)))
            }
            handles[name]?.detach()
            handles[name] = started.handle
            probe(name, run: run, since: started.at, hasStarted: false)
            let image = container.image ?? ""
            tell(name, "Pulled", "Container image \"\(image)\" already present on machine")
            tell(name, "Created", "Created container: \(name)")
            tell(name, "Started", "Started container \(name)")
            return .started(container: name, run: run, at: started.at)
        } catch {
            tell(name, error.reason == "ContainerCreating" ? "FailedMount" : "Failed", error.message, isWarning: true)
            return .blocked(container: name, reason: error.reason, message: error.message)
        }
    }

    /// Asks a container to end, when its own hook is done; a hook is run once.
    private mutating func terminate(_ name: String, _ grace: Int64) {
        guard let handle = handles[name] else { return }
        guard grace > 0, let container = pod.allContainers.first(where: { $0.name == name }),
            let hook = container.lifecycle?.preStop, hooked.insert(name).inserted, let run = machine.run(of: name)
        else { return handle.send(.terminate(graceSeconds: grace)) }
        newHooks.append(
            StopHook(
                hook: hook, runner: runner(container, run: run), graceSeconds: grace, handle: handle,
                onFailure: { [event] in event(name, "FailedPreStopHook", $0, true) }))
    }

    private func runner(_ container: ContainerManifest, run: Int) -> ProbeRunner {
        ProbeRunner(
            container: container, address: address,
            directory: context.paths.run(pod.metadata.uid, container.name, run), client: context.prober)
    }

    /// Has a run's probes asked from now on.
    private mutating func probe(_ name: String, run: Int, since: Time, hasStarted: Bool) {
        guard let container = pod.allContainers.first(where: { $0.name == name }),
            ProbeManifest.Kind.allCases.contains(where: { container.probe($0) != nil })
        else { return }
        probers[name]?.stop()
        let runner = runner(container, run: run)
        let prober = ContainerProber(
            container: container, startedAt: since.date, hasStarted: hasStarted, ask: runner.ask,
            report: { [report] in report(.probed(container: name, run: run, $0)) },
            onFailure: { [event] kind, message in
                event(name, "Unhealthy", "\(kind.rawValue) probe failed: \(message)", true)
            })
        probers[name] = prober
        newProbers.append(prober)
    }

    private mutating func findRuns() -> [String: FoundContainer] {
        var found: [String: FoundContainer] = [:]
        for container in pod.allContainers {
            let runs = context.paths.runs(pod.metadata.uid, container.name)
            guard let newest = runs.last else { continue }
            let directory = context.paths.run(pod.metadata.uid, container.name, newest)
            let started = ShimHandle.started(directory)
            var trace = FoundContainer(run: newest, exit: ShimHandle.exit(of: directory), startedAt: started)
            if newest > 0 {
                trace.last = ShimHandle.exit(of: context.paths.run(pod.metadata.uid, container.name, newest - 1))
            }
            if trace.exit == nil {
                let name = container.name
                let report = report
                let mark = ContainerPlan.mark(pod.metadata.uid, name, newest)
                handles[name] = ShimHandle.adopt(directory, watcher: context.watcher) { exit in
                    report(.exited(container: name, run: newest, Self.known(exit, mark: mark, startedAt: started)))
                }
                if handles[name] == nil {
                    // It may have ended between the two looks.
                    trace.exit = Self.known(ShimHandle.exit(of: directory), mark: mark, startedAt: started)
                }
            }
            found[container.name] = trace
        }
        return found
    }

    /// The exit of a run whose shim has ended; where the shim itself was killed, what it left is ended too.
    private static func known(_ exit: ContainerExit?, mark: String, startedAt: Time) -> ContainerExit {
        if let exit { return exit }
        ChildProcess.killAll(withCookie: mark)
        return .unknown(startedAt: startedAt, now: Time(Date()))
    }

    private func tell(_ container: String, _ reason: String, _ note: String, isWarning: Bool = false) {
        event(container, reason, note, isWarning)
    }

    /// What tells of a container's events: container, reason, note, and whether it is a warning.
    private var event: @Sendable (String, String, String, Bool) -> Void {
        { [context, pod] container, reason, note, isWarning in
            context.events.tell(
                NodeEvents.Event(
                    object: pod.key, uid: pod.metadata.uid, container: container,
                    isInit: pod.spec.initContainers?.contains { $0.name == container } == true, isWarning: isWarning,
                    reason: reason, action: reason == "Killing" ? "Stopping" : "Starting", note: note))
        }
    }

    // MARK: The API

    /// One merge patch with everything that changed; nothing where nothing did.
    private mutating func writeStatus() async {
        let facts = StatusBuilder.Facts(podIP: address, hostIP: NodeContext.hostIP, now: Time(Date()))
        if pod.isTerminal, machine.isTerminal, written == nil { return }
        let status = StatusBuilder.status(of: pod, machine: machine, facts: facts)
        let change = written.map { MergePatch.difference(from: $0, to: status) } ?? status
        guard let change else { return }
        do {
            let patch: JSONValue = ["metadata": ["uid": .string(pod.metadata.uid)], "status": change]
            let answer = try await context.client.patch(.pod, pod.key, patch, subresource: "status")
            if let next = try? KubernetesJSON.decode(PodManifest.self, from: answer) { pod = next }
            written = status
            failures = 0
        } catch let error as APIError where error.isNotFound || error.isConflict {
            // Gone, or another pod of that name: the watch will say so.
            context.logger.debug("a status found no pod", metadata: ["pod": "\(pod.key)", "error": "\(error)"])
            written = status
        } catch {
            written = nil
            retryLater(error, "a status was not written")
        }
    }

    private mutating func remove() async {
        let options = DeleteOptions(gracePeriodSeconds: 0, preconditions: .init(uid: pod.metadata.uid))
        do {
            try await context.client.delete(.pod, pod.key, options)
            removalIsDue = false
        } catch let error as APIError where error.isNotFound || error.isConflict {
            removalIsDue = false
        } catch {
            retryLater(error, "a pod was not removed")
        }
    }

    private mutating func retryLater(_ error: any Error, _ what: Logger.Message) {
        if Task.isCancelled || isStopping { return }
        failures = min(failures + 1, 8)
        context.logger.warning(what, metadata: ["pod": "\(pod.key)", "error": "\(error)"])
        let date = Date().addingTimeInterval(min(10, 0.1 * pow(2, Double(failures))))
        wake = min(wake ?? date, date)
    }
}
