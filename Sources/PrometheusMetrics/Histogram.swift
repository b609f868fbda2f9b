/// Numbers that are counted by size.
///
/// Values of labels are given in the order of the labels' names; what is missing is empty, what is too much is ignored.
public struct Histogram: Sendable {
    /// Bounds in seconds for what takes from a millisecond to a minute.
    public static let durations: [Double] = [
        0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60,
    ]

    let family: MetricFamily

    /// Counts a number; one that is none is ignored.
    public func observe(_ value: Double, _ labels: String...) { observe(value, labels) }

    /// Counts a duration, in seconds.
    public func observe(_ duration: Duration, _ labels: String...) { observe(duration / .seconds(1), labels) }

    /// Lets all series be read from where they are kept, each time that the text is made: those that are gone are gone.
    ///
    /// - Parameter series: For each its counts, one a bound and one for what is larger, and the sum of the numbers.
    public func readAll(_ series: @escaping @Sendable () -> [(labels: [String], counts: [UInt64], sum: Double)]) {
        let bounds = family.declaration.buckets
        family.readAll {
            series().map { ($0.labels, .histogram(HistogramCounts(bounds: bounds, counts: $0.counts, sum: $0.sum))) }
        }
    }

    private func observe(_ value: Double, _ labels: [String]) {
        family.change(labels) { series in
            guard case .histogram(var counts) = series else { return }
            series = .value(0)
            counts.observe(value)
            series = .histogram(counts)
        }
    }
}
