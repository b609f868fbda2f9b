import FairleadAPI
import KubernetesCore

/// What a change of a service's status tells, beside what the rollouts tell themselves.
struct ServiceEvents {
    let before: InferenceServiceStatus
    let after: InferenceServiceStatus

    var all: [PlannedEvent] {
        var events: [PlannedEvent] = []
        if after.message != before.message, after.phase == .invalid {
            events.append(PlannedEvent(isWarning: true, reason: "InvalidSpec", note: after.message ?? ""))
        }
        events += payloadEvents
        for revision in after.revisions { events += self.events(revision) }
        if let traffic = after.traffic, let former = before.traffic, !former.isEmpty, weights(after) != weights(before)
        {
            let what = after.revisions.filter { $0.weight > 0 }.map { "\($0.name) \($0.weight)%" }
            events.append(
                PlannedEvent(reason: "TrafficShifted", note: "\(former) -> \(traffic): \(what.joined(separator: ", "))")
            )
        }
        if after.phase != before.phase {
            switch after.phase {
            case .suspended: events.append(PlannedEvent(reason: "Suspended", note: "the service has no pods"))
            case .failed:
                let reason = after.reason?.rawValue ?? "Failed"
                events.append(PlannedEvent(isWarning: true, reason: reason, note: after.message ?? ""))
            default: break
            }
        } else if after.reason != before.reason, let reason = after.reason, reason != .modelLoading,
            reason != .rolledBack, after.phase != .invalid, !after.revisions.contains(where: { $0.reason == reason })
        {
            events.append(PlannedEvent(isWarning: true, reason: reason.rawValue, note: after.message ?? ""))
        }
        return events
    }

    private func weights(_ status: InferenceServiceStatus) -> [String: Int] {
        Dictionary(
            status.revisions.filter { $0.weight > 0 }.map { ($0.name, $0.weight) },
            uniquingKeysWith: { first, _ in first })
    }

    private func events(_ revision: RevisionStatus) -> [PlannedEvent] {
        let former = before.revisions.first { $0.name == revision.name }
        var events: [PlannedEvent] = []
        if revision.reason != former?.reason, let reason = revision.reason {
            let note = "revision \(revision.name): \(revision.message ?? reason.rawValue)"
            events.append(PlannedEvent(isWarning: true, reason: "ModelLoadFailed", note: note))
        }
        guard revision.state != former?.state else { return events }
        switch (former?.state, revision.state) {
        case (.sleeping?, .ready): events.append(PlannedEvent(reason: "WokenUp", note: "revision \(revision.name)"))
        case (.ready?, .sleeping): events.append(PlannedEvent(reason: "FellAsleep", note: "revision \(revision.name)"))
        case (_, .loading) where revision.reason == nil:
            let story = revision.message.map { ": \($0)" } ?? " is being loaded"
            events.append(PlannedEvent(reason: "ModelLoading", note: "revision \(revision.name)\(story)"))
        case (_, .ready):
            events.append(
                PlannedEvent(
                    reason: "RevisionReady",
                    note: "revision \(revision.name), \(revision.ready) of \(revision.replicas) pods"))
        default: break
        }
        return events
    }
}
