import ControllerRuntime
import FairleadAPI
import FairleadPlanning
import Foundation
import KubernetesClient
import KubernetesCore

/// Performs a run's actions.
struct RunActionWriter: ActionWriter {
    let client: Client
    let registry: OpenObjects<OpenRun>
    let ledger: SharedWriteLedger
    let clock: any RuntimeClock
    let cache: CacheDesk
    let notifications: NotificationWriter
    let record: @Sendable (PlannedEvent, PipelineRun) -> Void

    private var outputs: ItemOutputWriter { ItemOutputWriter(client: client) }
    private var overdue: OverdueMarker { OverdueMarker(client: client, registry: registry) }
    private var children: ChildRunWriter {
        ChildRunWriter(client: client, registry: registry, clock: clock, record: record)
    }
    private var services: ServiceTaskWriter { ServiceTaskWriter(client: client, registry: registry, clock: clock) }
    private var models: ModelTaskWriter { ModelTaskWriter(client: client, registry: registry, clock: clock) }

    /// The largest status that is written, in bytes: etcd takes objects of 1.5 MiB.
    private static let largestStatus = 1_300_000

    func perform(_ actions: [PipelineRunAction], _ run: PipelineRun) async throws {
        let podWriter = pods(of: run)
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
            case .removePods(let selector):
                try await podWriter.delete(selector: selector)
                _ = registry.with(run.metadata.uid) { $0.table.didRemove() }
            case .releasePods(let views, let recorded):
                guard case .createPods(let requests)? = rest.first else {
                    try await podWriter.release(views, recorded: recorded)
                    continue
                }
                rest.removeFirst()
                // Both may take hundreds of calls, and neither waits for the other's.
                async let released: Void = podWriter.release(views, recorded: recorded)
                do {
                    try await createPods(requests, run: run)
                } catch {
                    // A release that was cut off would only be asked for again.
                    try await released
                    throw error
                }
                try await released
            case .markPods(let views): try await overdue.mark(views, run: run)
            case .deletePods(let views): try await deletePods(views, run: run)
            case .lookUpCache(let requests): try await cache.lookUp(requests, run: run)
            case .writeCache(let records): try await cache.write(records, run: run)
            case .sendNotifications(let pods): try await notifications.send(pods, run: run)
            case .readLogs(let pods): await readLogs(pods, run: run)
            case .note(let event): record(event, run)
            case .deleteRun: try await client.deleteOwner(.pipelineRun, run.key, uid: run.metadata.uid)
            }
        }
    }

    func document(_ status: PipelineRunStatus, of run: PipelineRun) throws -> JSONValue {
        let document = try KubernetesJSON.value(of: status)
        guard JSONWriter.bytes(document).count > Self.largestStatus else { return document }
        return try KubernetesJSON.value(of: RunStatusBuilder.tooLarge(status, run: run, now: clock.now))
    }

    private func createPods(_ requests: [PodRequest], run: PipelineRun) async throws {
        let refusals: PodRefusals<PodRequest>
        do {
            refusals = try await pods(of: run).create(requests)
        } catch {
            _ = registry.with(run.metadata.uid) { $0.table.didCreate(0, allSucceeded: false) }
            throw error
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

    /// A pod that is overdue may start at any moment, and is let run then: its event is on the way.
    private func deletePods(_ views: [AttemptView], run: PipelineRun) async throws {
        let changed = try await pods(of: run).delete(views, version: { $0.isOverdue ? $0.resourceVersion : nil })
        for view in changed { _ = registry.with(run.metadata.uid) { $0.table.didStop(pod: view.pod) } }
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
}
