import FairleadAPI
import Foundation
import KubernetesCore

/// An inference service told in full: where it is, what serves, how a rollout goes, and what went wrong last.
struct ServiceStory: Sendable {
    var service: InferenceService
    var now: Date

    /// The whole story.
    func lines() -> [String] {
        var lines = facts()
        if !service.status.revisions.isEmpty { lines += [""] + revisions() }
        for rollout in service.status.rollouts { lines += [""] + self.rollout(rollout) }
        if let failure = service.status.modelStatus?.lastFailureInfo { lines += [""] + self.failure(failure) }
        return lines
    }

    private var status: InferenceServiceStatus { service.status }

    private func facts() -> [String] {
        let phase = status.phase?.rawValue ?? "Pending"
        let reason = status.reason.map(\.rawValue).flatMap { $0 == phase ? nil : " (\($0))" } ?? ""
        let runtime = status.runtime.map { name in name + (status.format.map { " for \($0)" } ?? "") }
        let facts: [(String, String?)] = [
            ("Name", service.metadata.name),
            ("Namespace", service.metadata.namespace),
            ("URL", status.url),
            ("Phase", phase + reason),
            ("Model", status.model),
            ("Runtime", runtime),
            ("Replicas", status.replicas),
            ("Scale", status.scale),
            ("Message", status.message?.split(separator: "\n").first.map(String.init)),
        ]
        return facts.compactMap { name, value in
            value.map { "\(name):\(String(repeating: " ", count: 11 - name.count))\(Self.clean($0))" }
        }
    }

    private func revisions() -> [String] {
        let hasVariants = status.revisions.contains { $0.variant != nil }
        var table = TextTable(
            ["REVISION"] + (hasVariants ? ["VARIANT"] : []) + ["MODEL", "STATE", "TRAFFIC", "READY", "REASON"])
        for revision in status.revisions {
            let traffic = revision.mirror.map { "\($0)% copied" } ?? "\(revision.weight)%"
            table.add(
                [revision.name] + (hasVariants ? [revision.variant ?? ""] : [])
                    + [
                        revision.model ?? "", revision.state.rawValue, traffic,
                        "\(revision.ready)/\(revision.replicas)",
                        revision.reason?.rawValue ?? "",
                    ])
        }
        return table.lines.map(Self.clean)
    }

    private func rollout(_ rollout: RolloutStatus) -> [String] {
        let spec = service.spec.value?.effectiveRollout
        let steps = spec?.effectiveSteps ?? []
        let of = rollout.variant.isEmpty ? "" : " of \(rollout.variant)"
        let names = [rollout.stable, rollout.candidate].compactMap(\.self).joined(separator: " -> ")
        var lines = ["Rollout\(of): \(rollout.phase.rawValue)" + (names.isEmpty ? "" : ", \(names)")]
        switch rollout.phase {
        case .progressing, .paused:
            var step = "  step \(rollout.step + 1) of \(max(steps.count, rollout.step + 1)): \(rollout.weight)%"
            if let start = rollout.stepStartedAt {
                step += " for \(Age.text(since: start, now: now))"
                if let every = spec?.effectiveEvery { step += " of \(every)" }
            }
            if let requests = rollout.requests {
                let needed = spec?.effectiveMinRequests ?? 0
                step += ", \(requests) requests" + (requests < needed ? " of \(needed) that checks need" : "")
            }
            lines.append(step)
            if let checks = spec?.checks, !checks.isEmpty {
                lines.append("  checks: \(checks.map(Self.text).joined(separator: ", "))")
            }
        case .waiting, .succeeded, .rolledBack: break
        }
        if let message = rollout.message { lines.append("  \(Self.clean(message))") }
        return lines
    }

    private func failure(_ failure: ServiceModelStatus.Failure) -> [String] {
        let message = (failure.message ?? "").split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        var line = "Last failure: \(failure.reason?.rawValue ?? "")"
        if let code = failure.exitCode { line += ", exit code \(code)" }
        if let location = failure.location { line += ", pod \(location)" }
        if let time = failure.time { line += ", \(Age.text(since: time, now: now)) ago" }
        return [line] + message.filter { !$0.isEmpty }.map { "  \(Self.clean($0))" }
    }

    /// A check as people say it: `errorRate <= 0.01`.
    static func text(_ check: RolloutCheck) -> String {
        var bounds: [String] = []
        if let latency = check.maxLatency { bounds.append("<= \(latency)") }
        if let factor = check.factor {
            bounds.append("<= \(JSONWriter.string(.double(factor))) x stable")
        } else if let max = check.max {
            bounds.append("<= \(JSONWriter.string(.double(max)))")
        }
        return "\(check.metric.rawValue) \(bounds.joined(separator: " and "))"
    }

    private static func clean(_ text: String) -> String { StyledLine(text).text() }
}
