import FairleadAPI
import Foundation
import KubernetesCore

extension TriggerRound {
    /// Why nothing may be started now.
    private struct Hold {
        var reason: String
        var why: String
        /// When it ends; nil where a run's end ends it.
        var until: Time?
    }

    /// Starts slots, those that wait first, keeps those that may wait, and leaves out the others.
    mutating func dispatch(_ due: [TriggerCandidate], _ spec: TriggerSpec) {
        var candidates = status.waiting.map { TriggerCandidate(slot: $0, mayWait: true) } + due
        if spec.concurrencyPolicy == .replace { keepNewest(&candidates) }
        var waiting: [TriggerSlot] = []
        var hasFound = false
        for (index, candidate) in candidates.enumerated() {
            let slot = candidate.slot
            let name = name(of: slot)
            if let run = runs[name] {
                didStart(slot, name, at: run.metadata.creationTimestamp ?? now, spec)
                hasFound = true
            } else if let refusal = observed.refused[name] {
                leaveOut([slot], reason: "RunRefused", "its run could not be made: \(refusal)")
            } else if let seconds = spec.startingDeadlineSeconds, age(of: slot) > seconds {
                leaveOut([slot], reason: "DeadlineExceeded", "it could not start within \(seconds)s")
            } else if let hold = hold(spec) {
                guard candidate.mayWait else {
                    leaveOut([slot], reason: hold.reason, hold.why)
                    continue
                }
                waiting.append(slot)
                if let until = hold.until { wakeUp(at: until) }
                if let seconds = spec.startingDeadlineSeconds {
                    wakeUp(at: slot.time.advanced(by: seconds + 1))
                }
            } else if creates.count >= TriggerPlanner.startsPerPlan || (hasFound && spec.concurrencyPolicy == .replace)
            {
                // A run is replaced only after its own start was written down: else it would be taken for missed.
                waiting += candidates[index...].map(\.slot)
                isCutShort = true
                break
            } else {
                start(slot, name, spec)
            }
        }
        let excess = waiting.count - Limits.published.triggerSlots
        if excess > 0, !isCutShort {
            leaveOut(
                Array(waiting.prefix(excess)), reason: "TooManyWait",
                "more than \(Limits.published.triggerSlots) slots wait")
            waiting.removeFirst(excess)
        }
        status.waiting = waiting
    }

    /// Where runs replace each other only the newest is worth a start.
    private mutating func keepNewest(_ candidates: inout [TriggerCandidate]) {
        let new = candidates.map(\.slot).filter { runs[name(of: $0)] == nil }
        let old = Array(new.dropLast())
        leaveOut(old, reason: "Replaced", "a later one was due too, and concurrencyPolicy is Replace")
        candidates.removeAll { old.contains($0.slot) }
    }

    private func hold(_ spec: TriggerSpec) -> Hold? {
        if let most = spec.maxPerDay, let today = status.today, today.date == day(spec, now), today.starts >= most {
            return Hold(
                reason: "DayIsFull",
                why: "\(today.starts) runs were started on \(today.date), and maxPerDay is \(most)",
                until: CronSchedule.nextMidnight(after: now, zone: zone(spec)))
        }
        if let cooldown = spec.cooldown, let last = status.lastStartTime {
            let until = last.advanced(by: cooldown.seconds)
            if until > now {
                return Hold(
                    reason: "Cooldown", why: "a run was started at \(last), and cooldown is \(cooldown)", until: until)
            }
        }
        guard spec.concurrencyPolicy == .forbid || spec.concurrencyPolicy == .queue,
            let other = active.keys.min()
        else { return nil }
        return Hold(reason: "StillActive", why: "\(noun(other)) \(other) goes on, and concurrencyPolicy is Forbid")
    }

    private mutating func start(_ slot: TriggerSlot, _ name: String, _ spec: TriggerSpec) {
        let source = slot.uid.flatMap { uid in observed.sources.first { $0.metadata.uid == uid } }
        do throws(ExpressionError) {
            let (type, object) = try TriggerRunBuilder.run(for: slot, of: trigger, source: source)
            creates.append(.create(type, name: name, object: object))
            let what = slot.run.map { "the end of run \($0)" } ?? "the slot \(slot.time)"
            notes.append(PlannedEvent(reason: "RunStarted", note: "made \(noun()) \(name) for \(what)"))
            didStart(slot, name, at: now, spec)
        } catch {
            leaveOut([slot], reason: Reason.expressionFailed.rawValue, "\(error)")
        }
    }

    /// Writes a start down, and ends what it replaces.
    private mutating func didStart(_ slot: TriggerSlot, _ name: String, at start: Time, _ spec: TriggerSpec) {
        if spec.concurrencyPolicy == .replace {
            for (other, time) in active.sorted(by: { $0.key < $1.key }) where other != name && time <= slot.time {
                guard let run = runs[other] else { continue }
                deletes.append(.delete(run.type, name: other, uid: run.metadata.uid))
                notes.append(
                    PlannedEvent(reason: "RunReplaced", note: "\(noun(other)) \(other) gives way to \(noun()) \(name)"))
                active[other] = nil
            }
        }
        if runs[name]?.isActive ?? true { active[name] = slot.time }
        if slot.time >= status.lastScheduleTime ?? slot.time {
            status.lastScheduleTime = slot.time
            status.lastRun = name
        }
        status.lastStartTime = max(status.lastStartTime ?? start, start)
        let date = day(spec, start)
        if status.today?.date == date {
            status.today?.starts += 1
        } else if date >= status.today?.date ?? "" {
            status.today = TriggerStatus.Day(date: date, starts: 1)
        }
    }

    func age(of slot: TriggerSlot) -> Int64 { now.secondsSince1970 - slot.time.secondsSince1970 }

    private func day(_ spec: TriggerSpec, _ time: Time) -> String { CronSchedule.date(of: time, zone: zone(spec)) }

    private func zone(_ spec: TriggerSpec) -> TimeZone {
        spec.schedule.flatMap { TimeZoneName.find($0.effectiveTimeZone) } ?? .gmt
    }
}

extension Time {
    /// A moment later; one that no calendar knows stays the last one that it does.
    func advanced(by seconds: Int64) -> Time {
        let (sum, isTooFar) = secondsSince1970.addingReportingOverflow(seconds)
        return Time(secondsSince1970: isTooFar ? 253_402_300_799 : min(sum, 253_402_300_799))
    }
}
