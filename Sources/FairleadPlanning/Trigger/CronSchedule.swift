import CEL
public import FairleadAPI
public import Foundation
public import KubernetesCore

/// The moments of a cron expression in a time zone.
///
/// At a change of clocks a local time that does not exist comes at the change, and one that exists twice comes once, the
/// first time. Both directions are found by arithmetic, whatever the distance.
public struct CronSchedule: Sendable {
    /// The times.
    public let cron: CronExpression
    /// Where they are meant.
    public let zone: TimeZone

    private var clock: ZoneClock { ZoneClock(zone: zone) }
    /// The 29th of February may be eight years away.
    private static let horizon = 9 * 366

    /// A schedule.
    public init(cron: CronExpression, zone: TimeZone) {
        self.cron = cron
        self.zone = zone
    }

    /// The schedule of a trigger; nil where its expression or its zone cannot be read.
    public init?(_ source: ScheduleSource) {
        guard let cron = try? CronExpression(source.cron), let zone = TimeZoneName.find(source.effectiveTimeZone) else {
            return nil
        }
        self.init(cron: cron, zone: zone)
    }

    /// The first moment after that one.
    public func next(after time: Time) -> Time? {
        guard let instant = Self.seconds(time) else { return nil }
        let clock = clock
        var minute = Division.floor(clock.wall(at: instant), by: 60).quotient
        while let match = firstMatch(from: minute) {
            let moment = clock.instant(atWall: match * 60)
            if moment > instant { return Self.time(moment) }
            minute = match + 1
        }
        return nil
    }

    /// The last moment before that one.
    public func previous(before time: Time) -> Time? {
        guard let instant = Self.seconds(time) else { return nil }
        let clock = clock
        var minute = Division.floor(clock.latestWall(before: instant - 1), by: 60).quotient
        while let match = lastMatch(from: minute) {
            let moment = clock.instant(atWall: match * 60)
            if moment < instant { return Self.time(moment) }
            minute = match - 1
        }
        return nil
    }

    /// The day on the wall, such as `2026-03-29`.
    public func date(of time: Time) -> String { Self.date(of: time, zone: zone) }

    /// The day on the wall of a zone, such as `2026-03-29`.
    static func date(of time: Time, zone: TimeZone) -> String {
        let wall = ZoneClock(zone: zone).wall(at: seconds(time) ?? 0)
        return CivilDate(days: Division.floor(wall, by: 86_400).quotient).text
    }

    /// When the day after that moment's begins in a zone.
    static func nextMidnight(after time: Time, zone: TimeZone) -> Time {
        let clock = ZoneClock(zone: zone)
        let day = Division.floor(clock.wall(at: seconds(time) ?? 0), by: 86_400).quotient
        return self.time(clock.instant(atWall: (day + 1) * 86_400))
    }

    /// A moment as the wall shows it, in RFC 3339 with the zone's offset.
    static func text(of time: Time, zone: TimeZone) -> String {
        let offset = ZoneClock(zone: zone).offset(at: seconds(time) ?? 0)
        guard offset != 0 else { return time.description }
        let wall = Time(secondsSince1970: time.secondsSince1970 + Int64(offset)).description.dropLast()
        let minutes = abs(offset) / 60
        func pad(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
        return "\(wall)\(offset < 0 ? "-" : "+")\(pad(minutes / 60)):\(pad(minutes % 60))"
    }

    /// The first and the last second of a day in the schedule's zone.
    ///
    /// - Parameter date: Such as `2026-03-29`.
    /// - Returns: nil where the text is no date.
    public func day(_ date: String) -> ClosedRange<Time>? {
        guard let days = CivilDate(date)?.days else { return nil }
        let (start, end) = (clock.instant(atWall: days * 86_400), clock.instant(atWall: (days + 1) * 86_400) - 1)
        return Self.time(start)...Self.time(max(start, end))
    }

    /// The first minute of the wall from `minute` on at which it is due.
    private func firstMatch(from minute: Int) -> Int? {
        var (day, inDay) = Division.floor(minute, by: 1440)
        let end = day + Self.horizon
        while day <= end {
            let date = CivilDate(days: day)
            guard cron.matches(month: date.month) else {
                (day, inDay) = (date.nextMonth.days, 0)
                continue
            }
            if cron.matches(dayOfMonth: date.day, dayOfWeek: CivilDate.dayOfWeek(days: day)),
                let match = firstMinute(from: inDay)
            {
                return day * 1440 + match
            }
            (day, inDay) = (day + 1, 0)
        }
        return nil
    }

    /// The last minute of the wall up to `minute` at which it is due.
    private func lastMatch(from minute: Int) -> Int? {
        var (day, inDay) = Division.floor(minute, by: 1440)
        let end = day - Self.horizon
        while day >= end {
            let date = CivilDate(days: day)
            guard cron.matches(month: date.month) else {
                (day, inDay) = (CivilDate(year: date.year, month: date.month, day: 1).days - 1, 1439)
                continue
            }
            if cron.matches(dayOfMonth: date.day, dayOfWeek: CivilDate.dayOfWeek(days: day)),
                let match = lastMinute(from: inDay)
            {
                return day * 1440 + match
            }
            (day, inDay) = (day - 1, 1439)
        }
        return nil
    }

    private func firstMinute(from minute: Int) -> Int? {
        let (hour, rest) = (minute / 60, minute % 60)
        if cron.hours >> UInt64(hour) & 1 == 1, let match = Self.lowestBit(cron.minutes, from: rest) {
            return hour * 60 + match
        }
        guard let next = Self.lowestBit(cron.hours, from: hour + 1), let first = Self.lowestBit(cron.minutes, from: 0)
        else { return nil }
        return next * 60 + first
    }

    private func lastMinute(from minute: Int) -> Int? {
        let (hour, rest) = (minute / 60, minute % 60)
        if cron.hours >> UInt64(hour) & 1 == 1, let match = Self.highestBit(cron.minutes, upTo: rest) {
            return hour * 60 + match
        }
        guard hour > 0, let previous = Self.highestBit(cron.hours, upTo: hour - 1),
            let last = Self.highestBit(cron.minutes, upTo: 59)
        else { return nil }
        return previous * 60 + last
    }

    private static func lowestBit(_ bits: UInt64, from low: Int) -> Int? {
        let rest = (bits >> UInt64(low)) << UInt64(low)
        return rest == 0 ? nil : rest.trailingZeroBitCount
    }

    private static func highestBit(_ bits: UInt64, upTo high: Int) -> Int? {
        let rest = (bits << UInt64(63 - high)) >> UInt64(63 - high)
        return rest == 0 ? nil : 63 - rest.leadingZeroBitCount
    }

    /// The moment as a number that no arithmetic here can overflow; nil for years that no calendar knows.
    private static func seconds(_ time: Time) -> Int? {
        let seconds = time.secondsSince1970
        return (-62_135_596_800...253_402_300_799).contains(seconds) ? Int(seconds) : nil
    }

    private static func time(_ seconds: Int) -> Time { Time(secondsSince1970: Int64(seconds)) }
}

extension Time {
    init(secondsSince1970 seconds: Int64) {
        self.init(Date(timeIntervalSince1970: 0))
        secondsSince1970 = seconds
    }
}
