/// What a metric is called and means, without its values.
public struct MetricDeclaration: Sendable, Hashable {
    /// How values behave.
    public enum Kind: String, Sendable, Hashable {
        /// They never fall, but start over with the process.
        case counter
        /// They rise and fall.
        case gauge
        /// They are counted by size.
        case histogram
    }

    /// The name, such as `http_requests_total`.
    public var name: String
    /// How values behave.
    public var kind: Kind
    /// The names of the labels, in the order in which values are given.
    public var labels: [String]
    /// One sentence for people.
    public var help: String
    /// The upper bounds of a histogram's buckets, ascending, without infinity; else empty.
    public var buckets: [Double]

    /// Describes a metric.
    public init(_ kind: Kind, _ name: String, _ help: String, labels: [String] = [], buckets: [Double] = []) {
        self.name = name
        self.kind = kind
        self.labels = labels
        self.help = help
        self.buckets = buckets
    }

    /// Whether the text format has room for it: names are of letters, digits, `_`, a metric's also of `:`; a label
    /// does not begin with `__`, is there once, and is not a histogram's `le`.
    public var isValid: Bool {
        Self.isName(name, allowsColon: true) && Set(labels).count == labels.count
            && labels.allSatisfy {
                Self.isName($0, allowsColon: false) && !$0.hasPrefix("__") && (kind != .histogram || $0 != "le")
            }
            && buckets.allSatisfy(\.isFinite) && zip(buckets, buckets.dropFirst()).allSatisfy { $0 < $1 }
    }

    private static func isName(_ text: String, allowsColon: Bool) -> Bool {
        guard let first = text.utf8.first, !(0x30...0x39).contains(first) else { return false }
        return text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), 0x30...0x39,
                UInt8(ascii: "_"):
                true
            case UInt8(ascii: ":"): allowsColon
            default: false
            }
        }
    }
}
