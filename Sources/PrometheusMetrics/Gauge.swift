/// A number that rises and falls.
///
/// Values of labels are given in the order of the labels' names; what is missing is empty, what is too much is ignored.
public struct Gauge: Sendable {
    let family: MetricFamily

    /// Sets the number.
    public func set(_ value: Double, _ labels: String...) {
        family.change(labels) { $0 = .value(value) }
    }

    /// Adds to the number, or takes from it.
    public func add(_ amount: Double, _ labels: String...) {
        family.change(labels) { series in
            if case .value(let value) = series { series = .value(value + amount) }
        }
    }

    /// Lets all series be read from where they are kept, each time that the text is made: those that are gone are gone.
    public func readAll(_ series: @escaping @Sendable () -> [(labels: [String], value: Double)]) {
        family.readAll { series().map { ($0.labels, .value($0.value)) } }
    }

    /// Lets the number be read from where it is kept, each time that the text is made.
    public func read(_ labels: String..., value: @escaping @Sendable () -> Double) {
        family.change(labels) { $0 = .read(value) }
    }
}
