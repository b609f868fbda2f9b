import FairleadAPI
import FairleadPlanning
import Foundation
import KubernetesCore

/// The slots of a trigger that are to be run again, each with its run.
struct BackfillPlan: Sendable, Hashable {
    /// A slot and its run.
    struct Item: Sendable, Hashable {
        var slot: Time
        var type: ResourceType
        var name: String
        var object: JSONValue
    }

    /// The most slots of one command.
    static let mostSlots = 10_000

    /// In order of their slots.
    let items: [Item]

    /// Plans.
    ///
    /// - Parameters:
    ///   - trigger: Whose schedule and template count.
    ///   - from: The first day in the schedule's zone, or the first moment in RFC 3339.
    ///   - to: The last one.
    ///   - now: The time; what lies ahead is the trigger's own business.
    /// - Throws: ``CommandError``.
    init(_ trigger: Trigger, from: String, to: String, now: Time) throws(CommandError) {
        let name = trigger.metadata.name
        let problems = TriggerValidator.validate(trigger)
        guard problems.isEmpty else {
            throw CommandError(
                .invalidInput, "trigger \"\(name)\" cannot be used: \(InvalidSpec(problems).message)")
        }
        guard let schedule = trigger.spec.value?.schedule.flatMap({ CronSchedule($0) }) else {
            throw CommandError(.invalidInput, "trigger \"\(name)\" has no schedule: only times can be run again")
        }
        let first = try Self.moment(from, "--from", schedule, \.lowerBound)
        let last = min(try Self.moment(to, "--to", schedule, \.upperBound), now)
        var items: [Item] = []
        var time = Time(first.date.addingTimeInterval(-1))
        while let slot = schedule.next(after: time), slot <= last {
            guard items.count < Self.mostSlots else {
                throw CommandError(
                    .invalidInput, "there are more than \(Self.mostSlots) slots from \(first) to \(last); ask for less")
            }
            items.append(try Self.item(slot, trigger))
            time = slot
        }
        guard !items.isEmpty else {
            throw CommandError(.invalidInput, "there is no slot from \(first) to \(last), up to now")
        }
        self.items = items
    }

    private static func item(_ time: Time, _ trigger: Trigger) throws(CommandError) -> Item {
        let slot = TriggerSlot(time: time)
        do throws(ExpressionError) {
            let (type, object) = try TriggerRunBuilder.run(for: slot, of: trigger, isBackfill: true)
            return Item(
                slot: time, type: type,
                name: TriggerNaming.runName(trigger: trigger.metadata.name, slot: slot, isBackfill: true),
                object: object)
        } catch {
            throw CommandError(.invalidInput, "the run of slot \(time) cannot be made: \(error)")
        }
    }

    private static func moment(
        _ text: String, _ option: String, _ schedule: CronSchedule, _ bound: (ClosedRange<Time>) -> Time
    ) throws(CommandError) -> Time {
        if let day = schedule.day(text) { return bound(day) }
        if let time = Time(text) { return time }
        throw CommandError(
            .invalidInput,
            "\(option): \"\(text)\" is neither a day such as 2026-03-29 nor a time such as "
                + "2026-03-29T03:00:00Z")
    }

    /// What would be run, a line for each slot.
    func lines() -> [String] {
        var table = TextTable(["SLOT", "RUN", "PARAMS"])
        for item in items {
            let params = item.object[path: ["spec", "params"]].map { JSONWriter.string($0) } ?? ""
            table.add([item.slot.description, item.name, params])
        }
        return table.lines
    }
}
