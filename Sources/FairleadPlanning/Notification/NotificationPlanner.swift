import FairleadAPI
import Foundation
import KubernetesCore

/// Decides which notifications a run owes, and how those stand that it sends.
///
/// What is owed stands in the run's status before its pod is made, and the pod's name follows from the run and the
/// event: a controller that dies at any point neither forgets one nor sends it twice.
enum NotificationPlanner {
    /// How long a finished run waits for its notifications to be sent.
    static let patience: TimeInterval = 3600

    /// The status with everything that the run owes since its last version.
    ///
    /// - Parameters:
    ///   - status: The status as it is about to be written.
    ///   - specs: What the pipeline asks to be told.
    ///   - run: The run.
    ///   - asking: The tasks that wait for people.
    static func owed(
        _ status: PipelineRunStatus, _ specs: [NotificationSpec], run: ObjectMeta, asking: [String] = []
    ) -> [NotificationRecord] {
        guard !specs.isEmpty else { return status.notifications }
        var records = status.notifications
        var known = Set(records.map(\.pod))
        func add(_ event: NotificationEvent, task: String? = nil) {
            for (index, spec) in specs.enumerated() where spec.events.contains(event) {
                let pod = PodNaming.name(
                    run: run.name, task: "notify",
                    unique: "\(run.uid)/notify/\(index)/\(event.rawValue)/\(task ?? "")")
                guard known.insert(pod).inserted else { continue }
                records.append(
                    NotificationRecord(
                        pod: pod, event: event, task: task, webhook: spec.webhook, format: spec.format ?? .cloudEvents))
            }
        }
        for task in asking { add(.approvalNeeded, task: task) }
        switch status.phase {
        case .failed: add(.failed)
        case .succeeded: add(.succeeded)
        case .stopped: add(.stopped)
        case .pending, .queued, .running, .suspended, nil: break
        }
        return records
    }

    /// The notifications as they stand once the pods of those that were pending are made.
    ///
    /// - Parameters:
    ///   - records: What the status says.
    ///   - pods: The notifications' pods by name, as far as they are there.
    ///   - isGone: Whether a pod that is not there any more counts as failed.
    static func settled(
        _ records: [NotificationRecord], pods: [String: PodView], isGone: Bool
    ) -> [NotificationRecord] {
        records.map { record in
            var record = record
            guard !record.phase.isTerminal else { return record }
            switch pods[record.pod]?.status.phase {
            case "Succeeded": record.phase = .succeeded
            case "Failed": record.phase = .failed
            case nil where record.phase == .running && isGone && pods[record.pod] == nil: record.phase = .failed
            default: record.phase = .running
            }
            return record
        }
    }

    /// The pods of notifications that are owed.
    static func requests(_ run: PipelineRun) -> [NotificationPod] {
        run.status.notifications.filter { $0.phase == .pending }.map { NotificationPod($0, of: run) }
    }

    /// Sends what a finished run owes, and waits for it.
    static func end(
        _ run: PipelineRun, _ pods: [PodView], now: Date, _ plan: inout Plan<PipelineRunAction>
    ) {
        let records = run.status.notifications
        guard !records.allSatisfy(\.phase.isTerminal), let ended = run.status.completionTime else { return }
        let due = ended.date.addingTimeInterval(patience)
        let requests = requests(run)
        if due > now, !requests.isEmpty { plan.actions.append(.sendNotifications(requests)) }
        let known = Dictionary(pods.map { ($0.metadata.name, $0) }, uniquingKeysWith: { first, _ in first })
        var status = run.status
        status.notifications = settled(records, pods: known, isGone: true)
        if due <= now {
            for index in status.notifications.indices where status.notifications[index].phase == .running {
                status.notifications[index].phase = .failed
            }
        } else {
            plan.wake = plan.wake.sooner(of: due, now: now)
        }
        guard status.notifications != records else { return }
        plan.actions.append(.patchStatus(status, flushing: Flush(items: 0, tasks: 0, revision: 0)))
        plan.actions += undelivered(records, status.notifications, known).map(PipelineRunAction.note)
    }

