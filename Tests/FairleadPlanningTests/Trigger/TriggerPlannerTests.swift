import FairleadAPI
import FairleadPlanning
import Foundation
import KubernetesCore
import Testing

/// What a trigger starts, slot by slot.
@Suite struct TriggerPlannerTests {
    private static let hour: TimeInterval = 3600

    @Test func aSlotBecomesARunOfTheTemplate() throws {
        var model = try TriggerModel.scheduled("0 3 * * *", "timeZone: Europe/Amsterdam", "lateAfter: 1d")
        model.settle()
        #expect(model.made.isEmpty)
        #expect(model.trigger.status.nextScheduleTime?.description == "2026-01-01T02:00:00Z")
        #expect(model.wake == .after(.seconds(2 * 3600)))
        model.pass(2 * Self.hour)
        let name = "nightly-29453880"
        #expect(model.made == [name])
        let run = try #require(model.runs[name])
        #expect(run.spec.value?.pipeline == "churn")
        #expect(run.spec.value?.params == ["day": "2026-01-01"])
        #expect(run.metadata.controller?.uid == "uid-nightly")
        #expect(run.metadata.labels[FairleadLabel.trigger] == "nightly")
        #expect(run.metadata.labels[FairleadLabel.managedBy] == "fairlead")
        #expect(run.metadata.annotations[TriggerNaming.slotAnnotation] == "2026-01-01T02:00:00Z")
        let status = model.trigger.status
        #expect(status.source == "schedule" && status.active == 1 && status.lastRun == name)
        #expect(status.lastScheduleTime?.description == "2026-01-01T02:00:00Z")
        #expect(status.nextScheduleTime?.description == "2026-01-02T02:00:00Z")
        #expect(model.condition(.ready)?.status == .isTrue)
        model.finishAll()
        model.settle()
        #expect(model.trigger.status.active == 0)
        #expect(model.trigger.status.lastSuccessfulTime == Time(model.now))
    }

    /// Down for five hours and a half, or for five hours to the second.
    @Test(arguments: [
        ("", 5.5, [], 5), ("catchUp: None", 5.0, ["5:00"], 4), ("catchUp: Latest", 5.5, ["5:00"], 4),
        ("catchUp: All", 5.5, ["1:00", "2:00", "3:00", "4:00", "5:00"], 0),
        ("catchUp: All, maxCatchUp: 2", 5.5, ["4:00", "5:00"], 3),
    ])
    func downtimeOverSlots(_ source: String, _ hours: Double, _ slots: [String], _ missed: Int64) throws {
        var model = try TriggerModel.scheduled("0 * * * *", source)
        model.settle()
        model.now.addTimeInterval(hours * Self.hour)
        model.settle()
        #expect(model.slots == slots)
        #expect(model.trigger.status.missed ?? 0 == missed)
        #expect(model.reasons.contains("SlotsMissed") == (missed > 0))
        // From then on all is as ever.
        model.pass(Self.hour)
        #expect(model.slots == slots + ["6:00"])
    }

    @Test func theStartingDeadlineBoundsWhatIsCaughtUp() throws {
        for (catchUp, slots) in [("None", []), ("Latest", ["5:00"]), ("All", ["4:00", "5:00"])] {
            var model = try TriggerModel.scheduled(
                "0 * * * *", "catchUp: \(catchUp)", "startingDeadlineSeconds: \(catchUp == "None" ? 60 : 6000)")
            model.settle()
            model.now.addTimeInterval(5.5 * Self.hour)
            model.settle()
            #expect(model.slots == slots, "\(catchUp)")
        }
    }

    /// Seven months of minutes are neither counted one by one nor run.
    @Test func aLongDowntimeIsBounded() throws {
        var model = try TriggerModel.scheduled("* * * * *", "catchUp: All, maxCatchUp: 3")
        model.settle()
        model.now.addTimeInterval(210 * 24 * Self.hour + 30)
        model.settle()
        #expect(model.made.count == 3)
        #expect(model.trigger.status.missed == 997)
        #expect(model.notes.first?.note.contains("perhaps others before") == true)
    }

    @Test func forbidLeavesOutWhatComesWhileARunGoesOn() throws {
        var model = try TriggerModel.scheduled("0 * * * *", "", "concurrencyPolicy: Forbid")
        model.pass(2.5 * Self.hour)
        #expect(model.slots == ["1:00"])
        #expect(model.reasons.contains("StillActive"))
        model.finishAll()
        model.settle()
        #expect(model.slots == ["1:00"], "what was left out stays out")
        model.pass(Self.hour)
        #expect(model.slots == ["1:00", "3:00"])
        #expect(model.mostActive == 1)
    }

