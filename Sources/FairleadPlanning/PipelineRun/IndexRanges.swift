/// A set of indexes as ascending ranges: `0-2800,2803`.
///
/// Costs follow the number of ranges, not of indexes.
public struct IndexRanges: Sendable, Hashable {
    /// The ranges, ascending, with a gap between any two.
    public private(set) var ranges: [ClosedRange<Int>] = []
    /// How many indexes it holds.
    public private(set) var count = 0

    /// No index.
    public init() {}

    /// Reads `0-2800,2803`; parts that are no ranges of indexes are left out.
    public init(parsing text: String) {
        for part in text.split(separator: ",") {
            let ends = part.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
            guard let first = ends.first ?? nil, let last = ends.last ?? nil, ends.count <= 2, first >= 0,
                last >= first
            else { continue }
            insert(first...last)
        }
    }

    /// Whether it holds nothing.
    public var isEmpty: Bool { ranges.isEmpty }

    /// Whether it holds an index.
    public func contains(_ index: Int) -> Bool {
        let place = firstRange(endingAtOrAfter: index)
        return place < ranges.count && ranges[place].contains(index)
    }

    /// Adds an index.
    public mutating func insert(_ index: Int) { insert(index...index) }

    /// Adds all indexes of a range.
    public mutating func insert(_ range: ClosedRange<Int>) {
        let before = range.lowerBound == .min ? range.lowerBound : range.lowerBound - 1
        let first = firstRange(endingAtOrAfter: before)
        var end = first
        var (lower, upper) = (range.lowerBound, range.upperBound)
        while end < ranges.count, ranges[end].lowerBound <= (range.upperBound == .max ? .max : range.upperBound + 1) {
            lower = min(lower, ranges[end].lowerBound)
            upper = max(upper, ranges[end].upperBound)
            count -= ranges[end].count
            end += 1
        }
        ranges.replaceSubrange(first..<end, with: CollectionOfOne(lower...upper))
        count += upper - lower + 1
    }

    /// The text form: `0-2800,2803`.
    public var text: String {
        ranges.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)" }
            .joined(separator: ",")
    }

    /// The text form of the first ranges; it ends with `…` where there are more.
    public func text(limit: Int) -> String {
        guard ranges.count > limit else { return text }
        var first = IndexRanges()
        first.ranges = Array(ranges.prefix(limit))
        return "\(first.text),\(Self.more)"
    }

    /// What a text ends with that does not show all ranges.
    static let more = "…"

    private func firstRange(endingAtOrAfter index: Int) -> Int {
        var (low, high) = (0, ranges.count)
        while low < high {
            let middle = (low + high) / 2
            if ranges[middle].upperBound < index { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
