/// A whole number of percent, which may come as a number or a string.
struct Percent: Sendable, Hashable, Codable {
    var value: Int

    init(_ value: Int) { self.value = value }

    init?(_ text: String) {
        guard let value = Int(text.hasSuffix("%") ? String(text.dropLast()) : text), (0...100).contains(value) else {
            return nil
        }
        self.value = value
    }

    static let expectation = "must be a whole number of percent from 0 to 100"

    init(from decoder: any Decoder) throws {
        let text = try ScalarText(from: decoder).text
        guard let percent = Self(text) else {
            throw FieldProblem("\(Self.expectation), not \(Quoted.text(text))").error(at: decoder)
        }
        self = percent
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(value)
    }
}
