import Foundation

/// Fills values into a text with clauses like `%s`, `%d`, `%.2f`.
struct TextFormatter {
    private var arguments: ArraySlice<Value>
    private var result = ""
    /// How many values may still be written: parts that are shared count each time.
    private var steps = 100_000

    static func format(_ text: String, _ arguments: [Value]) throws(EvaluationFailure) -> String {
        var formatter = TextFormatter(arguments: arguments[...])
        try formatter.read(text.unicodeScalars)
        return formatter.result
    }

    private init(arguments: ArraySlice<Value>) { self.arguments = arguments }

    private mutating func read(_ scalars: String.UnicodeScalarView) throws(EvaluationFailure) {
        var rest = scalars[...]
        while let scalar = rest.popFirst() {
            guard scalar == "%" else {
                result.unicodeScalars.append(scalar)
                continue
            }
            guard let next = rest.first else { throw EvaluationFailure("unexpected end of format string") }
            if next == "%" {
                rest.removeFirst()
                result += "%"
                continue
            }
            let precision = try Self.precision(&rest)
            guard let verb = rest.popFirst() else { throw EvaluationFailure("unexpected end of format string") }
            guard "sdfebxXo".unicodeScalars.contains(verb) else {
                throw EvaluationFailure(
                    "could not parse formatting clause: unrecognized formatting clause \"\(verb)\"")
            }
            guard let argument = arguments.popFirst() else {
                throw EvaluationFailure("too few arguments for the format string")
            }
            result += try formatted(argument, verb, precision)
            try Sizes.check(result.utf8.count, most: Sizes.string)
        }
    }

    private static func precision(_ rest: inout Substring.UnicodeScalarView) throws(EvaluationFailure) -> Int? {
        guard rest.first == "." else { return nil }
        rest.removeFirst()
        var digits = ""
        while let digit = rest.first, Lexer.isDigit(digit), digits.count < 4 {
            digits.unicodeScalars.append(digit)
            rest.removeFirst()
        }
        guard let precision = Int(digits), precision <= 100 else {
            throw EvaluationFailure("could not parse formatting clause: invalid precision")
        }
        return precision
    }

    private mutating func formatted(
        _ value: Value, _ verb: Unicode.Scalar, _ precision: Int?
    ) throws(EvaluationFailure) -> String {
        switch verb {
        case "s": return try text(value)
        case "d": return try decimal(value)
        case "f": return try real(value, "%.\(precision ?? 6)f", "fixed-point")
        case "e": return try real(value, "%.\(precision ?? 6)e", "scientific")
        case "b":
            if case .bool(let bool) = value { return bool ? "1" : "0" }
            return try integer(value, radix: 2, "only integers and bools can be formatted as binary")
        case "o": return try integer(value, radix: 8, "octal clause can only be used on integers")
        default: return try hexadecimal(value, isUpper: verb == "X")
        }
    }

    private static func wrong(_ rule: String, _ value: Value) -> EvaluationFailure {
        EvaluationFailure("error during formatting: \(rule), was given \(value.kind.typeName)")
    }

    private func integer(_ value: Value, radix: Int, _ rule: String) throws(EvaluationFailure) -> String {
        switch value {
        case .int(let number): String(number, radix: radix)
        case .uint(let number): String(number, radix: radix)
        default: throw Self.wrong(rule, value)
        }
    }

    private static func special(_ number: Double) -> String? {
        number.isNaN ? "NaN" : number.isInfinite ? (number < 0 ? "-Infinity" : "Infinity") : nil
    }

    private static func plain(_ number: Double) -> String {
        if let special = special(number) { return special }
        if let whole = Int64(exactly: number) { return String(whole) }
        return NumberText.plain(number)
    }

    private func decimal(_ value: Value) throws(EvaluationFailure) -> String {
        if case .double(let number) = value { return Self.plain(number) }
        return try integer(value, radix: 10, "decimal clause can only be used on integers")
    }

    private func real(_ value: Value, _ format: String, _ name: String) throws(EvaluationFailure) -> String {
        let number: Double
        switch value {
        case .double(let double): number = double
        case .int(let integer): number = Double(integer)
        case .uint(let integer): number = Double(integer)
        default: throw Self.wrong("\(name) clause can only be used on doubles", value)
        }
        return Self.special(number) ?? String(format: format, number)
    }

    private func hexadecimal(_ value: Value, isUpper: Bool) throws(EvaluationFailure) -> String {
        let bytes: [UInt8]
        switch value {
        case .int(let number): return String(number, radix: 16, uppercase: isUpper)
        case .uint(let number): return String(number, radix: 16, uppercase: isUpper)
        case .string(let text): bytes = Array(text.utf8)
        case .bytes(let data): bytes = data
        default: throw Self.wrong("only integers, byte buffers, and strings can be formatted as hex", value)
        }
        return bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16, uppercase: isUpper) }.joined()
    }

    private mutating func text(_ value: Value) throws(EvaluationFailure) -> String {
        steps -= 1
        guard steps > 0 else { throw EvaluationFailure("the value is too large to format", isCost: true) }
        switch value {
        case .string(let text): return text
        case .bool(let bool): return bool ? "true" : "false"
        case .int(let number): return String(number)
        case .uint(let number): return String(number)
        case .double(let number): return Self.plain(number)
        case .bytes(let bytes): return String(decoding: bytes, as: UTF8.self)
        case .null: return "null"
        case .timestamp(let time): return time.description
        case .duration(let span): return span.description
        case .type(let type): return type.name
        case .list(let list):
            var parts: [String] = []
            for element in list { parts.append(try text(element)) }
            return "[\(parts.joined(separator: ", "))]"
        case .map(let map):
            var parts: [(key: String, value: String)] = []
            for (key, value) in map.entries { parts.append((try text(key.value), try text(value))) }
            let sorted = parts.sorted { $0.key.isBefore($1.key) }
            return "{\(sorted.map { "\($0.key): \($0.value)" }.joined(separator: ", "))}"
        default:
            throw Self.wrong(
                "string clause can only be used on strings, bools, bytes, ints, doubles, maps, lists, types, "
                    + "durations, and timestamps", value)
        }
    }
}