    /// What is told of notifications that could not be delivered since the status was last written.
    static func undelivered(
        _ old: [NotificationRecord], _ new: [NotificationRecord], _ pods: [String: PodView]
    ) -> [PlannedEvent] {
        let known = Set(old.filter { $0.phase == .failed }.map(\.pod))
        return new.filter { $0.phase == .failed && !known.contains($0.pod) }.map { record in
            let ended =
                pods[record.pod]?.status.containerStatuses?.first?.state?.terminated
                ?? pods[record.pod]?.status.containerStatuses?.first?.lastState?.terminated
            let story = ended?.message ?? pods[record.pod]?.status.reason ?? "its pod \(record.pod) is gone"
            return PlannedEvent(
                isWarning: true, reason: "NotificationFailed",
                note: "\(record.event.rawValue) could not be told to the webhook of Secret "
                    + "\"\(record.webhook.secret)\": \(story.prefix(500))")
        }
    }
}

extension NotificationPod {
    /// The pod that tells one thing of a run.
    init(_ record: NotificationRecord, of run: PipelineRun) {
        let metadata = run.metadata
        let kind = record.event.rawValue.lowercased()
        let namespace = metadata.namespace ?? "default"
        var labels = [FairleadLabel.run: metadata.name]
        if let pipeline = run.spec.value?.pipeline, pipeline.utf8.count <= 63 {
            labels[FairleadLabel.pipeline] = pipeline
        }
        let suffix = record.task.map { ".\($0)" } ?? ""
        var event: JSONValue = [
            "id": .string("\(metadata.uid).\(kind)\(suffix)"),
            "source": .string("/namespaces/\(namespace)/pipelineruns/\(metadata.name)"),
            "type": .string("dev.fairlead.pipelinerun.\(kind)"), "subject": .string(record.task ?? metadata.name),
            "data": Self.data(record, run),
        ]
        if let time = run.status.completionTime { event["time"] = .string(time.description) }
        self.init(
            name: record.pod, namespace: namespace,
            owner: OwnerReference(controller: .pipelineRun, metadata: metadata), labels: labels,
            webhook: record.webhook, format: record.format, event: event, text: Self.text(record, run),
            kind: record.event.rawValue)
    }

    private static func data(_ record: NotificationRecord, _ run: PipelineRun) -> JSONValue {
        let status = run.status
        var data: JSONValue = [
            "run": .string(run.metadata.name), "namespace": .string(run.metadata.namespace ?? "default"),
            "uid": .string(run.metadata.uid), "event": .string(record.event.rawValue),
        ]
        data["pipeline"] = run.spec.value?.pipeline.map { .string($0) }
        data["task"] = record.task.map { .string($0) }
        data["phase"] = status.phase.map { .string($0.rawValue) }
        data["reason"] = status.reason.map { .string($0.rawValue) }
        data["message"] = message(record, run).map { .string(String($0.prefix(4096))) }
        data["duration"] = status.duration.map { .string($0) }
        // A variable holds 128 KiB at most; what is larger stands in the run's status.
        if !status.results.isEmpty, JSONWriter.bytes(.object(status.results)).count <= 32 << 10 {
            data["results"] = .object(status.results)
        }
        return data
    }

    private static func message(_ record: NotificationRecord, _ run: PipelineRun) -> String? {
        guard let task = record.task else { return run.status.message }
        return run.status.tasks.first { $0.name == task }?.message
    }

    private static func text(_ record: NotificationRecord, _ run: PipelineRun) -> String {
        let pipeline = run.spec.value?.pipeline.map { " of pipeline \($0)" } ?? ""
        let name = "Run \(run.metadata.name)\(pipeline)"
        let story = message(record, run).map { ": \($0.prefix(1000))" } ?? ""
        return switch record.event {
        case .failed: "\(name) failed\(story)"
        case .succeeded: "\(name) succeeded\(run.status.duration.map { " in \($0)" } ?? "")"
        case .stopped: "\(name) was stopped\(story)"
        case .late: "\(name) is late\(story)"
        case .approvalNeeded: "\(name) waits for an approval\(story)"
        }
    }
}

extension PipelineRunStatus {
    /// Whether a notification's pod is still to be made.
    var owesNotifications: Bool { notifications.contains { $0.phase == .pending } }
}
