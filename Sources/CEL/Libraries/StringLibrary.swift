/// Functions on texts; places and sizes count Unicode scalars.
enum StringLibrary {
    static let functions = places + parts + changes + lists + formatting

    static let reversal = [
        FunctionDeclaration(
            "reverse",
            .function("string_reverse", isMember: true, cost: .firstCharacters(1)) { (text: String) in
                string(text.unicodeScalars.reversed())
            })
    ]

    static func string(_ scalars: some Sequence<Unicode.Scalar>) -> String {
        var view = String.UnicodeScalarView()
        view.append(contentsOf: scalars)
        return String(view)
    }

    // MARK: - Places

    private static let places = [
        FunctionDeclaration(
            "charAt",
            .function("string_char_at_int", isMember: true) { (text: String, index: Int64) throws(EvaluationFailure) in
                let scalars = Array(text.unicodeScalars)
                guard index >= 0, index <= scalars.count else { throw outOfRange(index) }
                return index == scalars.count ? "" : String(scalars[Int(index)])
            }),
        FunctionDeclaration(
            "indexOf",
            .function("string_index_of_string", isMember: true, cost: .traversal) { (text: String, part: String) in
                found(Scalars.index(of: Array(part.unicodeScalars), in: Array(text.unicodeScalars), from: 0))
            },
            .function("string_index_of_string_int", isMember: true, cost: .traversal) {
                (text: String, part: String, start: Int64) throws(EvaluationFailure) in
                let scalars = Array(text.unicodeScalars)
                guard start >= 0, start <= scalars.count else { throw outOfRange(start) }
                return found(Scalars.index(of: Array(part.unicodeScalars), in: scalars, from: Int(start)))
            }),
        FunctionDeclaration(
            "lastIndexOf",
            .function("string_last_index_of_string", isMember: true, cost: .traversal) {
                (text: String, part: String) in
                let scalars = Array(text.unicodeScalars)
                return found(last(Array(part.unicodeScalars), in: scalars, atMost: scalars.count))
            },
            .function("string_last_index_of_string_int", isMember: true, cost: .traversal) {
                (text: String, part: String, end: Int64) throws(EvaluationFailure) in
                let scalars = Array(text.unicodeScalars)
                guard end >= 0, end <= scalars.count else { throw outOfRange(end) }
                return found(last(Array(part.unicodeScalars), in: scalars, atMost: Int(end)))
            }),
    ]

    private static func outOfRange(_ index: Int64) -> EvaluationFailure {
        EvaluationFailure("index out of range: \(index)")
    }

    private static func found(_ index: Int?) -> Int64 { index.map(Int64.init) ?? -1 }

    private static func last(_ part: [Unicode.Scalar], in whole: [Unicode.Scalar], atMost end: Int) -> Int? {
        var index = min(end, whole.count - part.count)
        while index >= 0 {
            if whole[index..<(index + part.count)].elementsEqual(part) { return index }
            index -= 1
        }
        return nil
    }

    // MARK: - Parts

    private static let parts = [
        FunctionDeclaration(
            "substring",
            .function("string_substring_int", isMember: true, cost: .firstCharacters(1)) {
                (text: String, start: Int64) throws(EvaluationFailure) in
                try substring(text, start, nil)
            },
            .function("string_substring_int_int", isMember: true, cost: .firstCharacters(1)) {
                (text: String, start: Int64, end: Int64) throws(EvaluationFailure) in
                try substring(text, start, end)
            }),
        FunctionDeclaration(
            "trim",
            .function("string_trim", isMember: true, cost: .firstCharacters(1)) { (text: String) in
                let isBlank = { (scalar: Unicode.Scalar) in scalar.properties.isWhitespace }
                let front = text.unicodeScalars.drop(while: isBlank)
                return string(front.reversed().drop(while: isBlank).reversed())
            }),
    ]

    private static func substring(
        _ text: String, _ start: Int64, _ end: Int64?
    ) throws(EvaluationFailure) -> String {
        let scalars = Array(text.unicodeScalars)
        let end = end ?? Int64(scalars.count)
        guard start >= 0, start <= scalars.count else { throw outOfRange(start) }
        guard end >= 0, end <= scalars.count else { throw outOfRange(end) }
        guard start <= end else {
            throw EvaluationFailure("invalid substring range. start: \(start), end: \(end)")
        }
        return string(scalars[Int(start)..<Int(end)])
    }

    // MARK: - Changes

    private static let changes = [
        FunctionDeclaration("lowerAscii", mapped("string_lower_ascii") { ("A"..."Z").contains($0) ? 32 : 0 }),
        FunctionDeclaration("upperAscii", mapped("string_upper_ascii") { ("a"..."z").contains($0) ? -32 : 0 }),
        FunctionDeclaration(
            "replace",
            .function("string_replace_string_string", isMember: true, cost: .firstCharacters(2)) {
                (text: String, old: String, new: String) throws(EvaluationFailure) in
                try replace(text, old, new, -1)
            },
            Overload.values(
                "string_replace_string_string_int", isMember: true, [.string, .string, .string, .int], .string,
                cost: .firstCharacters(2)
            ) { values throws(EvaluationFailure) in
                guard case .string(let text) = values[0], case .string(let old) = values[1],
                    case .string(let new) = values[2], case .int(let count) = values[3]
                else { throw EvaluationFailure("no such overload") }
                return .string(try replace(text, old, new, count))
            }),
        FunctionDeclaration(
            "strings.quote",
            .function("strings_quote", cost: .firstCharacters(1)) { (text: String) in quoted(text) }),
    ]