    @Test func replaceDeletesTheOldRunAfterTheNewOneIsMade() throws {
        var model = try TriggerModel.scheduled("0 * * * *", "", "concurrencyPolicy: Replace")
        model.pass(Self.hour)
        model.now.addTimeInterval(Self.hour)
        let kinds = model.plan().actions.map { action in
            switch action {
            case .create: "create"
            case .delete: "delete"
            case .patchStatus: "status"
            case .note: "note"
            }
        }
        #expect(kinds == ["create", "delete", "status", "note", "note"])
        model.settle()
        #expect(model.slots == ["1:00", "2:00"])
        #expect(model.active == [model.made[1]])
        // Of several that are due at once only the newest is worth a start.
        model.edit { $0.schedule?.catchUp = .all }
        model.now.addTimeInterval(3 * Self.hour)
        model.settle()
        #expect(model.slots == ["1:00", "2:00", "5:00"])
        #expect(model.active.count == 1)
    }

    @Test func queueRunsEverySlotOneAfterTheOther() throws {
        var model = try TriggerModel.scheduled("0 * * * *", "", "concurrencyPolicy: Queue")
        model.pass(3.5 * Self.hour)
        #expect(model.slots == ["1:00"])
        #expect(model.trigger.status.waiting.count == 2)
        for expected in [2, 3, 3] {
            model.finishAll()
            model.settle()
            #expect(model.made.count == expected)
        }
        #expect(model.trigger.status.waiting.isEmpty)
        #expect(model.slots == ["1:00", "2:00", "3:00"])
        #expect(model.mostActive == 1)
    }

    @Test func theQueueIsBoundedAndSaysSo() throws {
        var model = try TriggerModel.scheduled("* * * * *", "", "concurrencyPolicy: Queue")
        model.pass(105 * 60)
        #expect(model.trigger.status.waiting.count == 100)
        #expect(model.trigger.status.missed == 4)
        #expect(model.reasons.contains("TooManyWait"))
    }

    /// All and Forbid: what was missed is run, and nothing at the same time.
    @Test func caughtUpSlotsWaitForEachOther() throws {
        var model = try TriggerModel.scheduled("0 * * * *", "catchUp: All", "concurrencyPolicy: Forbid")
        model.settle()
        model.now.addTimeInterval(3.2 * Self.hour)
        model.settle()
        for _ in 0..<3 {
            model.finishAll()
            model.settle()
        }
        #expect(model.slots == ["1:00", "2:00", "3:00"])
        #expect(model.mostActive == 1)
        #expect(model.trigger.status.missed == nil)
    }

