import Foundation

/// Moments and spans of time.
enum TimeLibrary {
    static let functions = arithmetic + fields

    static let days = [
        FunctionDeclaration(
            "days",
            .function("days_int64") { (count: Int64) throws(EvaluationFailure) in
                let (nanoseconds, overflow) = count.multipliedReportingOverflow(by: 86_400_000_000_000)
                guard !overflow else { throw EvaluationFailure("duration out of range") }
                return CELDuration(totalNanoseconds: nanoseconds)
            },
            .function("days_double") { (count: Double) throws(EvaluationFailure) in
                let nanoseconds = count * 86_400_000_000_000
                guard nanoseconds.magnitude < 9_000_000_000_000_000_000 else {
                    throw EvaluationFailure("duration out of range")
                }
                return CELDuration(totalNanoseconds: Int64(nanoseconds))
            })
    ]

    private static func inRange<Result>(_ result: Result?) throws(EvaluationFailure) -> Result {
        guard let result else { throw EvaluationFailure("timestamp or duration out of range") }
        return result
    }

    private static let arithmetic = [
        FunctionDeclaration(
            Operator.add,
            .function("add_timestamp_duration") { (time: Timestamp, span: CELDuration) throws(EvaluationFailure) in
                try inRange(time.adding(span))
            },
            .function("add_duration_timestamp") { (span: CELDuration, time: Timestamp) throws(EvaluationFailure) in
                try inRange(time.adding(span))
            },
            .function("add_duration_duration") { (left: CELDuration, right: CELDuration) throws(EvaluationFailure) in
                try inRange(left.adding(right))
            }),
        FunctionDeclaration(
            "_-_",
            .function("subtract_timestamp_timestamp") {
                (left: Timestamp, right: Timestamp) throws(EvaluationFailure) in
                try inRange(left.since(right))
            },
            .function("subtract_timestamp_duration") {
                (time: Timestamp, span: CELDuration) throws(EvaluationFailure) in
                try inRange(time.adding(try inRange(span.negated)))
            },
            .function("subtract_duration_duration") {
                (left: CELDuration, right: CELDuration) throws(EvaluationFailure) in
                try inRange(left.subtracting(right))
            }),
    ]

    private static let fields = [
        field("getFullYear", "year") { $0.date.year }, field("getMonth", "month") { $0.date.month - 1 },
        field("getDate", "day_of_month_1_based") { $0.date.day },
        field("getDayOfMonth", "day_of_month") { $0.date.day - 1 },
        field("getDayOfWeek", "day_of_week") { $0.dayOfWeek },
        field("getDayOfYear", "day_of_year") { $0.date.dayOfYear },
        field("getHours", "hours", span: { $0.seconds / 3600 }) { $0.hour },
        field("getMinutes", "minutes", span: { $0.seconds / 60 }) { $0.minute },
        field("getSeconds", "seconds", span: { $0.seconds }) { $0.second },
        field("getMilliseconds", "milliseconds", span: { Int64($0.nanoseconds / 1_000_000) }) { $0.milliseconds },
    ]

    /// A part of a moment, in UTC or in a time zone; for some, also of a span.
    private static func field(
        _ name: String, _ id: String, span: (@Sendable (CELDuration) -> Int64)? = nil,
        _ part: @escaping @Sendable (CivilTime) -> Int
    ) -> FunctionDeclaration {
        var overloads: [Overload] = [
            .function("timestamp_to_\(id)", isMember: true) { (time: Timestamp) in
                Int64(part(CivilTime(time, offset: 0)))
            },
            .function("timestamp_to_\(id)_with_tz", isMember: true) {
                (time: Timestamp, zone: String) throws(EvaluationFailure) in
                Int64(part(CivilTime(time, offset: try offset(of: zone, at: time))))
            },
        ]
        if let span {
            overloads.append(.function("duration_to_\(id)", isMember: true) { (value: CELDuration) in span(value) })
        }
        return FunctionDeclaration(name, overloads)
    }

    /// Seconds east of UTC, of a zone's name or of `±hh:mm`.
    private static func offset(of zone: String, at time: Timestamp) throws(EvaluationFailure) -> Int {
        var scanner = ScalarScanner(zone)
        let isNegative = scanner.take("-")
        if !isNegative { _ = scanner.take("+") }
        if let seconds = scanner.hoursAndMinutes(), scanner.isAtEnd { return isNegative ? -seconds : seconds }
        guard let zone = TimeZone(identifier: zone) else { throw EvaluationFailure("unknown time zone \(zone)") }
        return zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(time.seconds)))
    }
}
