import Foundation

/// How long requests took, in buckets of a fixed scale: histograms of several routers add up, percentiles do not.
///
/// Bucket i counts times from 0.1 ms × 2^(i/4) up to, but not including, the next one's beginning; the first takes
/// everything shorter too, the last, which begins at 23 minutes, everything longer. A quantile is therefore known to
/// a fifth of its value.
public struct LatencyHistogram: Sendable, Hashable {
    /// How many buckets there are.
    public static let bucketCount = 96
    /// Where the first bucket begins, in seconds.
    public static let base = 0.0001

    /// How many times fell into each bucket; empty while nothing did.
    private var counts: [UInt64]

    /// Nothing counted yet.
    public init() { counts = [] }

    /// Counts as a router keeps them; what is past the last bucket counts as the longest times.
    public init(counts: some Sequence<UInt64>) {
        self.counts = []
        for (bucket, count) in counts.enumerated() { add(count, toBucket: bucket) }
    }

    /// The bucket of a time.
    public static func bucket(of duration: Duration) -> Int {
        let (seconds, attoseconds) = duration.components
        return bucket(ofSeconds: Double(seconds) + Double(attoseconds) * 1e-18)
    }

    private static func bucket(ofSeconds length: Double) -> Int {
        // Also where it is no number.
        guard length > base else { return 0 }
        return Int(min(Double(bucketCount - 1), log2(length / base) * 4))
    }

    /// Where a bucket begins, in seconds.
    public static func lowerBound(ofBucket bucket: Int) -> Double { base * exp2(Double(bucket) / 4) }

    /// How many times fell into a bucket.
    public subscript(bucket: Int) -> UInt64 { counts.indices.contains(bucket) ? counts[bucket] : 0 }

    /// Whether nothing was counted.
    public var isEmpty: Bool { counts.allSatisfy { $0 == 0 } }

    /// How many times were counted.
    public var total: UInt64 { counts.reduce(0) { $0.addingSaturated($1) } }

    /// Counts a time.
    public mutating func add(_ duration: Duration) { add(1, toBucket: Self.bucket(of: duration)) }

    /// Counts a time in seconds.
    public mutating func add(seconds: Double) { add(1, toBucket: Self.bucket(ofSeconds: seconds)) }

    /// Adds to a bucket; one that is past the last counts as the last.
    public mutating func add(_ count: UInt64, toBucket bucket: Int) {
        guard count > 0, bucket >= 0 else { return }
        if counts.isEmpty { counts = [UInt64](repeating: 0, count: Self.bucketCount) }
        let index = min(bucket, Self.bucketCount - 1)
        counts[index] = counts[index].addingSaturated(count)
    }

    /// Adds what another counted.
    public mutating func add(_ other: Self) {
        for (bucket, count) in other.counts.enumerated() { add(count, toBucket: bucket) }
    }

    /// What was counted since an earlier state of the same counters; a bucket that shrank counts as nothing.
    public func since(_ earlier: Self) -> Self {
        guard !earlier.counts.isEmpty, !counts.isEmpty else { return self }
        return Self(counts: zip(counts, earlier.counts).map { $0 > $1 ? $0 - $1 : 0 })
    }

    /// The time that a share of all stayed below; nil where nothing was counted.
    ///
    /// Inside a bucket, times are taken to be spread evenly on the logarithmic scale.
    ///
    /// - Parameter share: From 0 to 1.
    public func quantile(_ share: Double) -> Duration? {
        let total = total
        guard total > 0 else { return nil }
        let rank = min(1, max(0, share)) * Double(total)
        var below = 0.0
        for (bucket, count) in counts.enumerated() where count > 0 {
            let upTo = below + Double(count)
            if upTo >= rank {
                let inside = min(1, max(0, (rank - below) / Double(count)))
                return .seconds(Self.base * exp2((Double(bucket) + inside) / 4))
            }
            below = upTo
        }
        return .seconds(Self.lowerBound(ofBucket: Self.bucketCount))
    }
}

extension LatencyHistogram: Codable {
    /// Reads `{"12": 40}`: buckets that counted something, by number; what is no bucket is passed over.
    public init(from decoder: any Decoder) throws {
        self.init()
        for (bucket, count) in try [String: UInt64](from: decoder) {
            guard let bucket = Int(bucket), bucket < Self.bucketCount else { continue }
            add(count, toBucket: bucket)
        }
    }

    public func encode(to encoder: any Encoder) throws {
        let counted = counts.enumerated().filter { $0.element > 0 }
        try Dictionary(uniqueKeysWithValues: counted.map { (String($0.offset), $0.element) }).encode(to: encoder)
    }
}

extension UInt64 {
    /// The sum, or the largest number where it is too large: counters come from outside.
    func addingSaturated(_ other: UInt64) -> UInt64 {
        let (sum, isTooLarge) = addingReportingOverflow(other)
        return isTooLarge ? .max : sum
    }
}
