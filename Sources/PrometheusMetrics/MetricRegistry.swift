import Synchronization

/// The metrics of a process, and their text in Prometheus' format 0.0.4.
///
/// Guarantees: the text is the same for the same values, whatever the order in which they came; a metric that is declared
/// twice is one; what the format has no room for, and what contradicts an earlier declaration, is never shown; a metric
/// has a bounded number of series, and ``droppedName`` tells of values beyond.
public final class MetricRegistry: Sendable {
    /// The media type of ``text()``.
    public static let contentType = "text/plain; version=0.0.4; charset=utf-8"
    /// The counter of values that were left out, by metric.
    public static let droppedName = "metrics_dropped_total"

    private let seriesLimit: Int
    private let families = Mutex<[String: MetricFamily]>([:])

    /// An empty registry.
    ///
    /// - Parameter seriesLimit: The most series of a metric.
    public init(seriesLimit: Int = 1000) { self.seriesLimit = max(1, seriesLimit) }

    /// Declares a number that never falls; by convention its name ends in `_total`.
    public func counter(_ name: String, _ help: String, labels: [String] = []) -> Counter {
        Counter(family: family(MetricDeclaration(.counter, name, help, labels: labels)))
    }

    /// Declares a number that rises and falls.
    public func gauge(_ name: String, _ help: String, labels: [String] = []) -> Gauge {
        Gauge(family: family(MetricDeclaration(.gauge, name, help, labels: labels)))
    }

    /// Declares numbers that are counted by size.
    ///
    /// - Parameters:
    ///   - name: With the unit at its end: `_seconds`, `_bytes`.
    ///   - help: One sentence.
    ///   - labels: The names of the labels.
    ///   - buckets: The upper bounds of the sizes, ascending, without infinity.
    public func histogram(
        _ name: String, _ help: String, labels: [String] = [], buckets: [Double] = Histogram.durations
    ) -> Histogram {
        Histogram(family: family(MetricDeclaration(.histogram, name, help, labels: labels, buckets: buckets)))
    }

    /// What is declared, by name; the counter of what was left out is always there.
    public var declarations: [MetricDeclaration] { all.map(\.declaration) }

    /// All metrics as text, ready to be scraped.
    public func text() -> String {
        var text = ""
        for family in all { TextFormat.write(family, to: &text) }
        return text
    }

    private var all: [MetricFamily] {
        let families = families.withLock { Array($0.values) }
        let dropped = MetricFamily(
            MetricDeclaration(
                .counter, Self.droppedName, "Values that were left out, since the metric has too many series.",
                labels: ["metric"]), limit: .max)
        for family in families where family.dropped > 0 {
            Counter(family: dropped).increment(by: family.dropped, family.declaration.name)
        }
        return (families + [dropped]).sorted { $0.declaration.name < $1.declaration.name }
    }

    private func family(_ declaration: MetricDeclaration) -> MetricFamily {
        let new = MetricFamily(declaration, limit: seriesLimit)
        guard declaration.isValid, declaration.name != Self.droppedName else { return new }
        return families.withLock { families in
            if let known = families[declaration.name] {
                return known.declaration == declaration ? known : new
            }
            families[declaration.name] = new
            return new
        }
    }
}
