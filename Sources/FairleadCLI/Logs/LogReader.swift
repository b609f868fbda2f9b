import FairleadAPI
import FairleadPlanning
import KubernetesClient
import KubernetesCore

/// Prints what the tasks of a run have written so far.
struct LogReader: Sendable {
    let cluster: Cluster
    let run: PipelineRun
    let container: String
    /// Whether the attempt before the newest is meant.
    let isPrevious: Bool

    /// Whether the run has that task, with pods of its own; a run that has not started does not say what it has.
    ///
    /// - Throws: ``CommandError``.
    static func check(_ address: TaskAddress?, _ run: PipelineRun) throws(CommandError) {
        let names = run.status.tasks.map(\.name)
        guard let address, !names.isEmpty else { return }
        guard let task = run.status.tasks.first(where: { $0.name == address.task }) else {
            let known = MissingName.task(address.task, among: names)
            throw CommandError(.notFound, "run \"\(run.metadata.name)\" has no task \"\(address.task)\"\(known)")
        }
        if let child = task.child {
            throw CommandError(
                .conflict, "task \"\(address.task)\" is the run \"\(child)\"; see fairlead logs \(child)")
        }
        guard let item = address.item else { return }
        guard let map = task.map else {
            if !task.phase.isTerminal, task.startTime == nil { return }
            throw CommandError(.invalidInput, "task \"\(address.task)\" is not mapped: it has no items")
        }
        guard item < map.total else {
            throw CommandError(
                .notFound, "task \"\(address.task)\" has \(map.total) items, from 0: there is no \(address)")
        }
    }

    /// How wide the names before lines are; nil where one task without items is named.
    static func nameWidth(_ address: TaskAddress?, _ run: PipelineRun) -> Int? {
        let tasks = run.status.tasks.filter { address == nil || $0.name == address?.task }
        guard address == nil || address?.item == nil && tasks.contains(where: { $0.map != nil }) else { return nil }
        return tasks.map { task in
            let last = task.map.map { max(0, $0.total - 1) }
            return TaskAddress(task: task.name, item: last).description.count
        }.max() ?? 0
    }

    /// Prints the logs of a task or item, or of all, one after the other.
    ///
    /// - Throws: ``CommandError`` where the one that is named has none, `Output.Closed`, `APIError`, `TransportError`.
    func print(_ address: TaskAddress?) async throws {
        let name = run.metadata.name
        let pods = try await cluster.client.listAll(
            PodView.self, namespace: cluster.namespace,
            ListQuery(labelSelector: LogSelection.selector(run: name, address)))
        let selection = LogSelection(pods: pods.items)
        let tasks = address.map { [$0.task] } ?? run.status.tasks.filter { $0.child == nil }.map(\.name)
        guard !tasks.isEmpty else {
            throw CommandError(
                .conflict, "run \"\(name)\" has not started (\(run.status.message ?? "Pending")); -f waits for it")
        }
        let printer = LogPrinter(
            client: cluster.client, container: container, nameWidth: Self.nameWidth(address, run))
        for task in tasks {
            let found = selection.addresses(task)
            for current in found.isEmpty ? [address ?? TaskAddress(task: task)] : found {
                let pod = isPrevious ? selection.previous(current) : selection.newest(current)
                if let pod, LogSelection.hasBegun(pod, container: container) {
                    try await printer.print(pod, follow: false)
                    continue
                }
                let reason = absence(pod, of: current)
                // Alone it is the whole answer; among others a side note.
                if current == address { throw CommandError(.notFound, "task \"\(current)\" \(reason)") }
                if !isPrevious, !isWithoutPods(task) { Output.note("\(current): \(reason)") }
            }
        }
    }

    /// Whether a task has ended without a pod: it was skipped, decided about, or taken from elsewhere.
    private func isWithoutPods(_ name: String) -> Bool {
        guard let task = run.status.tasks.first(where: { $0.name == name }) else { return false }
        return task.phase.isTerminal && task.attempts == nil && task.map == nil && task.logs == nil
    }

    private func absence(_ pod: PodView?, of address: TaskAddress) -> String {
        if isPrevious { return "has had one attempt" }
        let task = run.status.tasks.first { $0.name == address.task }
        let phase = task?.phase.rawValue ?? "Pending"
        guard let pod else {
            if let kept = task?.logs {
                return task?.map == nil
                    ? "has no pod any more; its log is kept at \(kept)"
                    : "has no pod any more; logs are kept below \(kept)/\(address.item.map(String.init) ?? "")"
            }
            // Pods of items that ended well are not kept unless the run says so.
            let isGone = address.item.map { task?.map?.hasEnded($0) ?? false } ?? (task?.map != nil)
            return isGone ? "has no pod any more; spec.podRetention: All keeps them" : "has no pod (\(phase))"
        }
        let containers = (pod.status.initContainerStatuses ?? []) + (pod.status.containerStatuses ?? [])
        let names = containers.map(\.name)
        if !names.isEmpty, !names.contains(container) {
            return "has no container \"\(container)\", but \(names.joined(separator: ", "))"
        }
        return "has not begun to write (\(phase)); -f waits for it"
    }
}
