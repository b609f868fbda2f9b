import FairleadAPI
import Foundation
import KubernetesCore

/// One look at a track's rollout.
struct RolloutTurn {
    private let input: RolloutInput
    private let now: Date
    private let steps: [Int]
    /// Whether nothing may advance.
    private let isFrozen: Bool
    private var status: RolloutStatus
    private var events: [PlannedEvent] = []
    private var wakeAt: Date?
    /// The candidate's requests in the step that runs.
    private var requests: RequestWindow

    init(_ input: RolloutInput, now: Date) {
        self.input = input
        self.now = now
        steps = input.spec.effectiveSteps.map { min(100, max(0, $0)) }
        status = input.previous ?? RolloutStatus(variant: input.variant)
        status.variant = input.variant
        isFrozen = input.wanted == nil
        requests = input.candidate
        if !isFrozen { status.step = step }
    }

    mutating func decide() {
        guard let wanted = input.wanted else { return watch() }
        guard let stable = status.stable else { return first(wanted) }
        if wanted == stable { return settle(on: stable) }
        if input.readiness[stable] == nil { return first(wanted) }
        if wanted == status.failed { return }
        if status.candidate != wanted { begin(wanted, after: stable) }
        advance(wanted, after: stable)
    }

    func output() -> RolloutOutput {
        let weights = weights
        var status = status
        status.weight = status.candidate == nil ? (status.phase == .succeeded ? 100 : 0) : share
        return RolloutOutput(weights: weights, status: status, events: events, wakeAt: wakeAt, outcome: outcome)
    }

    // MARK: - What follows from where it stands

    private var weights: [String: Int] {
        let stable = status.stable.flatMap { isServing($0) ? $0 : nil }
        let candidate = status.candidate.flatMap { isServing($0) ? $0 : nil }
        switch (stable, candidate) {
        case (nil, nil): return [:]
        case (let only?, nil), (nil, let only?): return [only: 100]
        case (let stable?, let candidate?):
            return [stable: 100 - share, candidate: share].filter { $0.value > 0 }
        }
    }

    /// The percent that the candidate gets where both can answer.
    private var share: Int {
        if status.stepStartedAt == nil { return 0 }
        return isFrozen ? min(100, max(0, status.weight)) : steps[status.step]
    }

    /// The step that runs: where the steps were changed, the last one that gives the candidate no more than it has.
    private var step: Int {
        let known = min(max(0, status.step), steps.count - 1)
        guard status.candidate != nil, status.stepStartedAt != nil,
            known != status.step || steps[known] != status.weight
        else { return known }
        return steps.lastIndex { $0 <= status.weight } ?? 0
    }

    private var outcome: RolloutOutput.Outcome {
        if let failed = status.failed, failed == input.wanted {
            return .rolledBack(failed, message: status.message ?? "")
        }
        guard status.candidate == nil, let stable = status.stable else { return .underWay }
        return .finished(stable)
    }

    private func isServing(_ revision: String) -> Bool { input.readiness[revision]?.isServing ?? false }

    // MARK: - The ways it goes

    /// Nothing has served yet: there is nothing to compare with, and nothing to go back to.
    private mutating func first(_ wanted: String) {
        if status.candidate != wanted || status.stable != nil {
            status = RolloutStatus(variant: input.variant, candidate: wanted)
            status.startedAt = Time(now)
        }
        guard isServing(wanted) else {
            let deadline = readyDeadline(of: wanted)
            let isLate = now >= deadline || input.readiness[wanted]?.state == .failed
            status.message = isLate ? late(wanted) : waiting(for: wanted)
            wakeAt = isLate ? nil : deadline
            return
        }
        succeed(wanted, "revision \(wanted) serves")
    }

    /// Nothing may advance, but what goes wrong is taken back all the same.
    private mutating func watch() {
        guard let stable = status.stable, let candidate = status.candidate, isServing(candidate),
            status.stepStartedAt != nil, status.phase != .paused,
            case .failed(let text) = verdict(after: stable)
        else { return }
        fail(candidate, text, isTrafficBackSafe: isServing(stable))
    }

    /// The stable one is wanted: what was to take over from it is given up.
    private mutating func settle(on stable: String) {
        status.failed = nil
        guard let candidate = status.candidate else {
            // What was rolled back is told until somebody has reacted to it.
            guard status.phase == .rolledBack, input.isSpecNew else { return }
            return end(.succeeded, "revision \(stable) serves")
        }
        end(.succeeded, "revision \(stable) is wanted again: \(candidate) was given up")
        status.failed = nil
        tell("RolloutCancelled")
    }

    private mutating func begin(_ wanted: String, after stable: String) {
        let replaced = status.candidate.map { " instead of \($0)" } ?? ""
        status = RolloutStatus(variant: input.variant, stable: stable, candidate: wanted)
        status.startedAt = Time(now)
        requests = RequestWindow()
        tell("RolloutStarted", "revision \(wanted) is to take over from \(stable)\(replaced)")
    }

    private mutating func advance(_ candidate: String, after stable: String) {
        if status.phase == .paused {
            guard input.isSpecNew else { return }
            status.phase = .progressing
        }
        guard isServing(candidate) else { return wait(for: candidate) }
        status.phase = .progressing
        if status.stepStartedAt == nil { enter(status.step) }
        while true {
            status.requests = requests.requests.told
            switch verdict(after: stable) {
            case .failed(let text): return fail(candidate, text, isTrafficBackSafe: isServing(stable))
            case .undecided(let text):
                status.message = "\(stepText), \(text)"
                wakeAt = stepEnd > now ? stepEnd : nil
                return
            case .passed:
                status.message = stepText
                guard now >= stepEnd else {
                    wakeAt = stepEnd
                    return
                }
            }
            guard status.step + 1 < steps.count else {
                return succeed(candidate, "revision \(candidate) has taken over from \(stable)")
            }
            enter(status.step + 1)
        }
    }

