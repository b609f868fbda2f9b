import FairleadAPI
import FairleadPlanning
import Foundation
import KubernetesCore
import PropertyTesting
import Testing

/// Moments of schedules around real changes of clocks, and everywhere else.
@Suite struct CronScheduleTests {
    private struct Fixture: Decodable {
        struct Case: Decodable, Sendable {
            var zone: String
            var cron: String
            var after: Time
            /// What the tool answered.
            var croniter: [Time]?
            /// What the documented rule says, where that differs.
            var expected: [Time]?
            var reason: String?
        }
        var tool: String
        var cases: [Case]
    }

    private static func fixture() throws -> Fixture {
        let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Fixtures/croniter.json")
        return try KubernetesJSON.decode(Fixture.self, from: Array(Data(contentsOf: file)))
    }

    private static func schedule(_ cron: String, _ zone: String) throws -> CronSchedule {
        try #require(CronSchedule(ScheduleSource(cron: cron, timeZone: zone)))
    }

    @Test func momentsAreThoseOfTheFixture() throws {
        let fixture = try Self.fixture()
        #expect(fixture.cases.count > 150)
        for row in fixture.cases {
            let schedule = try Self.schedule(row.cron, row.zone)
            let expected = try #require(row.expected ?? row.croniter)
            #expect((row.expected == nil) == (row.reason == nil), "\(row)")
            var forward: [Time] = []
            var time = row.after
            while forward.count < expected.count, let next = schedule.next(after: time) {
                forward.append(next)
                time = next
            }
            #expect(forward == expected, "\(row.cron) in \(row.zone) after \(row.after)")
            var backward: [Time] = []
            time = Time(try #require(expected.last).date.addingTimeInterval(1))
            while backward.count < expected.count, let previous = schedule.previous(before: time) {
                backward.append(previous)
                time = previous
            }
            #expect(backward.reversed() == expected, "\(row.cron) in \(row.zone) up to \(time)")
        }
    }

    @Test(arguments: [
        ("30 2 * * *", "Europe/Amsterdam", "2026-03-28T12:00:00Z", "2026-03-29T01:00:00Z"),
        ("30 2 * * *", "Europe/Amsterdam", "2026-10-24T12:00:00Z", "2026-10-25T00:30:00Z"),
        ("30 2 * * *", "Europe/Amsterdam", "2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"),
        ("15 2 * * *", "Australia/Lord_Howe", "2026-10-03T00:00:00Z", "2026-10-03T15:30:00Z"),
        ("0 12 30 12 *", "Pacific/Apia", "2011-12-01T00:00:00Z", "2011-12-30T10:00:00Z"),
        ("0 0 29 2 *", "UTC", "2096-03-01T00:00:00Z", "2104-02-29T00:00:00Z"),
    ])
    func theRule(_ cron: String, _ zone: String, _ after: String, _ next: String) throws {
        let time = try #require(Time(after))
        #expect(try Self.schedule(cron, zone).next(after: time)?.description == next)
    }

    @Test func timesNoCalendarKnowsHaveNoMoments() throws {
        let schedule = try Self.schedule("* * * * *", "Europe/Amsterdam")
        var time = Time(Date(timeIntervalSince1970: 0))
        for seconds in [Int64.min, Int64.max, -62_135_596_801, 253_402_300_800] {
            time.secondsSince1970 = seconds
            #expect(schedule.next(after: time) == nil)
            #expect(schedule.previous(before: time) == nil)
        }
    }

    private static let zones = [
        "UTC", "Europe/Amsterdam", "America/New_York", "Australia/Lord_Howe", "Asia/Tehran", "Pacific/Apia",
        "America/Sao_Paulo", "Africa/Casablanca", "Asia/Kathmandu", "Antarctica/Troll", "Pacific/Kwajalein",
        "America/St_Johns",
    ]

    private static func field(_ range: ClosedRange<Int>, _ generator: inout SeededGenerator) -> String {
        let low = Int.random(in: range, using: &generator)
        let high = Int.random(in: low...range.upperBound, using: &generator)
        return switch Int.random(in: 0..<6, using: &generator) {
        case 0, 1: "*"
        case 2: "*/\(Int.random(in: 2...7, using: &generator))"
        case 3: "\(low)-\(high)"
        case 4: "\(low),\(high)"
        default: "\(low)"
        }
    }

    /// Going back from where going forward led comes the same way back, nothing is skipped in between, and the moments
    /// grow.
    @Test(arguments: (0..<40).map { UInt64($0) &* 0x9E37_79B9 &+ 11 })
    func nextAndPreviousAreInverse(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<40 {
            let cron = [0...59, 0...23, 1...31, 1...12, 0...6].map { Self.field($0, &generator) }
                .joined(separator: " ")
            guard (try? CronExpression(cron)) != nil else { continue }
            let zone = try #require(Self.zones.randomElement(using: &generator))
            let schedule = try Self.schedule(cron, zone)
            let start = Time(Date(timeIntervalSince1970: Double(Int.random(in: 0...2_000_000_000, using: &generator))))
            var time = start
            for _ in 0..<20 {
                let next = try #require(schedule.next(after: time), "seed \(seed): \(cron) in \(zone) after \(time)")
                #expect(next > time, "seed \(seed): \(cron) in \(zone)")
                let before = Time(next.date.addingTimeInterval(-1))
                #expect(schedule.next(after: before) == next, "seed \(seed): \(cron) in \(zone) before \(next)")
                #expect(
                    schedule.previous(before: Time(next.date.addingTimeInterval(1))) == next,
                    "seed \(seed): \(cron) in \(zone) at \(next)")
                if time != start {
                    #expect(schedule.previous(before: next) == time, "seed \(seed): \(cron) in \(zone) before \(next)")
                }
                time = next
            }
        }
    }

    @Test func daysAndTimesAreThoseOfTheZone() throws {
        let schedule = try Self.schedule("@daily", "America/New_York")
        let time = try #require(Time("2026-03-08T03:30:00Z"))
        #expect(schedule.date(of: time) == "2026-03-07")
        let day = try #require(schedule.day("2026-03-08"))
        #expect(day.lowerBound.description == "2026-03-08T05:00:00Z")
        #expect(day.upperBound.description == "2026-03-09T03:59:59Z", "it has 23 hours")
        #expect(schedule.day("2026-02-30") == nil)
        #expect(schedule.day("2026-2-3") == nil)
    }
}
