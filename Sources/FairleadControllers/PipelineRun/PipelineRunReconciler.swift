import ControllerMachines
import ControllerRuntime
import FairleadAPI
import FairleadPlanning
import Foundation
import KubernetesClient
import KubernetesCore

/// Brings PipelineRuns to where they should be: gathers, asks the planner, performs its actions.
struct PipelineRunReconciler: Sendable {
    let client: Client
    let runs: Store<PipelineRun>
    let jobs: Store<TrainingJob>
    let services: Store<InferenceService>
    let pipelines: Store<Pipeline>
    let pods: Store<PodView>
    let registry: OpenObjects<OpenRun>
    let ledger: SharedWriteLedger
    let writer: RunActionWriter
    let settings: PlatformRegistry
    let models: ModelWiring
    let gate: ConcurrencyGate
    /// Has runs looked at.
    let wake: @Sendable ([ObjectKey]) -> Void
    let clock: any RuntimeClock

    /// The most steps of one run before other runs have their turn.
    private static let stepsPerTurn = 16

    /// Reconciles one run.
    func reconcile(_ key: ObjectKey) async throws -> Requeue {
        guard let stored = runs[key] else { return .onChange }
        let run = registry.newest(stored)
        let uid = run.metadata.uid
        if let problem = run.statusProblem {
            throw TerminalError("the status of run \(key) can't be read, it is left alone: \(problem.message)")
        }
        if run.metadata.isBeingDeleted || run.status.phase?.isTerminal == true {
            registry.close(uid)
            return try await end(run)
        }
        if !registry.isOpen(uid) {
            if let requeue = try await open(run) { return requeue }
        }
        return try await step(uid, key.namespace)
    }

    /// Fixes what a run runs, or finds it fixed, and opens it; returns where it can't go on now.
    private func open(_ run: PipelineRun) async throws -> Requeue? {
        var run = run
        let specKey = ObjectKey(
            namespace: run.metadata.namespace, name: PodNaming.specName(run: run.metadata.name))
        var fixed = try await readFixed(run, specKey)
        if fixed == nil {
            if run.status.specRef != nil {
                let message = "ConfigMap \"\(specKey.name)\", which holds what the run runs, is gone"
                return try await refuse(run, .invalidSpec, message)
            }
            let origin = try await RecoveryReader(client: client, runs: runs).origin(of: run)
            let pipeline = pipeline(of: run)
            let decision = PipelineRunStarter.decide(
                run: run, pipeline: pipeline, others: pipeline == nil ? pipelineNames(run.metadata.namespace) : [],
                origin: origin, now: clock.now)
            switch decision {
            case .refuse(let status):
                try await writer.refuse(run, status)
                return .onChange
            case .wait(let status, let wait):
                if status != run.status { try await writer.writeStatus(run, status) }
                wake(gate.forget(run.metadata.uid))
                return wait.map { .after($0) } ?? .onChange
            case .start(let decided, let configMap):
                guard case .open(let admitted) = try await enter(run, decided) else { return .onChange }
                run = admitted
                let chunks = RecoveryStart.chunks(decided, run: run, from: origin)
                try await ItemOutputWriter(client: client).write(chunks, run: run)
                do {
                    try await client.create(.configMap, namespace: run.metadata.namespace, configMap)
                    fixed = decided
                } catch let error as APIError where error.isAlreadyExists {
                    fixed = try await readFixed(run, specKey)
                }
            }
        }
        guard let fixed else { return .after(.seconds(1)) }
        var known = run
        if known.status.tasks.isEmpty { known.status.tasks = fixed.recovered ?? [] }
        let outputs = try await ItemOutputWriter(client: client).read(known, fixed: fixed)
        registry.open(OpenRun(run, fixed: fixed, outputs: outputs))
        for pod in pods.owned(by: run.metadata.uid) { registry.fold(pod) }
        for child in runs.owned(by: run.metadata.uid) { registry.fold(.added(child)) }
        for job in jobs.owned(by: run.metadata.uid) { registry.fold(.added(job)) }
        return nil
    }

