import FairleadAPI
import KubernetesClient
import KubernetesCore

/// Finds out why a run stands as it does: follows nested runs down to the culprit, and asks for its pod and log.
struct Investigator: Sendable {
    let cluster: Cluster

    /// How deep nested runs are followed.
    private static let deepest = 10
    /// How many waiting tasks are looked into.
    private static let widest = 5
    private static let logLines = Limits.published.messageLogLines

    /// What was found, the run that was asked about first, the innermost nested one last.
    ///
    /// - Throws: ``CommandError`` where there is no such run, `APIError`, `TransportError`.
    func findings(_ name: String) async throws -> [RunFinding] {
        var findings: [RunFinding] = []
        var next: PipelineRun? = try await cluster.run(name)
        while let run = next, findings.count < Self.deepest {
            var finding = RunFinding(run: run, cause: RunCause(run))
            next = nil
            switch finding.cause {
            case .success: break
            case .run: finding.warnings = await warnings(of: run.metadata.name)
            case .task(let task, let item):
                next = await child(of: run, task, item)
                if next == nil {
                    let address = TaskAddress(task: task.name, item: item)
                    finding.pods[address] = await pod(of: run, address)
                }
            case .unfinished: next = try await lookInto(&finding)
            }
            findings.append(finding)
        }
        return findings
    }

    /// What a run that is not finished waits for; returns the nested run that holds it up, where only that does.
    private func lookInto(_ finding: inout RunFinding) async throws -> PipelineRun? {
        let run = finding.run
        finding.warnings = await warnings(of: run.metadata.name)
        if let group = run.status.concurrencyGroup, run.status.phase == .queued {
            let others = try await cluster.client.listAll(PipelineRun.self, namespace: cluster.namespace)
            finding.ahead = others.items.filter {
                $0.status.concurrencyGroup == group && $0.status.phase != .queued
                    && $0.status.phase?.isTerminal == false
            }.map(\.metadata.name)
        }
        let open = run.status.tasks.filter { !$0.phase.isTerminal && $0.startTime != nil }
        if let task = open.first, open.count == 1, let child = await child(of: run, task, nil) { return child }
        for task in open.filter({ $0.child == nil && $0.map == nil && $0.phase != .suspended }).prefix(Self.widest) {
            let address = TaskAddress(task: task.name)
            finding.pods[address] = await pod(of: run, address)
        }
        return nil
    }

    /// The nested run of a task or item.
    private func child(of run: PipelineRun, _ task: TaskStatus, _ item: Int?) async -> PipelineRun? {
        if let name = task.child { return try? await cluster.client.get(PipelineRun.self, cluster.key(name)) }
        guard let item else { return nil }
        let selector = LogSelection.selector(run: run.metadata.name, TaskAddress(task: task.name, item: item))
        let children = try? await cluster.client.listAll(
            PipelineRun.self, namespace: cluster.namespace, ListQuery(labelSelector: selector))
        return children?.items.first
    }

    /// The newest pod of a task or item, nil where there is none any more.
    private func pod(of run: PipelineRun, _ address: TaskAddress) async -> PodFacts? {
        let selector = LogSelection.selector(run: run.metadata.name, address)
        let pods = try? await cluster.client.listAll(
            PodView.self, namespace: cluster.namespace, ListQuery(labelSelector: selector))
        guard let pods, let pod = LogSelection(pods: pods.items).newest(address) else { return nil }
        return await facts(pod)
    }

    /// What there is to tell about a pod.
    func facts(_ pod: PodView) async -> PodFacts {
        var facts = PodFacts(pod)
        if facts.hasLog { facts.log = await logEnd(pod, facts.container) }
        if facts.ending == nil { facts.warnings = await warnings(of: facts.name) }
        return facts
    }

    private func logEnd(_ pod: PodView, _ container: String) async -> [String]? {
        let query = LogQuery(container: container, tailLines: Self.logLines)
        guard let bytes = try? await cluster.client.logs(pod.key, query) else { return nil }
        return String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline).map(String.init)
    }

    /// What events of the type Warning say about an object, each once, the newest last.
    func warnings(of name: String) async -> [String] {
        // Events of the core group: their selectors are those that every server knows.
        let type = ResourceType(version: "v1", kind: "Event", plural: "events")
        let query = ListQuery(fieldSelector: "involvedObject.name=\(name),type=Warning")
        guard let events = try? await cluster.client.listAll(type, namespace: cluster.namespace, query) else {
            return []
        }
        let dated = events.items.compactMap { event -> (String, String)? in
            guard let reason = event["reason"]?.stringValue, let message = event["message"]?.stringValue else {
                return nil
            }
            let moment =
                [event["lastTimestamp"], event[path: ["series", "lastObservedTime"]], event["eventTime"]]
                .compactMap { $0?.stringValue }.first ?? ""
            return (moment, "\(reason): \(message)")
        }
        var texts: [String] = []
        for (_, text) in dated.sorted(by: { $0.0 < $1.0 }) where !texts.contains(text) { texts.append(text) }
        return texts.suffix(3)
    }
}
