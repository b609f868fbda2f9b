import Synchronization

/// A metric with its series, one for each combination of labels' values.
final class MetricFamily: Sendable {
    /// What a series holds.
    enum Series: Sendable {
        case value(Double)
        /// Asked when the text is made.
        case read(@Sendable () -> Double)
        case histogram(HistogramCounts)
    }

    private struct State {
        var series: [[String]: Series] = [:]
        var reader: (@Sendable () -> [(labels: [String], series: Series)])?
        var dropped = 0.0
    }

    let declaration: MetricDeclaration
    private let limit: Int
    private let state = Mutex(State())

    init(_ declaration: MetricDeclaration, limit: Int) {
        self.declaration = declaration
        self.limit = limit
        if declaration.labels.isEmpty { change([]) { _ in } }
    }

    /// Values that were not taken, for the series would have been too many.
    var dropped: Double { state.withLock { $0.dropped } }

    /// All series by their labels' values; those that are read one by one are not asked yet.
    var series: [[String]: Series] {
        guard let reader = state.withLock({ $0.reader }) else { return state.withLock { $0.series } }
        let all = reader().map { (fitted($0.labels), $0.series) }
            .sorted { $0.0.lexicographicallyPrecedes($1.0) }
        state.withLock { $0.dropped = Double(max(0, all.count - limit)) }
        return Dictionary(all.prefix(limit), uniquingKeysWith: { $1 })
    }

    /// Lets all series come from elsewhere.
    func readAll(_ reader: @escaping @Sendable () -> [(labels: [String], series: Series)]) {
        state.withLock { $0.reader = reader }
    }

    /// Changes a series, which begins at zero.
    func change(_ values: [String], _ body: (inout Series) -> Void) {
        let values = fitted(values)
        state.withLock { state in
            if state.series[values] == nil {
                guard state.series.count < limit else {
                    state.dropped += 1
                    return
                }
                state.series[values] =
                    declaration.kind == .histogram
                    ? .histogram(HistogramCounts(bounds: declaration.buckets)) : .value(0)
            }
            if var series = state.series.updateValue(.value(0), forKey: values) {
                body(&series)
                state.series[values] = series
            }
        }
    }

    /// As many values as there are labels: what is missing is empty, what is too much is left out.
    private func fitted(_ values: [String]) -> [String] {
        let missing = declaration.labels.count - values.count
        if missing == 0 { return values }
        return missing > 0 ? values + Array(repeating: "", count: missing) : Array(values.dropLast(-missing))
    }
}

/// How many values a histogram saw, by size.
struct HistogramCounts: Sendable {
    let bounds: [Double]
    /// One a bound, and one for what is larger.
    private(set) var counts: [UInt64]
    private(set) var sum = 0.0

    init(bounds: [Double]) {
        self.bounds = bounds
        counts = Array(repeating: 0, count: bounds.count + 1)
    }

    /// Counts that are kept elsewhere; what is missing is 0, what is too much is left out.
    init(bounds: [Double], counts: [UInt64], sum: Double) {
        self.init(bounds: bounds)
        for (index, count) in zip(self.counts.indices, counts) { self.counts[index] = count }
        self.sum = sum
    }

    mutating func observe(_ value: Double) {
        guard !value.isNaN else { return }
        let index = bounds.firstIndex { value <= $0 } ?? bounds.count
        counts[index] += 1
        sum += value
    }
}
