extension StandardLibrary {
    static func conversions(_ options: Declarations.Options) -> [FunctionDeclaration] {
        integers + doubles + texts(options) + durations(knowsDays: options.contains(.days))
    }

    private static let integers = [
        FunctionDeclaration(
            "int", .function("int64_to_int64") { (value: Int64) in value },
            .function("uint64_to_int64") { (value: UInt64) throws(EvaluationFailure) in
                try inRange(Int64(exactly: value))
            },
            .function("double_to_int64") { (value: Double) throws(EvaluationFailure) in
                // The least integer is excluded, as is what would round to the bound above the greatest.
                guard value.isFinite, value > Double(Int64.min), value < -Double(Int64.min) else {
                    throw EvaluationFailure("integer overflow: range")
                }
                return try inRange(Int64(exactly: value.rounded(.towardZero)))
            },
            .function("string_to_int64") { (text: String) throws(EvaluationFailure) in
                guard let number = Int64(text) else { throw EvaluationFailure("invalid int: \"\(text)\"") }
                return number
            },
            .function("timestamp_to_int64") { (time: Timestamp) in time.seconds },
            .function("duration_to_int64") { (span: CELDuration) in span.totalNanoseconds }),
        FunctionDeclaration(
            "uint", .function("uint64_to_uint64") { (value: UInt64) in value },
            .function("int64_to_uint64") { (value: Int64) throws(EvaluationFailure) in
                try inRange(UInt64(exactly: value))
            },
            .function("double_to_uint64") { (value: Double) throws(EvaluationFailure) in
                guard value.isFinite, value >= 0 else { throw EvaluationFailure("unsigned integer overflow: range") }
                return try inRange(UInt64(exactly: value.rounded(.towardZero)))
            },
            .function("string_to_uint64") { (text: String) throws(EvaluationFailure) in
                guard let number = UInt64(text) else { throw EvaluationFailure("invalid uint: \"\(text)\"") }
                return number
            }),
    ]

    private static func inRange<Number>(_ number: Number?) throws(EvaluationFailure) -> Number {
        guard let number else { throw EvaluationFailure("range error: the number doesn't fit") }
        return number
    }

    private static let doubles = [
        FunctionDeclaration(
            "double", .function("double_to_double") { (value: Double) in value },
            .function("int64_to_double") { (value: Int64) in Double(value) },
            .function("uint64_to_double") { (value: UInt64) in Double(value) },
            .function("string_to_double") { (text: String) throws(EvaluationFailure) in
                guard let number = NumberText.double(text) else {
                    throw EvaluationFailure("invalid double: \"\(text)\"")
                }
                return number
            }),
        FunctionDeclaration(
            "bool", .function("bool_to_bool") { (value: Bool) in value },
            .function("string_to_bool") { (text: String) throws(EvaluationFailure) in
                switch text {
                case "1", "t", "T", "true", "TRUE", "True": return true
                case "0", "f", "F", "false", "FALSE", "False": return false
                default: throw EvaluationFailure("Type conversion error from string to bool: \"\(text)\"")
                }
            }),
    ]

    private static func texts(_ options: Declarations.Options) -> [FunctionDeclaration] {
        [
            FunctionDeclaration(
                "string", .function("string_to_string") { (text: String) in text },
                .function("bool_to_string") { (value: Bool) in value ? "true" : "false" },
                .function("int64_to_string") { (value: Int64) in String(value) },
                .function("uint64_to_string") { (value: UInt64) in String(value) },
                .function("double_to_string") { (value: Double) in NumberText.shortest(value) },
                .function("bytes_to_string", cost: .firstCharacters(1)) {
                    (bytes: [UInt8]) throws(EvaluationFailure) in
                    guard let text = String(validating: bytes, as: UTF8.self) else {
                        throw EvaluationFailure("invalid UTF-8 in bytes, cannot convert to string")
                    }
                    return text
                },
                .function("timestamp_to_string") { (time: Timestamp) in time.description },
                .function("duration_to_string") { (span: CELDuration) in span.description }),
            FunctionDeclaration(
                "bytes", .function("bytes_to_bytes") { (bytes: [UInt8]) in bytes },
                .function("string_to_bytes", cost: .firstCharacters(1)) { (text: String) in Array(text.utf8) }),
        ]
    }

    private static func durations(knowsDays: Bool) -> [FunctionDeclaration] {
        [
            FunctionDeclaration(
                "duration", .function("duration_to_duration") { (span: CELDuration) in span },
                .function("int64_to_duration") { (nanoseconds: Int64) in CELDuration(totalNanoseconds: nanoseconds) },
                .function("string_to_duration") { (text: String) throws(EvaluationFailure) in
                    guard let span = CELDuration(text, knowsDays: knowsDays) else {
                        throw EvaluationFailure("invalid duration: \"\(text)\" (syntax or range)")
                    }
                    return span
                }),
            FunctionDeclaration(
                "timestamp", .function("timestamp_to_timestamp") { (time: Timestamp) in time },
                .function("int64_to_timestamp") { (seconds: Int64) throws(EvaluationFailure) in
                    guard let time = Timestamp(seconds: seconds) else {
                        throw EvaluationFailure("timestamp out of range")
                    }
                    return time
                },
                .function("string_to_timestamp") { (text: String) throws(EvaluationFailure) in
                    guard let time = Timestamp(text) else {
                        throw EvaluationFailure("invalid timestamp: \"\(text)\" (syntax or range)")
                    }
                    return time
                }),
        ]
    }
}
