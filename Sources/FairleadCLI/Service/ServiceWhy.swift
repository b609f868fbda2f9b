import FairleadAPI
import Foundation
import KubernetesClient
import KubernetesCore

/// Tells why an inference service does not answer, or why a rollout was undone, and what to do.
struct ServiceWhy: Sendable {
    let service: InferenceService
    /// The pods that ended badly or wait, the first cause first, with each one's revision.
    var pods: [(revision: String, facts: PodFacts)] = []
    /// What Kubernetes complains of about the service itself, the newest last.
    var warnings: [String] = []
    let now: Date
    /// A command line that speaks about the same cluster and namespace.
    let commandLine: @Sendable (String) -> String

    /// The lines.
    func lines() -> [String] {
        let phase = status.phase?.rawValue ?? "Pending"
        var heading = "inference service \(name): \(phase)"
        if let reason = status.reason, reason.rawValue != phase { heading += " (\(reason.rawValue))" }
        var lines = rollouts() + revisions()
        if lines.isEmpty, !isFine { lines = causes() }
        lines += ended()
        if lines.isEmpty { return [heading, "", "There is nothing to explain."] }
        return [heading, ""] + lines + advice() + told()
    }

    private var status: InferenceServiceStatus { service.status }
    private var name: String { service.metadata.name }
    private var isFine: Bool { status.phase == .ready || status.phase == .sleeping }

    private func rollouts() -> [String] {
        status.rollouts.filter { $0.phase == .rolledBack || $0.phase == .paused }.map { rollout in
            let what = rollout.phase == .paused ? "is paused" : "was undone"
            let who = rollout.failed ?? rollout.candidate ?? "the new revision"
            let of = rollout.variant.isEmpty ? "" : " of \(rollout.variant)"
            return Self.clean("the rollout\(of) of \(who) \(what): \(rollout.message ?? "see its events")")
        }
    }

    private func revisions() -> [String] {
        let waiting = status.revisions.filter { [.pending, .loading, .failed].contains($0.state) }
        return waiting.map { revision in
            let reason = revision.reason.map { " (\($0.rawValue))" } ?? ""
            let message = revision.message?.split(separator: "\n").first.map { ": \($0)" } ?? ""
            return Self.clean("\(revision.name) is \(revision.state.rawValue)\(reason)\(message)")
        }
    }

    private func causes() -> [String] {
        if service.spec.value?.isSuspended == true {
            return ["spec.suspend is true: it has no pods; let it go on: \(commandLine("fairlead resume \(name)"))"]
        }
        if let message = status.message?.split(separator: "\n").first { return [Self.clean(String(message))] }
        let command = commandLine("kubectl describe inferenceservice \(name)")
        return ["nothing that can be seen holds it up: does the controller run, and may pods be made? \(command)"]
    }

    private func ended() -> [String] {
        var lines: [String] = []
        for (revision, facts) in pods {
            if let ending = facts.endingText {
                let node = facts.node.map { " on node \($0)" } ?? ""
                lines += ["", "\(revision), pod \(facts.name)\(node), ended \(ending)"]
                if let log = facts.log, !log.isEmpty {
                    lines += ["The end of its log:"] + log.map { "  | \(Self.clean($0))" }
                }
            } else if let first = ([facts.waiting].compactMap(\.self) + facts.warnings).first {
                lines.append("\(revision) waits (pod \(facts.name)): \(Self.clean(first))")
            }
        }
        return lines
    }

    private func advice() -> [String] {
        let bad = status.revisions.first { $0.state == .failed }?.reason
        let reason = status.modelStatus?.lastFailureInfo?.reason ?? bad ?? status.reason
        guard let advice = reason.flatMap({ ReasonAdvice.entry($0).advice }) else { return [] }
        return ["", "What to do: \(WhyStory.plain(advice))", "  \(commandLine("fairlead logs \(name)"))"]
    }

    private func told() -> [String] {
        let first = status.message?.split(separator: "\n").first
        let news = warnings.filter { text in first.map { !text.contains($0) } ?? true }
        return news.isEmpty ? [] : ["", "Kubernetes says:"] + news.map { "  \(Self.clean($0))" }
    }

    private static func clean(_ text: String) -> String { StyledLine(text).text() }
}

extension Investigator {
    /// How many pods of a service are told of.
    private static let serviceMembers = 3

    /// Finds out why an inference service stands as it does.
    func why(_ service: InferenceService, now: Date) async throws -> ServiceWhy {
        let pods = try await cluster.client.listAll(
            PodView.self, namespace: cluster.namespace,
            ListQuery(labelSelector: ServiceAddress.selector(service: service.metadata.name))
        ).items
        var why = ServiceWhy(service: service, now: now, commandLine: cluster.commandLine)
        for pod in Self.suspects(servers: pods).prefix(Self.serviceMembers) {
            let revision = pod.metadata.labels[FairleadLabel.revision] ?? service.metadata.name
            why.pods.append((revision, await facts(pod)))
        }
        why.warnings = await warnings(of: service.metadata.name)
        return why
    }

    /// The pods worth looking into: those of which a container ended badly, then those that do not run.
    static func suspects(servers pods: [PodView]) -> [PodView] {
        func rank(_ pod: PodView) -> Int? {
            let statuses = (pod.status.initContainerStatuses ?? []) + (pod.status.containerStatuses ?? [])
            let hasFailed = statuses.contains { ($0.state?.terminated?.exitCode ?? 0) != 0 }
            if hasFailed || pod.status.phase == "Failed" { return 0 }
            if statuses.contains(where: { $0.state?.waiting?.reason == "CrashLoopBackOff" }) { return 1 }
            return pod.status.phase == "Pending" ? 2 : nil
        }
        let ranked = pods.compactMap { pod in rank(pod).map { ($0, pod) } }
        return ranked.sorted { ($0.0, $0.1.metadata.name) < ($1.0, $1.1.metadata.name) }.map(\.1)
    }
}