    /// The pipeline that a run names.
    func pipeline(of run: PipelineRun) -> Pipeline? {
        run.spec.value?.pipeline.flatMap { pipelines[ObjectKey(namespace: run.metadata.namespace, name: $0)] }
    }

    /// The pipelines of a namespace.
    private func pipelineNames(_ namespace: String?) -> [String] {
        pipelines.keys.filter { $0.namespace == namespace }.map(\.name)
    }

    private func readFixed(_ run: PipelineRun, _ key: ObjectKey) async throws -> FixedRun? {
        let configMap: JSONValue
        do {
            configMap = try await client.get(.configMap, key)
        } catch let error as APIError where error.isNotFound {
            return nil
        }
        let metadata = try KubernetesJSON.decode(ObjectMeta.self, from: configMap["metadata"] ?? [:])
        guard !run.metadata.hasPredecessor(metadata.controller, of: .pipelineRun) else {
            throw APIError(
                Status(code: 409, reason: "Conflict", message: "ConfigMap \(key) of an earlier run is being removed"))
        }
        do throws(TaskProblem) {
            return try FixedRun(configMap: configMap, of: run.metadata)
        } catch let problem {
            _ = try await refuse(run, problem.reason, problem.message)
            throw TerminalError(problem.message)
        }
    }

    private func refuse(_ run: PipelineRun, _ reason: Reason, _ message: String) async throws -> Requeue {
        let status = RunStatusBuilder.unstarted(
            run: run, phase: .failed, reason: reason, message: message, now: clock.now)
        try await writer.refuse(run, status)
        return .onChange
    }

    /// Plans and acts until nothing is left to do now.
    private func step(_ uid: String, _ namespace: String?) async throws -> Requeue {
        let modelInputs = registry.with(uid) { $0.modelInputs } ?? []
        for _ in 0..<Self.stepsPerTurn {
            var settings = models.settings(
                settings.settings(namespace: namespace), inputs: modelInputs, namespace: namespace)
            settings.services = awaited(uid, namespace)
            let now = clock.now
            let planned = registry.with(uid) { entry -> (Plan<PipelineRunAction>, PipelineRun)? in
                if entry.object.status.phase?.isTerminal == true { return nil }
                let plan = PipelineRunPlanner.plan(
                    run: entry.object, fixed: entry.fixed, table: &entry.table, settings: settings, now: now)
                return (plan, entry.object)
            }
            guard let (plan, run) = planned ?? nil else { return .after(.zero) }
            guard plan.actions.isEmpty else {
                try await writer.perform(plan.actions, run)
                continue
            }
            switch plan.wake {
            case .now: continue
            case .onChange: return .onChange
            case .after(let wait): return .after(wait)
            }
        }
        return .after(.zero)
    }

    /// The services that a run waits for.
    private func awaited(_ uid: String, _ namespace: String?) -> [String: AwaitedService] {
        var awaited: [String: AwaitedService] = [:]
        for name in registry.with(uid, { $0.table.awaitedServices }) ?? [] {
            guard let service = services[ObjectKey(namespace: namespace, name: name)] else { continue }
            awaited[name] = AwaitedService(service: service, versions: models.followed(by: service))
        }
        return awaited
    }

    /// Lets go of the pods of a run that is finished or being deleted.
    private func end(_ run: PipelineRun) async throws -> Requeue {
        // A pod that was released a moment ago may still look held: its event brings the run back.
        guard ledger.isCaughtUp(owner: run.metadata.uid) else { return .after(.seconds(1)) }
        let plan = PipelineRunPlanner.planEnd(
            run: run, pods: pods.owned(by: run.metadata.uid), now: clock.now)
        try await writer.perform(plan.actions, run)
        switch plan.wake {
        case .now: return .after(.zero)
        case .onChange: return .onChange
        case .after(let wait): return .after(wait)
        }
    }
}
