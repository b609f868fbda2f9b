import Testing

@testable import FairleadAPI

/// What a CronJob's parser takes is taken, and the rest is refused with the field and the place.
@Suite struct CronExpressionTests {
    @Test(arguments: [
        ("* * * * *", "* * * * ?"), ("@yearly", "0 0 1 1 *"), ("@annually", "0 0 1 jan *"), ("@monthly", "0 0 1 * *"),
        ("@weekly", "0 0 * * sun"), ("@daily", "0 0 * * *"), ("@midnight", "0 0 */1 * *"), ("@hourly", "0 */1 * * *"),
        ("5/20 * * * *", "5,25,45 * * * *"), ("10-30/10 * * * *", "10,20,30 * * * *"),
        ("0 0 1 JAN,Jul *", "0 0 1 1,7 *"), ("0 0 * * mon-FRI", "0 0 * * 1,2,3,4,5"),
        ("  0\t0  * * * ", "0 0 * * *"), ("0-59 0-23 * * *", "* * * * *"), ("0 0 1-31/2,2 * *", "0 0 2,1-31/2 * *"),
        ("0 0 * * 5/1", "0 0 * * 5-6"), ("*/90 * * * *", "0 * * * *"),
    ])
    func twoSpellingsAreOneExpression(_ left: String, _ right: String) throws {
        #expect(try CronExpression(left) == CronExpression(right))
    }

    /// Where both fields of days are restricted either will do, else both must; a step above 1 takes the star away.
    @Test(arguments: [
        ("0 0 13 * 5", false), ("0 0 13 * *", true), ("0 0 * * 5", true), ("0 0 */2 * 5", false),
        ("0 0 */1 * 5", true), ("0 0 ? * 5", true), ("0 0 13,* * 5", true), ("0 0 13 * */2", false),
        ("0 0 1-31 * 1", false),
    ])
    func dayOfMonthOrDayOfWeek(_ text: String, _ needsBoth: Bool) throws {
        #expect(try CronExpression(text).needsBothDays == needsBoth)
    }

    /// Each row: an expression, what is told, and at which character, from 0.
    @Test(arguments: [
        ("", "has 0 fields, and needs five: minute, hour, day of month, month, day of week", 0),
        ("* * * *", "has 4 fields, and needs five: minute, hour, day of month, month, day of week", 7),
        ("0 * * * * *", "has 6 fields, and needs five: minute, hour, day of month, month, day of week", 10),
        ("60 * * * *", "minute: must be from 0 to 59, not \"60\"", 0),
        ("0 24 * * *", "hour: must be from 0 to 23, not \"24\"", 2),
        ("0 0 0 * *", "day of month: must be from 1 to 31, not \"0\"", 4),
        ("0 0 1 13 *", "month: must be from 1 to 12, not \"13\"", 6),
        ("0 0 * * 7", "day of week: must be from 0 to 6, not \"7\"; Sunday is 0", 8),
        ("0 0 * * 1,sunday", "day of week: must be a number or a name such as mon, not \"sunday\"", 10),
        ("0 0 1 jna *", "month: must be a number or a name such as feb, not \"jna\"; did you mean \"jan\"?", 6),
        ("0 0 L * *", "day of month: must be a number, not \"L\"", 4),
        ("0 0 * * 5#2", "day of week: must be a number or a name such as mon, not \"5#2\"", 8),
        ("0 0 15W * *", "day of month: must be a number, not \"15W\"", 4),
        ("5-1 * * * *", "minute: \"5-1\" ends before it begins", 0),
        ("0 0 * * fri-mon", "day of week: \"fri-mon\" ends before it begins", 8),
        ("*/0 * * * *", "minute: the step after / must be a number above 0, not \"0\"", 2),
        ("1/2/3 * * * *", "minute: \"1/2/3\" has more than one /", 0),
        ("1-2-3 * * * *", "minute: \"1-2-3\" has more than one -", 0),
        ("1,,2 * * * *", "minute: an element of the list is missing", 2),
        ("0 -1 * * *", "hour: must be a number, not \"\"", 2),
        ("+5 * * * *", "minute: must be a number, not \"+5\"", 0),
        ("99999999999999999999 * * * *", "minute: must be a number, not \"99999999999999999999\"", 0),
        ("@dayly", "unknown word \"@dayly\"; did you mean \"@daily\"?", 0),
        ("@every 1h", "@every has no fixed times; write for example */15 * * * *", 0),
        ("@daily 3", "nothing may follow @daily", 7),
        ("CRON_TZ=UTC 0 0 * * *", "CRON_TZ= does not belong here: the time zone stands in timeZone", 0),
        ("0 0 30 2 *", "day of month: the months have no such day, so nothing would ever be started", 4),
        ("0 0 31 4,6,9,nov *", "day of month: the months have no such day, so nothing would ever be started", 4),
    ])
    func mistakesAreTold(_ text: String, _ message: String, _ position: Int) throws {
        #expect {
            try CronExpression(text)
        } throws: { error in
            let error = error as? ExpressionError
            return error?.message == message && error?.position == position
        }
    }

    @Test(arguments: ["0 0 29 2 *", "0 0 31 * *", "0 0 30 2 1", "0 0 31 2,3 *"])
    func rareDaysAreNoMistake(_ text: String) throws { _ = try CronExpression(text) }

    @Test(arguments: ["Europe/Amsterdam", "UTC", "Etc/UTC", "Asia/Kolkata", "Asia/Calcutta", "US/Eastern", "Japan"])
    func zonesAreKnown(_ name: String) { #expect(TimeZoneName.find(name) != nil) }

    @Test(arguments: [
        ("Europe/Amsterdm", "Europe/Amsterdam"), ("amsterdam", "Europe/Amsterdam"), ("New York", "America/New_York"),
        ("PST", "America/Los_Angeles"), ("Asia/Tehrna", "Asia/Tehran"),
    ])
    func theNearestZoneIsTold(_ name: String, _ nearest: String) {
        #expect(TimeZoneName.problem(name)?.hasSuffix("did you mean \"\(nearest)\"?") == true)
    }

    @Test(arguments: ["", "Local", "GMT+2", "+02:00", "UTC+3", "../etc/passwd", "Europe/"])
    func noZones(_ name: String) { #expect(TimeZoneName.find(name) == nil) }
}
