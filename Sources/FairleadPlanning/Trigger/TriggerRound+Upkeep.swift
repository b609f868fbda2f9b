import FairleadAPI
import KubernetesCore

extension TriggerRound {
    /// How many late runs a message names.
    private static let mostNamed = 5

    /// Tells of runs that are not finished long after their slot.
    mutating func raiseAlarms(_ lateAfter: FairleadDuration?) {
        let old = status.conditions[type: TriggerCondition.late.rawValue]
        guard let lateAfter else {
            status.conditions.removeAll { $0.type == TriggerCondition.late.rawValue }
            return
        }
        var late: [(time: Time, what: String)] = []
        let open =
            active.map { (time: $0.value, what: "\(noun($0.key)) \($0.key)") }
            + status.waiting.map { (time: $0.time, what: $0.run.map { "the \(noun()) after \($0)" } ?? "a \(noun())") }
        for (time, what) in open.sorted(by: { ($0.time, $0.what) < ($1.time, $1.what) }) {
            let deadline = time.advanced(by: lateAfter.seconds)
            if deadline <= now { late.append((time, what)) } else { wakeUp(at: deadline) }
        }
        guard !late.isEmpty else { return set(.late, .isFalse, reason: "InTime", message: "") }
        let named = late.prefix(Self.mostNamed).map {
            "\($0.what), due at \($0.time), is not finished after \(lateAfter)"
        }
        let rest = late.count - named.count
        set(
            .late, .isTrue, reason: "Late",
            message: named.joined(separator: "; ") + (rest > 0 ? "; and \(rest) more" : ""))
        for name in named where old?.message.contains(name) != true {
            notes.append(PlannedEvent(isWarning: true, reason: "Late", note: name))
        }
    }

    /// Finished runs beyond the history limits, the oldest first.
    func outdated(_ spec: TriggerSpec) -> [TriggerAction] {
        let finished = runs.values.filter { $0.isFinished && !$0.metadata.isBeingDeleted }
        func excess(_ runs: [TriggerChild], _ limit: Int?) -> [TriggerChild] {
            let byAge = runs.sorted { left, right in
                (left.slotTime, left.metadata.name) < (right.slotTime, right.metadata.name)
            }
            return Array(byAge.dropLast(max(0, limit ?? 3)))
        }
        let removed =
            excess(finished.filter(\.hasSucceeded), spec.successfulRunsHistoryLimit)
            + excess(finished.filter { !$0.hasSucceeded }, spec.failedRunsHistoryLimit)
        return removed.map { .delete($0.type, name: $0.metadata.name, uid: $0.metadata.uid) }
    }
}
