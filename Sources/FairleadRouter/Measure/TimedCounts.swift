import FairleadAPI
import NIOCore

/// How long things took, and their sum.
struct TimedCounts: Sendable {
    /// The bounds of a metric in seconds: those of the histogram's buckets at which a time has doubled, from 0.4 ms to
    /// 105 s.
    static let bounds: [Double] = doublings.map { LatencyHistogram.lowerBound(ofBucket: 4 * $0) }

    private static let doublings = 2...20

    private(set) var histogram = LatencyHistogram()
    private(set) var seconds = 0.0

    mutating func count(_ time: TimeAmount) {
        let length = Double(time.nanoseconds) * 1e-9
        histogram.add(seconds: length)
        seconds += length
    }

    /// One number a bound, and one for what is longer.
    var counts: [UInt64] {
        var counts = [UInt64](repeating: 0, count: Self.bounds.count + 1)
        for bucket in 0..<LatencyHistogram.bucketCount {
            counts[min(max(0, bucket / 4 - Self.doublings.lowerBound + 1), Self.bounds.count)] += histogram[bucket]
        }
        return counts
    }
}
