import ControllerMachines
import Foundation
import KubernetesCore
import Testing

@Suite struct EventSeriesTableTests {
    private let start = Date(timeIntervalSince1970: 1_700_000_000.25)

    /// Notes what happened some seconds after the start.
    private func record(
        _ table: inout EventSeriesTable, _ note: EventNote, after seconds: Double = 0, nonce: UInt64 = 1
    ) -> EventSeriesTable.Write? {
        table.record(note, now: .seconds(seconds), date: start.addingTimeInterval(seconds), nonce: nonce)
    }

    private func note(_ name: String = "a", reason: String = "Started", note: String = "one") -> EventNote {
        EventNote(
            reason: reason, action: "Start", note: note,
            regarding: ObjectReference(apiVersion: "v1", kind: "Pod", namespace: "ns", name: name, uid: "u-\(name)"))
    }

    @Test func theFirstIsMadeTheSecondBecomesASeriesLaterOnesAreCounted() throws {
        var table = EventSeriesTable(controller: "example.dev/c", instance: "pod-1")
        guard case .create(let key, let event) = record(&table, note(), nonce: 255) else {
            Issue.record("no event")
            return
        }
        #expect(key == ObjectKey(namespace: "ns", name: "a.00000000000000ff"))
        #expect(event["eventTime"] == "2023-11-14T22:13:20.250000Z")
        #expect(event["reportingController"] == "example.dev/c")
        #expect(event["regarding"]?["uid"] == "u-a")
        let second = record(&table, note(), after: 1)
        guard case .patch(key, let patch, let whole) = second else {
            Issue.record("no series: \(String(describing: second))")
            return
        }
        #expect(patch == ["series": ["count": 2, "lastObservedTime": "2023-11-14T22:13:21.250000Z"]])
        #expect(whole["series"]?["count"] == 2)
        #expect(whole["note"] == "one")
        for offset in 2..<10 {
            #expect(record(&table, note(), after: Double(offset)) == nil)
        }
        #expect(table.flush(now: .seconds(60)).isEmpty)
        guard case .patch(_, let last, _)? = table.flush(now: .seconds(400)).first else {
            Issue.record("the series' end was not written")
            return
        }
        #expect(last["series"]?["count"] == 10)
        #expect(table.count == 0)
    }

    @Test func anotherNoteIsAnotherEventUpToABound() throws {
        var table = EventSeriesTable(controller: "c", instance: "i")
        var told: [String?] = []
        for round in 0..<2 {
            for number in 0..<30 {
                let write = record(&table, note(note: "revision \(number)"), after: Double(round))
                if case .create(_, let event) = write { told.append(event["note"]?.stringValue) }
            }
        }
        #expect(told == (0...10).map { "revision \($0)" })
        // Only those beyond the bound came more often than was written. What is over makes room.
        #expect(table.flush(now: .seconds(400)).count == 1 && table.count == 0)
        guard case .create = record(&table, note(note: "revision 29"), after: 400) else {
            Issue.record("no new event")
            return
        }
    }

    @Test func aLongSeriesIsWrittenEveryHalfHour() {
        var table = EventSeriesTable(controller: "c", instance: "i")
        var writes = 0
        for minute in 0..<120 {
            if record(&table, note(), after: Double(minute) * 60) != nil { writes += 1 }
            writes += table.flush(now: .seconds(minute * 60)).count
        }
        #expect(writes == 2 + 3)
    }

    @Test func aRepetitionAfterSixMinutesIsANewEvent() {
        var table = EventSeriesTable(controller: "c", instance: "i")
        _ = record(&table, note())
        guard case .create = record(&table, note(), after: 360, nonce: 2) else {
            Issue.record("no new event")
            return
        }
    }

    @Test func isBoundedAndCutsLongTexts() {
        var table = EventSeriesTable(controller: "c", instance: "i", capacity: 100)
        for index in 0..<1000 {
            _ = record(&table, note("p\(index)"), after: Double(index))
            #expect(table.count <= 100)
        }
        let long = note(String(repeating: "n", count: 300), note: String(repeating: "é👩‍👩‍👧", count: 500))
        guard case .create(let key, let event) = record(&table, long, nonce: .max) else { return }
        #expect(key.name.utf8.count <= 253)
        let text = event["note"]?.stringValue ?? ""
        #expect(text.utf8.count <= 1024)
        #expect(text.utf8.count > 990)
        #expect(!text.contains("\u{FFFD}"))
    }

    @Test func aClockThatIsSetChangesNothing() {
        var table = EventSeriesTable(controller: "c", instance: "i")
        _ = table.record(note(), now: .seconds(0), date: start, nonce: 1)
        let ahead = table.record(note(), now: .seconds(1), date: start.addingTimeInterval(86_400), nonce: 2)
        guard case .patch = ahead else {
            Issue.record("a jump ahead ended the series")
            return
        }
        _ = table.record(note(), now: .seconds(2), date: start.addingTimeInterval(-86_400), nonce: 3)
        #expect(table.flush(now: .seconds(361)).isEmpty)
        #expect(table.flush(now: .seconds(362)).count == 1)
        #expect(table.count == 0)
    }
}
