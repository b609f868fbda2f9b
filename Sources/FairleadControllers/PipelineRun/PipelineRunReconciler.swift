import ControllerMachines
import ControllerRuntime
import FairleadAPI
import FairleadPlanning
import Foundation
import KubernetesClient
import KubernetesCore

/// Brings PipelineRuns to where they should be: gathers, asks the planner, performs its actions.
struct PipelineRunReconciler: PodOwnerReconciler {
    let client: Client
    let runs: Store<PipelineRun>
    let jobs: Store<TrainingJob>
    let services: Store<InferenceService>
    let pipelines: Store<Pipeline>
    let pods: Store<PodView>
    let writer: RunActionWriter
    let settings: PlatformRegistry
    let models: ModelWiring
    let gate: ConcurrencyGate
    /// Has runs looked at.
    let wake: @Sendable ([ObjectKey]) -> Void
    let clock: any RuntimeClock

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
        var fixed = try await readFixed(run)
        if fixed == nil {
            if run.status.specRef != nil {
                let name = PodNaming.specName(run: run.metadata.name)
                let message = "ConfigMap \"\(name)\", which holds what the run runs, is gone"
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
                    fixed = try await readFixed(run)
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

    static func failed(_ run: PipelineRun, _ reason: Reason, _ message: String, now: Date) -> PipelineRunStatus {
        RunStatusBuilder.unstarted(run: run, phase: .failed, reason: reason, message: message, now: now)
    }

    static func planEnd(_ run: PipelineRun, pods: [PodView], now: Date) -> Plan<PipelineRunAction> {
        PipelineRunPlanner.planEnd(run: run, pods: pods, now: now)
    }

    /// Plans and acts until nothing is left to do now.
    private func step(_ uid: String, _ namespace: String?) async throws -> Requeue {
        let modelInputs = registry.with(uid) { $0.modelInputs } ?? []
        return try await step(uid) {
            var settings = models.settings(
                settings.settings(namespace: namespace), inputs: modelInputs, namespace: namespace)
            settings.services = awaited(uid, namespace)
            return settings
        } plan: { entry, settings, now in
            PipelineRunPlanner.plan(
                run: entry.object, fixed: entry.fixed, table: &entry.table, settings: settings, now: now)
        }
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
}
