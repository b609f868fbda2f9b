/// What Go's `time.Parse` finds wrong with a time, in its words.
struct GoTime {
    private let text: String
    private let layout: String
    private var rest: Substring
    private var problem: String?

    /// Why a text is no `metav1.Time`, or no `metav1.MicroTime` where it must have six fractional digits; nil where
    /// it is one.
    static func problem(_ text: String, isMicro: Bool) -> String? {
        var parser = GoTime(text, isMicro: isMicro)
        parser.parse(isMicro: isMicro)
        return parser.problem
    }

    private init(_ text: String, isMicro: Bool) {
        self.text = text
        layout = isMicro ? "2006-01-02T15:04:05.000000Z07:00" : "2006-01-02T15:04:05Z07:00"
        rest = text[...]
    }

    private mutating func parse(isMicro: Bool) {
        let elements: [(literal: String, layout: String, name: String, range: ClosedRange<Int>)] = [
            ("", "2006", "year", 0...9999), ("-", "01", "month", 1...12), ("-", "02", "day", 1...31),
            ("T", "15", "hour", 0...23), (":", "04", "minute", 0...59), (":", "05", "second", 0...59),
        ]
        for element in elements {
            guard rest.hasPrefix(element.literal) else { return fail(element.literal) }
            rest = rest.dropFirst(element.literal.count)
            let digits = rest.prefix(element.layout.count)
            guard digits.utf8.count == element.layout.count, Self.areDigits(digits), let value = Int(digits) else {
                return fail(element.layout)
            }
            rest = rest.dropFirst(element.layout.count)
            guard element.range.contains(value) else {
                problem = "parsing time \"\(text)\": \(element.name) out of range"
                return
            }
        }
        let fraction = rest.hasPrefix(".") ? rest.dropFirst().prefix { $0.isASCII && $0.isNumber } : ""
        if isMicro {
            guard fraction.count >= 6 else { return fail(".000000") }
            rest = rest.dropFirst(7)
        } else if !fraction.isEmpty {
            rest = rest.dropFirst(fraction.count + 1)
        }
        zone()
    }

    private mutating func zone() {
        if rest.hasPrefix("Z") {
            rest = rest.dropFirst()
        } else {
            let offset = Array(rest.utf8.prefix(6))
            guard offset.count == 6, offset[0] == UInt8(ascii: "+") || offset[0] == UInt8(ascii: "-"),
                offset[3] == UInt8(ascii: ":"), Self.areDigits(rest.dropFirst().prefix(2)),
                Self.areDigits(rest.dropFirst(4).prefix(2))
            else { return fail("Z07:00") }
            rest = rest.dropFirst(6)
        }
        if !rest.isEmpty { problem = "parsing time \"\(text)\": extra text: \"\(rest)\"" }
    }

    private mutating func fail(_ element: String) {
        problem = "parsing time \"\(text)\" as \"\(layout)\": cannot parse \"\(rest)\" as \"\(element)\""
    }

    private static func areDigits(_ text: Substring) -> Bool { text.utf8.allSatisfy { (0x30...0x39).contains($0) } }
}
