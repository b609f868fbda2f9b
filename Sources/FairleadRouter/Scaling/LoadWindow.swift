/// The mean of a measure over the time behind: over all of it, or over its last part.
struct LoadWindow: Sendable {
    private struct Bucket: Sendable {
        var number: Int64
        var sum: Double
        var count: Double
    }

    /// Into how many buckets the time is divided.
    private static let bucketCount = 60.0

    private let bucketLength: Duration
    private let length: Duration
    private var buckets: [Bucket] = []
    private var began: Duration?

    /// - Parameter length: How long a value counts.
    init(length: Duration) {
        self.length = max(.seconds(6), length)
        bucketLength = self.length / Self.bucketCount
    }

    /// Adds what was measured; values come in order of time.
    mutating func add(_ value: Double, at now: Duration) {
        if began == nil { began = now }
        let number = number(now)
        if let last = buckets.last, last.number >= number {
            buckets[buckets.count - 1].sum += value
            buckets[buckets.count - 1].count += 1
        } else {
            buckets.append(Bucket(number: number, sum: value, count: 1))
        }
        let oldest = number - Int64(Self.bucketCount)
        buckets.removeAll { $0.number <= oldest }
    }

    /// The mean over the last part of the time; nil where nothing was measured in it.
    ///
    /// - Parameter share: How much of the time, from 0 to 1.
    func mean(of share: Double = 1, at now: Duration) -> Double? {
        let oldest = number(now) - Int64((Self.bucketCount * share).rounded(.up))
        let recent = buckets.filter { $0.number > oldest }
        let count = recent.reduce(0) { $0 + $1.count }
        return count > 0 ? recent.reduce(0) { $0 + $1.sum } / count : nil
    }

    /// Whether it has measured for its whole length.
    func isFull(at now: Duration) -> Bool { began.map { now - $0 >= length } ?? false }

    private func number(_ time: Duration) -> Int64 { Int64((time / bucketLength).rounded(.down)) }
}
