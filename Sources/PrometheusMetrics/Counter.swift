/// A number that never falls.
///
/// Values of labels are given in the order of the labels' names; what is missing is empty, what is too much is ignored.
public struct Counter: Sendable {
    let family: MetricFamily

    /// Adds to the number; what is negative or no number is ignored.
    public func increment(by amount: Double = 1, _ labels: String...) {
        guard amount >= 0 else { return }
        family.change(labels) { series in
            if case .value(let value) = series { series = .value(value + amount) }
        }
    }

    /// Lets the number be read from where it is kept, each time that the text is made.
    public func read(_ labels: String..., value: @escaping @Sendable () -> Double) {
        family.change(labels) { $0 = .read(value) }
    }

    /// Lets all series be read from where they are kept, each time that the text is made: those that are gone are gone.
    public func readAll(_ series: @escaping @Sendable () -> [(labels: [String], value: Double)]) {
        family.readAll { series().map { ($0.labels, .value($0.value)) } }
    }
}
