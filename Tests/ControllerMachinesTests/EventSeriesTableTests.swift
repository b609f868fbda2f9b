import ControllerMachines
import Foundation
import KubernetesCore
import Testing

@Suite struct EventSeriesTableTests {
    private let start = Date(timeIntervalSince1970: 1_700_000_000.25)

    private func note(_ name: String = "a", reason: String = "Started", note: String = "one") -> EventNote {
        EventNote(
            reason: reason, action: "Start", note: note,
            regarding: ObjectReference(apiVersion: "v1", kind: "Pod", namespace: "ns", name: name, uid: "u-\(name)"))
    }

    @Test func theFirstIsMadeTheSecondBecomesASeriesLaterOnesAreCounted() throws {
        var table = EventSeriesTable(controller: "example.dev/c", instance: "pod-1")
        guard case .create(let key, let event) = table.record(note(), now: start, nonce: 255) else {
            Issue.record("no event")
            return
        }
        #expect(key == ObjectKey(namespace: "ns", name: "a.00000000000000ff"))
        #expect(event["eventTime"] == "2023-11-14T22:13:20.250000Z")
        #expect(event["reportingController"] == "example.dev/c")
        #expect(event["regarding"]?["uid"] == "u-a")
        // The note is not part of what makes two events equal.
        let second = table.record(note(note: "two"), now: start.addingTimeInterval(1), nonce: 1)
        guard case .patch(key, let patch, let whole) = second else {
            Issue.record("no series: \(String(describing: second))")
            return
        }
        #expect(patch == ["series": ["count": 2, "lastObservedTime": "2023-11-14T22:13:21.250000Z"]])
        #expect(whole["series"]?["count"] == 2)
        #expect(whole["note"] == "one")
        for offset in 2..<10 {
            #expect(table.record(note(), now: start.addingTimeInterval(Double(offset)), nonce: 2) == nil)
        }
        #expect(table.flush(now: start.addingTimeInterval(60)).isEmpty)
        guard case .patch(_, let last, _)? = table.flush(now: start.addingTimeInterval(400)).first else {
            Issue.record("the series' end was not written")
            return
        }
        #expect(last["series"]?["count"] == 10)
        #expect(table.count == 0)
    }

    @Test func aLongSeriesIsWrittenEveryHalfHour() {
        var table = EventSeriesTable(controller: "c", instance: "i")
        var writes = 0
        for minute in 0..<120 {
            let now = start.addingTimeInterval(Double(minute) * 60)
            if table.record(note(), now: now, nonce: 1) != nil { writes += 1 }
            writes += table.flush(now: now).count
        }
        #expect(writes == 2 + 3)
    }

    @Test func aRepetitionAfterSixMinutesIsANewEvent() {
        var table = EventSeriesTable(controller: "c", instance: "i")
        _ = table.record(note(), now: start, nonce: 1)
        guard case .create = table.record(note(), now: start.addingTimeInterval(360), nonce: 2) else {
            Issue.record("no new event")
            return
        }
    }

    @Test func isBoundedAndCutsLongTexts() {
        var table = EventSeriesTable(controller: "c", instance: "i", capacity: 100)
        for index in 0..<1000 {
            _ = table.record(note("p\(index)"), now: start.addingTimeInterval(Double(index)), nonce: 1)
            #expect(table.count <= 100)
        }
        let long = note(String(repeating: "n", count: 300), note: String(repeating: "é👩‍👩‍👧", count: 500))
        guard case .create(let key, let event) = table.record(long, now: start, nonce: .max) else { return }
        #expect(key.name.utf8.count <= 253)
        let text = event["note"]?.stringValue ?? ""
        #expect(text.utf8.count <= 1024)
        #expect(text.utf8.count > 990)
        #expect(!text.contains("\u{FFFD}"))
    }
}