    @Test func cooldownAndMaxPerDay() throws {
        var model = try TriggerModel.scheduled("0 * * * *", "timeZone: America/New_York", "cooldown: 90m\nmaxPerDay: 4")
        model.pass(48 * Self.hour - 1)
        // The day in New York begins at 5:00.
        #expect(
            model.slots == [
                "1:00", "3:00", "5:00", "7:00", "9:00", "11:00", "29:00", "31:00", "33:00", "35:00",
            ])
        #expect(Set(model.reasons) == ["RunStarted", "Cooldown", "DayIsFull"])
        #expect(model.trigger.status.today == TriggerStatus.Day(date: "2026-01-02", starts: 4))
    }

    @Test func withQueueTheyOnlyDelay() throws {
        var model = try TriggerModel.scheduled("0 0-2 * * *", "", "cooldown: 90m\nconcurrencyPolicy: Queue")
        model.trigger.metadata.creationTimestamp = Time(TriggerModel.start.addingTimeInterval(-60))
        for _ in 0..<10 {
            model.pass(0.5 * Self.hour)
            model.finishAll()
        }
        #expect(model.slots == ["0:00", "1:00", "2:00"])
        #expect(model.trigger.status.missed == nil)
        #expect(model.trigger.status.lastStartTime?.description == "2026-01-01T03:00:00Z")
    }

    /// What came while a trigger was suspended, or was not valid, was not wanted.
    @Test(arguments: ["None", "Latest", "All"])
    func resumingDoesNotRunTheSuspendedTime(_ catchUp: String) throws {
        var model = try TriggerModel.scheduled("0 * * * *", "catchUp: \(catchUp)")
        model.pass(1.5 * Self.hour)
        model.edit { $0.suspend = true }
        model.settle()
        #expect(model.condition(.ready)?.reason == "Suspended")
        #expect(model.trigger.status.nextScheduleTime == nil)
        #expect(model.wake == .onChange, "a suspended trigger costs nothing")
        model.now.addTimeInterval(24 * Self.hour)
        model.edit { $0.suspend = false }
        model.pass(0.75 * Self.hour)
        #expect(model.slots == ["1:00", "26:00"])
        #expect(model.trigger.status.missed == nil)
    }

    /// A schedule that is changed to a time that lies back has missed nothing.
    @Test(arguments: ["None", "Latest", "All"])
    func aChangedScheduleBeginsWhenItWasChanged(_ catchUp: String) throws {
        var model = try TriggerModel.scheduled("0 3 * * *", "catchUp: \(catchUp)", "concurrencyPolicy: Replace")
        model.pass(10 * Self.hour)
        model.edit { $0.schedule?.cron = "0 9 * * *" }
        model.settle()
        model.edit { $0.schedule?.timeZone = "Asia/Tokyo" }
        model.pass(Self.hour)
        #expect(model.slots == ["3:00"])
        #expect(model.deleted.isEmpty)
    }

    /// A clock that was set back runs nothing again, and one that jumps to and fro does not either.
    @Test func timeThatGoesBackRunsNothingAgain() throws {
        var model = try TriggerModel.scheduled("0 * * * *", "catchUp: All", "concurrencyPolicy: Replace")
        model.pass(3 * Self.hour)
        model.now.addTimeInterval(-2 * Self.hour)
        model.pass(2.5 * Self.hour)
        #expect(model.slots == ["1:00", "2:00", "3:00"])
        model.pass(Self.hour)
        #expect(model.slots == ["1:00", "2:00", "3:00", "4:00"])
    }

    /// For a minute the clock was four years ahead.
    @Test func aClockThatWasWrongDoesNotStopATrigger() throws {
        var model = try TriggerModel.scheduled("0 * * * *")
        model.pass(Self.hour)
        model.now.addTimeInterval(4 * 365 * 24 * Self.hour)
        model.settle()
        model.now.addTimeInterval(-4 * 365 * 24 * Self.hour)
        model.pass(2 * Self.hour)
        #expect(Set(model.slots).isSuperset(of: ["1:00", "2:00", "3:00"]))
    }

    @Test func theOldestFinishedRunsGo() throws {
        var model = try TriggerModel.scheduled(
            "0 * * * *", "", "successfulRunsHistoryLimit: 2\nfailedRunsHistoryLimit: 1")
        for index in 1...8 {
            model.pass(Self.hour)
            if index < 8 { model.finishAll(index.isMultiple(of: 3) ? .failed : .succeeded) }
        }
        model.settle()
        let kept = model.runs.keys.sorted().compactMap { model.made.firstIndex(of: $0) }.map { $0 + 1 }
        #expect(kept == [5, 6, 7, 8])
        model.edit { $0.successfulRunsHistoryLimit = 0 }
        model.settle()
        #expect(model.runs.count == 2)
    }

    @Test func lateRunsRaiseOneAlarmEach() throws {
        var model = try TriggerModel.scheduled("0 * * * *", "", "lateAfter: 90m")
        model.pass(2.4 * Self.hour)
        #expect(model.condition(.late)?.status == .isFalse)
        model.pass(0.2 * Self.hour)
        #expect(model.condition(.late)?.status == .isTrue)
        #expect(model.condition(.late)?.message.contains("due at 2026-01-01T01:00:00Z") == true)
        #expect(model.reasons.count { $0 == "Late" } == 1)
        model.pass(0.2 * Self.hour)
        #expect(model.reasons.count { $0 == "Late" } == 1)
        model.finishAll()
        model.settle()
        #expect(model.condition(.late)?.status == .isFalse)
    }

    @Test func whatTheServerRefusesIsToldAndTheNextOneHasItsChance() throws {
        var model = try TriggerModel.scheduled("0 * * * *")
        model.refused["nightly-29453820"] = "params: too large"
        model.pass(2 * Self.hour)
        #expect(model.slots == ["2:00"])
        #expect(model.notes.contains { $0.reason == "RunRefused" && $0.note.contains("too large") })
    }

    @Test func aBadSpecStartsNothingAndSaysWhy() throws {
        var model = try TriggerModel.scheduled("0 * * * *")
        model.pass(Self.hour)
        model.edit { $0.schedule?.cron = "0 99 * * *" }
        model.pass(3 * Self.hour)
        #expect(model.made.count == 1)
        #expect(model.condition(.ready)?.reason == "InvalidSpec")
        #expect(model.condition(.ready)?.message.contains("spec.schedule.cron: hour") == true)
        #expect(model.reasons.count { $0 == "InvalidSpec" } == 1)
        model.edit { $0.schedule?.cron = "0 * * * *" }
        model.pass(Self.hour)
        #expect(model.slots == ["1:00", "5:00"])
    }

    @Test func backfillsAreNotTheTriggersBusiness() throws {
        var model = try TriggerModel.scheduled("0 * * * *", "", "concurrencyPolicy: Forbid")
        let slot = TriggerSlot(time: Time(TriggerModel.start))
        let json = try TriggerRunBuilder.run(for: slot, of: model.trigger, isBackfill: true).object
        model.perform(.create(.pipelineRun, name: "nightly-b29453760", object: json))
        let names = try #require(json[path: ["metadata", "name"]]?.stringValue)
        #expect(names == "nightly-b29453760")
        model.pass(Self.hour)
        #expect(model.made.count == 2)
        #expect(model.trigger.status.active == 1)
    }
}
