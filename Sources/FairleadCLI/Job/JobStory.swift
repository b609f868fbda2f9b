import FairleadAPI
import Foundation
import KubernetesCore

/// A training job told in full: how far it is, how its pods stand, and what went wrong.
struct JobStory: Sendable {
    var job: TrainingJob
    var now: Date

    /// The whole story.
    func lines() -> [String] {
        var lines = facts()
        if !job.status.replicas.isEmpty { lines += [""] + replicas() }
        for (title, values) in [("Metrics:", job.status.metrics), ("Results:", job.status.results)]
        where !values.isEmpty { lines += ["", title] + Self.table(values) }
        if !job.status.artifacts.isEmpty {
            lines += ["", "Artifacts:"] + Self.table(job.status.artifacts.mapValues { .string($0.uri) })
        }
        if let message = message() { lines += [""] + message }
        return lines
    }

    /// How a job ended: its results and last metrics, or why it did not succeed.
    func ending() -> [String] {
        let status = job.status
        var first = "training job \(job.metadata.name) \(status.phase?.rawValue ?? "Pending")"
        if let duration = status.duration { first += " in \(duration)" }
        if status.phase != .succeeded, let message = status.message { first += ": \(message)" }
        return [first] + Self.table(status.results) + Self.table(status.metrics)
    }

    private func facts() -> [String] {
        let (status, spec) = (job.status, job.spec.value)
        let phase = status.phase?.rawValue ?? "Pending"
        let reason = status.reason.map(\.rawValue).flatMap { $0 == phase ? nil : " (\($0))" } ?? ""
        let isRestarted = (status.restarts ?? 0) > 0
        let restarts =
            "\(status.restarts ?? 0) (\(status.failures ?? 0) by the program, \(status.disruptions ?? 0) by the platform)"
        let facts: [(String, String?)] = [
            ("Name", job.metadata.name),
            ("Namespace", job.metadata.namespace),
            ("Framework", status.framework ?? spec?.framework?.rawValue),
            ("Nodes", (status.nodes ?? spec?.nodes).map(String.init)),
            ("Phase", phase + reason),
            ("Progress", status.progress),
            ("Queue", spec?.queue),
            ("Attempt", status.attempt.map(String.init)),
            ("Restarts", isRestarted ? restarts : nil),
            ("Started", status.startTime.map { "\($0) (\(Age.text(since: $0, now: now)) ago)" }),
            ("Duration", status.duration ?? runningTime),
            ("Measured", status.metricsTime.map { "\(Age.text(since: $0, now: now)) ago" }),
            ("Models", status.models.isEmpty ? nil : status.models.joined(separator: " ")),
        ]
        return facts.compactMap { name, value in
            value.map { "\(name):\(String(repeating: " ", count: 11 - name.count))\($0)" }
        }
    }

    /// How long it has run.
    var runningTime: String? {
        guard let start = job.status.startTime, job.status.completionTime == nil else { return nil }
        return FairleadDuration.format(.seconds(max(0, Time(now).secondsSince1970 - start.secondsSince1970)))
    }

    private func replicas() -> [String] {
        var table = TextTable(["ROLE", "READY", "ACTIVE", "SUCCEEDED", "FAILED"])
        for (role, status) in job.status.replicas.sorted(by: { $0.key < $1.key }) {
            table.add([role] + [status.ready, status.active, status.succeeded, status.failed].map(String.init))
        }
        return table.lines
    }

    private func message() -> [String]? {
        guard let message = job.status.message, job.status.phase != .succeeded else { return nil }
        return message.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }

    private static func table(_ values: [String: JSONValue]) -> [String] {
        let width = values.keys.map(\.count).max() ?? 0
        return values.sorted { $0.key < $1.key }.map { name, value in
            "  \(name)\(String(repeating: " ", count: width - name.count + 3))\(TaskDetail.value(value, limit: 200))"
        }
    }
}
