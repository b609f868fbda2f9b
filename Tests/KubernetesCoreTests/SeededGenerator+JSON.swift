import KubernetesCore
import PropertyTesting

/// Values to feed to what reads and writes JSON.
extension SeededGenerator {
    private static let texts = [
        "", "a", "name", "ü", "\u{1F600}", "\u{2028}", "\"\\/\u{8}\u{c}\n\r\t\u{0}\u{1f}\u{7f}", "e\u{301}", "\u{FFFD}",
        "a much longer text that certainly fits in no small string",
    ]

    private static let numbers: [JSONValue] = [
        0, -1, 7, .integer(.max), .integer(.min), 0.5, -2.25, 1e300, .double(.leastNonzeroMagnitude), 0.1,
        12345.678901234567,
    ]

    /// A value with extreme leaves; without nulls where asked, since a merge patch cannot carry those.
    mutating func value(depth: Int = 4, withNulls: Bool = true) -> JSONValue {
        switch Int.random(in: 0..<(depth > 0 ? 9 : 5), using: &self) {
        case 0: return withNulls ? .null : true
        case 1: return .bool(Bool.random(using: &self))
        case 2: return Self.numbers.randomElement(using: &self) ?? 0
        case 3, 4: return .string(text())
        case 5, 6:
            return .array(
                (0..<Int.random(in: 0..<4, using: &self)).map { _ in value(depth: depth - 1, withNulls: withNulls) })
        default: return object(depth: depth, withNulls: withNulls)
        }
    }

    mutating func object(depth: Int = 4, withNulls: Bool = true) -> JSONValue {
        var members: [String: JSONValue] = [:]
        for _ in 0..<Int.random(in: 0..<5, using: &self) {
            members[text()] = value(depth: depth - 1, withNulls: withNulls)
        }
        return .object(members)
    }

    mutating func text() -> String { Self.texts.randomElement(using: &self) ?? "" }
}