    private mutating func enter(_ step: Int) {
        status.step = step
        status.stepStartedAt = Time(now)
        status.phase = .progressing
        requests = RequestWindow()
        // A last step that does not last is told by the end alone.
        guard stepLength > .zero, let candidate = status.candidate else { return }
        tell("RolloutStep", "revision \(candidate) gets \(steps[step])% of the requests")
    }

    /// The candidate can not answer, be it yet or any more.
    private mutating func wait(for candidate: String) {
        if status.stepStartedAt != nil, status.phase != .waiting {
            status.losses = (status.losses ?? 0) + 1
            status.lostAt = status.lostAt ?? Time(now)
        }
        if let losses = status.losses, losses >= Self.mostLosses {
            return fail(
                candidate, "it could answer no more \(losses) times\(cause(candidate))", isTrafficBackSafe: true)
        }
        let deadline = status.stepStartedAt == nil ? readyDeadline(of: candidate) : returnDeadline(of: candidate)
        if now >= deadline || input.readiness[candidate]?.state == .failed {
            return fail(candidate, late(candidate), isTrafficBackSafe: true)
        }
        status.phase = .waiting
        status.message = waiting(for: candidate)
        wakeAt = deadline
    }

    private mutating func fail(_ candidate: String, _ text: String, isTrafficBackSafe: Bool) {
        guard input.spec.effectiveOnFail == .rollback else {
            let isNew = status.phase != .paused
            status.phase = .paused
            status.message = text
            if isNew { tell("RolloutPaused", "revision \(candidate): \(text)", isWarning: true) }
            return
        }
        guard isTrafficBackSafe else {
            status.message = "\(text); revision \(status.stable ?? "") can not answer: the traffic stays"
            return
        }
        end(.rolledBack, "revision \(candidate) was taken back at \(weights[candidate] ?? 0)%: \(text)")
        status.failed = candidate
        tell("RolledBack", isWarning: true)
    }

    private mutating func succeed(_ revision: String, _ text: String) {
        status.stable = revision
        end(.succeeded, text)
        tell("RolloutSucceeded")
    }

    private mutating func end(_ phase: RolloutStatus.Phase, _ text: String) {
        status.candidate = nil
        status.failed = nil
        (status.losses, status.lostAt) = (nil, nil)
        status.phase = phase
        status.message = text
        wakeAt = nil
    }

    private mutating func tell(_ reason: String, _ note: String? = nil, isWarning: Bool = false) {
        events.append(PlannedEvent(isWarning: isWarning, reason: reason, note: note ?? status.message ?? ""))
    }

    // MARK: - Steps and times

    /// How often a candidate that served may be lost in one rollout before it is taken back.
    private static let mostLosses = 3
    /// How long a candidate that served has at least to come back, in seconds.
    private static let leastReturn = 60.0

    private var isLastStep: Bool { status.step + 1 >= steps.count }

    private var stepLength: Duration {
        isLastStep && input.spec.checks.isEmpty ? .zero : input.spec.effectiveEvery.duration
    }

    private var stepEnd: Date {
        (status.stepStartedAt?.date ?? now).addingTimeInterval(stepLength / .seconds(1))
    }

    private var stepText: String {
        "step \(status.step + 1) of \(steps.count): \(steps[status.step])% of the requests"
    }

    private func verdict(after stable: String) -> RolloutVerdict {
        // In the dark nothing is answered that could be judged; at the end nothing waits without a check.
        if isLastStep, input.spec.checks.isEmpty { return .passed }
        let needsNone = share == 0 && isServing(stable)
        if needsNone, requests.requests < UInt64(max(0, input.spec.effectiveMinRequests)) { return .passed }
        return RolloutVerdict(
            candidate: requests, stable: input.stable, spec: input.spec,
            isAlone: share == 100 || !isServing(stable))
    }

    /// Until when a revision must be ready; what was there before the rollout has the whole time, too.
    private func readyDeadline(of revision: String) -> Date {
        let began = status.startedAt?.date ?? now
        let since = input.readiness[revision].map { max(began, $0.since) } ?? began
        return since.addingTimeInterval(input.readyTimeout.duration / .seconds(1))
    }

    /// Until when a candidate that served must be back.
    private func returnDeadline(of revision: String) -> Date {
        let first = status.lostAt?.date ?? now
        let last = input.readiness[revision].map { max(first, $0.since) } ?? first
        return max(
            last.addingTimeInterval(Self.leastReturn),
            first.addingTimeInterval(input.readyTimeout.duration / .seconds(1)))
    }

    private func cause(_ revision: String) -> String {
        input.readiness[revision]?.message.map { ": \($0)" } ?? ""
    }

    private func waiting(for revision: String) -> String {
        "waits until revision \(revision) is ready\(cause(revision))"
    }

    private func late(_ revision: String) -> String {
        let cause = cause(revision)
        if input.readiness[revision]?.state == .failed { return "it can not be loaded\(cause)" }
        if status.losses != nil { return "it could answer no more, and was not back in time\(cause)" }
        return "it was not ready within \(input.readyTimeout)\(cause)"
    }
}
