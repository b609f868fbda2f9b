import KubernetesCore

/// How many items of a map may fail with the task still successful: a number, or a share such as `"1%"`.
public enum MaxFailed: Sendable, Hashable, Codable {
    /// That many items.
    case count(Int)
    /// That share of all items, from 0 to 100.
    case percent(Double)

    /// Reads `3` or `1%`; nil where the text is neither.
    public init?(_ text: String) {
        if let count = Int(text), count >= 0 {
            self = .count(count)
        } else if text.utf8.count <= 20, text.hasSuffix("%"), let percent = Double(text.dropLast()),
            percent >= 0, percent <= 100
        {
            self = .percent(percent)
        } else {
            return nil
        }
    }

    /// How many of that many items may fail.
    public func allowed(of total: Int) -> Int {
        switch self {
        case .count(let count): min(count, total)
        case .percent(let percent): Int((Double(total) * percent / 100).rounded(.down))
        }
    }

    /// What a message says about a value that is none.
    static let expectation = "must be a number of items, or a share such as \"1%\""

    public init(from decoder: any Decoder) throws {
        let value = try JSONValue(from: decoder)
        switch value {
        case .integer(let number) where number >= 0: self = .count(Int(number))
        case .string(let text):
            guard let value = Self(text) else {
                throw FieldProblem("\(Self.expectation), not \(Quoted.text(text))").error(at: decoder)
            }
            self = value
        default:
            let shown = value.doubleValue == nil ? DecodingProblem.name(of: value) : JSONWriter.string(value)
            throw FieldProblem("\(Self.expectation), not \(shown)").error(at: decoder)
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .count(let count): try container.encode(count)
        case .percent(let percent):
            let isWhole = percent == percent.rounded()
            try container.encode(isWhole ? "\(Int(percent))%" : "\(percent)%")
        }
    }
}
