import ControllerMachines
import ControllerRuntime
import FairleadAPI
import FairleadPlanning
import Foundation
import KubernetesClient
import KubernetesCore

/// Performs a run's actions in order; the first that fails ends the plan, and the next one begins from what is.
struct RunActionWriter: Sendable {
    let client: Client
    let registry: RunRegistry
    let ledger: SharedWriteLedger
    let clock: any RuntimeClock
    let cache: CacheDesk
    let notifications: NotificationWriter
    /// Tells an event about a run; never fails.
    let record: @Sendable (PlannedEvent, PipelineRun) -> Void

    private var outputs: ItemOutputWriter { ItemOutputWriter(client: client) }
    private var children: ChildRunWriter { ChildRunWriter(client: client, registry: registry, clock: clock) }
    private var services: ServiceTaskWriter { ServiceTaskWriter(client: client, registry: registry, clock: clock) }
    private var models: ModelTaskWriter { ModelTaskWriter(client: client, registry: registry, clock: clock) }

    /// The largest status that is written, in bytes: etcd takes objects of 1.5 MiB.
    private static let largestStatus = 1_300_000

    /// Performs actions.
    ///
    /// - Throws: `APIError`, `TransportError` or `CancellationError`, for the reconcile to be tried again.
    func perform(_ actions: [PipelineRunAction], run: PipelineRun) async throws {
        var rest = actions[...]
        while let action = rest.popFirst() {
            switch action {
            case .writeItemOutputs(let chunks): try await outputs.write(chunks, run: run)
            case .writeLists(let task, let lists):
                try await outputs.write(lists, run: run)
                _ = registry.with(run.metadata.uid) { $0.table.didWriteLists(task) }
            case .patchStatus(let status, let flushing):
                try await writeStatus(run, status)
                let now = clock.now
                _ = registry.with(run.metadata.uid) { $0.table.didFlush(flushing, now: now) }
            case .createPods(let requests): try await createPods(requests, run: run)
            case .createChildren(let requests): try await children.create(requests, run: run)
            case .stopChildren(let views, let mode): try await children.stop(views, mode, run: run)
            case .applyServices(let requests): try await services.apply(requests, run: run)
            case .registerModels(let requests): try await models.register(requests, run: run)
            case .removePods(let selector): try await removePods(selector, run: run)
            case .releasePods(let views, let recorded):
                guard case .createPods(let requests)? = rest.first else {
                    try await release(views, recorded: recorded, run: run)
                    continue
                }
                rest.removeFirst()
                // Both may take hundreds of calls, and neither waits for the other's.
                async let released: Void = release(views, recorded: recorded, run: run)
                do {
                    try await createPods(requests, run: run)
                } catch {
                    // A release that was cut off would only be asked for again.
                    try await released
                    throw error
                }
                try await released
            case .deletePods(let views): try await delete(views, run: run)
            case .lookUpCache(let requests): try await cache.lookUp(requests, run: run)
            case .writeCache(let records): try await cache.write(records, run: run)
            case .sendNotifications(let pods): try await notifications.send(pods, run: run)
            case .readLogs(let pods): await readLogs(pods, run: run)
            case .note(let event): record(event, run)
            case .deleteRun: try await client.deleteOwner(.pipelineRun, run.key, uid: run.metadata.uid)
            }
        }
    }

    /// Writes a run's status and keeps what the server made of it.
    ///
    /// - Returns: The run as it is then.
    @discardableResult
    func writeStatus(_ run: PipelineRun, _ status: PipelineRunStatus) async throws -> PipelineRun {
        var status = status
        var document = try KubernetesJSON.value(of: status)
        if JSONWriter.bytes(document).count > Self.largestStatus {
            status = RunStatusBuilder.tooLarge(status, run: run, now: clock.now)
            document = try KubernetesJSON.value(of: status)
        }
        let previous = try KubernetesJSON.value(of: run.status)
        guard let change = MergePatch.difference(from: previous, to: document) else { return run }
        let answer = try await client.patchStatus(.pipelineRun, run.metadata, change)
        let written = try KubernetesJSON.decode(PipelineRun.self, from: answer)
        _ = registry.with(run.metadata.uid) { $0.object = written }
        return written
    }

