/// Reads the text of a cron expression.
struct CronParser {
    private enum Part: Int, CaseIterable {
        case minute, hour, dayOfMonth, month, dayOfWeek

        var name: String {
            switch self {
            case .minute: "minute"
            case .hour: "hour"
            case .dayOfMonth: "day of month"
            case .month: "month"
            case .dayOfWeek: "day of week"
            }
        }

        var range: ClosedRange<Int> {
            switch self {
            case .minute: 0...59
            case .hour: 0...23
            case .dayOfMonth: 1...31
            case .month: 1...12
            case .dayOfWeek: 0...6
            }
        }

        /// Names that stand for values, beginning with the smallest one.
        var names: [String] {
            switch self {
            case .minute, .hour, .dayOfMonth: []
            case .month: ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
            case .dayOfWeek: ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]
            }
        }
    }

    /// A piece of the text and where it begins.
    private struct Piece {
        var text: Substring
        var position: Int

        /// The pieces between separators.
        func split(_ isSeparator: (Character) -> Bool, keepsEmpty: Bool) -> [Piece] {
            var pieces: [Piece] = []
            var start = text.startIndex
            var offset = position
            var startOffset = position
            func end(_ index: Substring.Index) {
                if keepsEmpty || start < index {
                    pieces.append(Piece(text: text[start..<index], position: startOffset))
                }
            }
            for index in text.indices {
                offset += 1
                guard isSeparator(text[index]) else { continue }
                end(index)
                start = text.index(after: index)
                startOffset = offset
            }
            end(text.endIndex)
            return pieces
        }
    }

    private static let words: [String: String] = [
        "@yearly": "0 0 1 1 *", "@annually": "0 0 1 1 *", "@monthly": "0 0 1 * *", "@weekly": "0 0 * * 0",
        "@daily": "0 0 * * *", "@midnight": "0 0 * * *", "@hourly": "0 * * * *",
    ]

    static func parse(_ text: String) throws(ExpressionError) -> CronExpression {
        guard text.utf8.count <= 500 else { throw ExpressionError("has more than 500 characters") }
        for prefix in ["TZ=", "CRON_TZ="] where text.hasPrefix(prefix) {
            throw ExpressionError("\(prefix) does not belong here: the time zone stands in timeZone")
        }
        let pieces = Piece(text: Substring(text), position: 0).split(\.isWhitespace, keepsEmpty: false)
        if let first = pieces.first, first.text.first == "@" { return try word(first, pieces.dropFirst().first) }
        guard pieces.count == Part.allCases.count else {
            let names = Part.allCases.map(\.name).joined(separator: ", ")
            let count = pieces.count == 1 ? "1 field" : "\(pieces.count) fields"
            let place = pieces.count > Part.allCases.count ? pieces[Part.allCases.count].position : text.count
            throw ExpressionError("has \(count), and needs five: \(names)", position: place)
        }
        var fields: [CronField] = []
        for (part, piece) in zip(Part.allCases, pieces) { fields.append(try field(piece, part)) }
        let expression = CronExpression(
            minute: fields[0], hour: fields[1], dayOfMonth: fields[2], month: fields[3], dayOfWeek: fields[4])
        guard expression.hasOccurrence else {
            throw ExpressionError(
                "day of month: the months have no such day, so nothing would ever be started",
                position: pieces[2].position)
        }
        return expression
    }

    private static func word(_ piece: Piece, _ next: Piece?) throws(ExpressionError) -> CronExpression {
        let text = String(piece.text)
        if text == "@every" {
            throw ExpressionError("@every has no fixed times; write for example */15 * * * *", position: piece.position)
        }
        guard let fields = words[text] else {
            let known = words.keys.sorted()
            throw ExpressionError(
                "unknown word \(Quoted.text(text))\(NearestName.suggestion(text, among: known))",
                position: piece.position)
        }
        if let next { throw ExpressionError("nothing may follow \(text)", position: next.position) }
        return try parse(fields)
    }

    private static func field(_ piece: Piece, _ part: Part) throws(ExpressionError) -> CronField {
        var field = CronField()
        for element in piece.split({ $0 == "," }, keepsEmpty: true) {
            let read = try range(element, part)
            field.bits |= read.bits
            field.isUnrestricted = field.isUnrestricted || read.isUnrestricted
        }
        return field
    }

    private static func range(_ piece: Piece, _ part: Part) throws(ExpressionError) -> CronField {
        func fail(_ message: String, _ piece: Piece) -> ExpressionError {
            ExpressionError("\(part.name): \(message)", position: piece.position)
        }
        guard !piece.text.isEmpty else { throw fail("an element of the list is missing", piece) }
        let halves = piece.split({ $0 == "/" }, keepsEmpty: true)
        guard halves.count <= 2 else { throw fail("\(Quoted.text(String(piece.text))) has more than one /", piece) }
        let ends = halves[0].split({ $0 == "-" }, keepsEmpty: true)
        guard ends.count <= 2 else { throw fail("\(Quoted.text(String(piece.text))) has more than one -", piece) }
        let isAny = ["*", "?"].contains(halves[0].text)
        var (low, high) = (part.range.lowerBound, part.range.upperBound)
        if !isAny {
            low = try value(ends[0], part)
            high = ends.count == 2 ? try value(ends[1], part) : halves.count == 2 ? high : low
        }
        guard low <= high else {
            throw fail("\(Quoted.text(String(halves[0].text))) ends before it begins", piece)
        }
        var step = 1
        if halves.count == 2 {
            guard let number = number(halves[1].text), number > 0 else {
                throw fail(
                    "the step after / must be a number above 0, not \(Quoted.text(String(halves[1].text)))", halves[1])
            }
            step = number
        }
        var field = CronField(isUnrestricted: isAny && step == 1)
        for value in stride(from: low, through: high, by: step) { field.bits |= 1 << UInt64(value) }
        return field
    }

    private static func value(_ piece: Piece, _ part: Part) throws(ExpressionError) -> Int {
        let (names, range) = (part.names, part.range)
        if let index = names.firstIndex(of: piece.text.lowercased()) { return range.lowerBound + index }
        let text = Quoted.text(String(piece.text))
        guard let number = number(piece.text) else {
            let wanted = names.isEmpty ? "a number" : "a number or a name such as \(names[1])"
            let suggestion = NearestName.suggestion(String(piece.text), among: names)
            throw ExpressionError("\(part.name): must be \(wanted), not \(text)\(suggestion)", position: piece.position)
        }
        guard range.contains(number) else {
            let hint = part == .dayOfWeek && number == 7 ? "; Sunday is 0" : ""
            throw ExpressionError(
                "\(part.name): must be from \(range.lowerBound) to \(range.upperBound), not \(text)\(hint)",
                position: piece.position)
        }
        return number
    }

    /// A number of digits only.
    private static func number(_ text: Substring) -> Int? {
        guard !text.isEmpty, text.utf8.count <= 6, text.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) else {
            return nil
        }
        return Int(text)
    }
}
