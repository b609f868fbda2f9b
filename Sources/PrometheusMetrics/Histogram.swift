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

    private func observe(_ value: Double, _ labels: [String]) {
        family.change(labels) { series in
            guard case .histogram(var counts) = series else { return }
            series = .value(0)
            counts.observe(value)
            series = .histogram(counts)
        }
    }
}