    /// Ends a run that can't start.
    func refuse(_ run: PipelineRun, _ status: PipelineRunStatus) async throws {
        try await writeStatus(run, status)
        record(
            PlannedEvent(
                isWarning: true, reason: status.reason?.rawValue ?? "Failed", note: status.message ?? ""), run)
    }

    private func pods(of run: PipelineRun) -> PodWriter {
        PodWriter(client: client, ledger: ledger, owner: run.metadata)
    }

    private func createPods(_ requests: [PodRequest], run: PipelineRun) async throws {
        let refusals = try await pods(of: run).create(requests) { [registry] pod in
            registry.fold(pod)
        } letGo: {
            _ = registry.with(run.metadata.uid) { $0.table.didCreate(0, allSucceeded: false) }
            let held = registry.with(run.metadata.uid) { $0.table.held } ?? []
            try await release(held, recorded: false, run: run)
        }
        _ = registry.with(run.metadata.uid) { $0.table.didCreate(requests.count, allSucceeded: refusals.isEmpty) }
        let now = clock.now
        for (request, error) in refusals.invalid {
            // The task fails, the others go on.
            _ = registry.with(run.metadata.uid) { entry in
                entry.table.fail(request.item, reason: .invalidSpec, message: error.description, now: now)
            }
        }
        if let forbidden = refusals.forbidden.first {
            record(PlannedEvent(isWarning: true, reason: "FailedCreate", note: forbidden.message), run)
        }
        _ = registry.with(run.metadata.uid) { entry in
            for (request, message) in refusals.forbidden { entry.table.hinder(request.item, by: message, now: now) }
        }
        if let failure = refusals.failure { throw failure }
    }

    private func release(_ views: [AttemptView], recorded: Bool, run: PipelineRun) async throws {
        let pods = pods(of: run)
        let failures = await ConcurrentCalls.perform(views) { view in
            let mark: Recorded? = recorded ? (view.hasSucceeded ? .succeeded : .failed) : nil
            if let pod = try await pods.release(view.pod, uid: view.uid, recorded: mark) { registry.fold(pod) }
            _ = registry.with(run.metadata.uid) { $0.table.didRelease(pod: view.pod) }
        }
        if let failure = failures.first { throw failure.1 }
    }

    private func readLogs(_ pods: [Int: String], run: PipelineRun) async {
        let tail = LogQuery(container: "main", tailLines: Limits.published.messageLogLines, limitBytes: 1 << 16)
        _ = await ConcurrentCalls.perform(pods.map { (task: $0.key, pod: $0.value) }) { task, pod in
            let key = ObjectKey(namespace: run.metadata.namespace, name: pod)
            let bytes = try? await client.logs(key, tail, within: .seconds(5), clock: clock)
            // As much as the kubelet gives where nothing else was written.
            let log = bytes.map { String(decoding: $0.suffix(2048), as: UTF8.self) }
            _ = registry.with(run.metadata.uid) { $0.table.didReadLog(of: task, pod: pod, log) }
        }
    }

    private func removePods(_ selector: String, run: PipelineRun) async throws {
        let query = ListQuery(labelSelector: selector)
        try await client.deleteCollection(.pod, namespace: run.metadata.namespace, query)
        _ = registry.with(run.metadata.uid) { $0.table.didRemove() }
    }

    private func delete(_ views: [AttemptView], run: PipelineRun) async throws {
        let pods = pods(of: run)
        let failures = await ConcurrentCalls.perform(views) { view in
            if let pod = try await pods.delete(view.pod, uid: view.uid) { registry.fold(pod) }
        }
        if let failure = failures.first { throw failure.1 }
    }
}