    private static func mapped(_ id: String, _ change: @escaping @Sendable (Unicode.Scalar) -> Int) -> Overload {
        .function(id, isMember: true, cost: .firstCharacters(1)) { (text: String) in
            string(text.unicodeScalars.map { Unicode.Scalar(UInt32(Int($0.value) + change($0))) ?? $0 })
        }
    }

    /// Replaces at most so many; all, where the number is negative.
    private static func replace(
        _ text: String, _ old: String, _ new: String, _ most: Int64
    ) throws(EvaluationFailure) -> String {
        var result = String.UnicodeScalarView()
        var size = 0
        for (index, piece) in pieces(of: text, between: old, most: most < 0 ? nil : most).enumerated() {
            if index > 0 {
                size += new.utf8.count
                result.append(contentsOf: new.unicodeScalars)
            }
            size += piece.count
            try Sizes.check(size, most: Sizes.string)
            result.append(contentsOf: piece)
        }
        return String(result)
    }

    /// The parts of a text between others, cut at most so many times; nothing is between any two scalars.
    private static func pieces(of text: String, between part: String, most: Int64?) -> [ArraySlice<Unicode.Scalar>] {
        let scalars = Array(text.unicodeScalars)
        let part = Array(part.unicodeScalars)
        var pieces: [ArraySlice<Unicode.Scalar>] = []
        var start = 0
        var from = 0
        while most.map({ pieces.count < $0 }) ?? true, let index = Scalars.index(of: part, in: scalars, from: from) {
            pieces.append(scalars[start..<index])
            start = index + part.count
            from = part.isEmpty ? index + 1 : start
            if part.isEmpty, from > scalars.count { break }
        }
        return pieces + [scalars[start...]]
    }

    private static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\u{07}": quoted += "\\a"
            case "\u{08}": quoted += "\\b"
            case "\u{0C}": quoted += "\\f"
            case "\n": quoted += "\\n"
            case "\r": quoted += "\\r"
            case "\t": quoted += "\\t"
            case "\u{0B}": quoted += "\\v"
            case "\\": quoted += "\\\\"
            case "\"": quoted += "\\\""
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }

    // MARK: - Lists of texts

    private static let lists = [
        FunctionDeclaration(
            "split",
            Overload.values(
                "string_split_string", isMember: true, [.string, .string], .list(.string), cost: .firstCharacters(2)
            ) { values throws(EvaluationFailure) in try split(values, nil) },
            Overload.values(
                "string_split_string_int", isMember: true, [.string, .string, .int], .list(.string),
                cost: .firstCharacters(2)
            ) { values throws(EvaluationFailure) in
                guard case .int(let most) = values[2] else { throw EvaluationFailure("no such overload") }
                return try split(values, most < 0 ? nil : most)
            }),
        FunctionDeclaration(
            "join",
            .list("list_join", of: .string, .string, cost: .resultCharacters) { list, _ throws(EvaluationFailure) in
                try join(list, "")
            },
            .list("list_join_string", of: .string, with: [.string], .string, cost: .resultCharacters) {
                list, more throws(EvaluationFailure) in
                guard case .string(let separator) = more[0] else { throw EvaluationFailure("no such overload") }
                return try join(list, separator)
            }),
    ]

    /// The parts of a text, at most so many.
    private static func split(_ values: [Value], _ most: Int64?) throws(EvaluationFailure) -> Value {
        guard case .string(let text) = values[0], case .string(let separator) = values[1] else {
            throw EvaluationFailure("no such overload")
        }
        if most == 0 { return .list([]) }
        if separator.isEmpty {
            let scalars = text.unicodeScalars
            let singles = most.map { max(0, Int(clamping: $0 - 1)) } ?? scalars.count
            var parts = scalars.prefix(singles).map { Value.string(String($0)) }
            let rest = scalars.dropFirst(singles)
            if !rest.isEmpty { parts.append(.string(string(rest))) }
            return .list(parts)
        }
        return .list(pieces(of: text, between: separator, most: most.map { $0 - 1 }).map { .string(string($0)) })
    }

    private static func join(_ list: [Value], _ separator: String) throws(EvaluationFailure) -> Value {
        var joined = ""
        for (index, element) in list.enumerated() {
            guard case .string(let text) = element else { throw EvaluationFailure("no such overload") }
            if index > 0 { joined += separator }
            joined += text
            try Sizes.check(joined.utf8.count, most: Sizes.string)
        }
        return .string(joined)
    }

    private static let formatting = [
        FunctionDeclaration(
            "format",
            Overload.values(
                "string_format", isMember: true, [.string, .list(.dyn)], .string, cost: .firstCharacters(1)
            ) { values throws(EvaluationFailure) in
                guard case .string(let text) = values[0], case .list(let arguments) = values[1] else {
                    throw EvaluationFailure("no such overload")
                }
                return .string(try TextFormatter.format(text, arguments))
            })
    ]
}
