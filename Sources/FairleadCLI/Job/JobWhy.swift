import FairleadAPI
import FairleadPlanning
import Foundation
import KubernetesClient
import KubernetesCore

/// Tells why a training job failed or was started again, or what it waits for, and what to do.
struct JobWhy: Sendable {
    let job: TrainingJob
    /// The pods that ended badly or wait, the first cause first, with the place of each in the job.
    var pods: [(place: String, rank: Int?, facts: PodFacts)] = []
    /// What Kubernetes complains of about the job itself, the newest last.
    var warnings: [String] = []
    let now: Date
    /// A command line that speaks about the same cluster and namespace.
    let commandLine: @Sendable (String) -> String

    /// The lines.
    func lines() -> [String] {
        let status = job.status
        let phase = status.phase?.rawValue ?? "Pending"
        var heading = "training job \(job.metadata.name): \(phase)"
        if let reason = status.reason, reason.rawValue != phase { heading += " (\(reason.rawValue))" }
        if let duration = status.duration { heading += " after \(duration)" }
        if let restarts = status.restarts, restarts > 0 {
            heading += ", \(restarts) restart\(restarts == 1 ? "" : "s")"
        }
        switch status.phase {
        case .succeeded: return [heading, "", "There is nothing to explain."]
        case .failed, .restarting: return [heading] + failure()
        case .stopped: return [heading] + stop()
        case .pending, .queued, .running, .suspended, nil: return [heading] + waiting()
        }
    }

    private var name: String { job.metadata.name }

    private func failure() -> [String] {
        let message = (job.status.message ?? "").split(separator: "\n", omittingEmptySubsequences: false)
            .map(String.init)
        var lines = ["", "The first cause: \(Self.clean(message.first ?? "not known"))"]
        let culprit = pods.first { $0.facts.ending != nil }
        var log = Array(message.dropFirst())
        if let (place, rank, facts) = culprit {
            let node = facts.node.map { " on node \($0)" } ?? ""
            lines.append("  \(place)\(rank.map { " (rank \($0))" } ?? ""), pod \(facts.name)\(node)")
            if let ending = facts.endingText { lines.append("  ended \(ending)") }
            log = facts.log ?? log
        }
        if !log.isEmpty { lines += ["", "The end of its log:"] + log.map { "  | \(Self.clean($0))" } }
        if let advice = job.status.reason.flatMap({ ReasonAdvice.entry($0).advice }) {
            lines += ["", "What to do: \(WhyStory.plain(advice))"]
        }
        if let culprit { lines.append("  \(commandLine("fairlead logs \(name) \(culprit.place)"))") }
        return lines + told()
    }

    private func stop() -> [String] {
        var lines = ["", "It was ended by hand: \(Self.clean(job.status.message ?? "spec.shutdown is set"))"]
        if job.spec.value?.container.checkpoint?.uri != nil {
            lines += ["", "What to do: a new job with the same checkpoint.uri goes on from what this one saved"]
        }
        return lines + told()
    }

    private func waiting() -> [String] {
        var lines: [String] = []
        if job.spec.value?.suspend == true {
            lines.append(
                "spec.suspend is true: it has no pods; let it go on: \(commandLine("fairlead resume \(name)"))")
        } else if let message = job.status.message {
            lines.append(Self.clean(message.split(separator: "\n").first.map(String.init) ?? ""))
        } else if job.status.phase == .running {
            lines.append("it runs: \(JobProgressLines.detail(job))")
        }
        for (place, _, facts) in pods where facts.ending == nil {
            let reasons = [facts.waiting].compactMap(\.self) + facts.warnings
            guard let first = reasons.first else { continue }
            lines.append("\(place) waits (pod \(facts.name)): \(Self.clean(first))")
        }
        if lines.isEmpty {
            let command = commandLine("kubectl describe trainingjob \(name)")
            lines = ["nothing that can be seen holds it up: does the controller run, and may pods be made? \(command)"]
        }
        return [""] + lines + told()
    }

    private func told() -> [String] {
        // What the job's own message says needs no second voice.
        let first = job.status.message?.split(separator: "\n").first
        let news = warnings.filter { text in first.map { !text.contains($0) } ?? true }
        return news.isEmpty ? [] : ["", "Kubernetes says:"] + news.map { "  \(Self.clean($0))" }
    }

    private static func clean(_ text: String) -> String { StyledLine(text).text() }
}

extension Investigator {
    /// How many pods of a job are told of.
    private static let members = 3

    /// Finds out why a training job stands as it does.
    func why(_ job: TrainingJob, now: Date) async throws -> JobWhy {
        let selector = MemberAddress.selector(job: job.metadata.name)
        let pods = try await cluster.client.listAll(
            PodView.self, namespace: cluster.namespace, ListQuery(labelSelector: selector)
        ).items
        var why = JobWhy(job: job, now: now, commandLine: cluster.commandLine)
        for pod in Self.suspects(pods, message: job.status.message ?? "").prefix(Self.members) {
            why.pods.append(
                (MemberAddress.place(of: pod), MemberAddress.rank(of: pod), await facts(pod)))
        }
        why.warnings = await warnings(of: job.metadata.name)
        return why
    }

    /// The pods worth looking into: the one that the message names, then those that failed, the earliest first, then
    /// those that do not run.
    static func suspects(_ pods: [PodView], message: String) -> [PodView] {
        func rank(_ pod: PodView) -> (Int, Int64, String) {
            let ended = (pod.status.containerStatuses ?? []).compactMap { $0.state?.terminated }
                .first { $0.exitCode != 0 }
            let time = ended?.finishedAt?.secondsSince1970 ?? .max
            let isNamed = message.contains(pod.metadata.name)
            return (isNamed ? 0 : ended != nil ? 1 : 2, time, pod.metadata.name)
        }
        return pods.filter { pod in
            message.contains(pod.metadata.name) || pod.status.phase == "Failed" || pod.status.phase == "Pending"
        }.sorted { rank($0) < rank($1) }
    }
}
