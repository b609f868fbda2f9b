import KubernetesCore

/// How many processes a pod runs: a number, or `Auto` for one a GPU and one where there is none.
public enum ProcessesPerNode: Sendable, Hashable, Codable {
    /// One for each GPU, else one.
    case auto
    /// That many.
    case count(Int)

    /// Reads `Auto` or a number from 1; nil where the text is neither.
    public init?(_ text: String) {
        if text == Self.autoName {
            self = .auto
        } else if let count = Int(text), count >= 1 {
            self = .count(count)
        } else {
            return nil
        }
    }

    /// The number of processes in a pod with that many GPUs.
    public func count(gpus: Int) -> Int {
        switch self {
        case .auto: max(1, gpus)
        case .count(let count): count
        }
    }

    static let expectation = "must be Auto or a whole number from 1"
    private static let autoName = "Auto"

    public init(from decoder: any Decoder) throws {
        let text = try ScalarText(from: decoder).text
        guard let value = Self(text) else {
            throw FieldProblem("\(Self.expectation), not \(Quoted.text(text))").error(at: decoder)
        }
        self = value
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .auto: try container.encode(Self.autoName)
        case .count(let count): try container.encode(count)
        }
    }
}
