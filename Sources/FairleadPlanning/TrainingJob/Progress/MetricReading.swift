import FairleadAPI
import KubernetesCore

/// What was read of a job's metrics, the newest value of each; nil for one that is no number any more.
///
/// Guarantees: no more than ``Limits/jobMetrics`` names, none longer than ``JobProgress/maximumNameLength``; every number
/// is finite.
public struct MetricReading: Sendable, Hashable {
    /// What says how far a job is; a coarser measure is not overruled by a finer one, which starts anew in each epoch.
    public enum Measure: Int, Sendable, Hashable, Comparable {
        case step, epoch, progress

        public static func < (left: Measure, right: Measure) -> Bool { left.rawValue < right.rawValue }
    }

    /// The values by name.
    public private(set) var values: [String: Double?] = [:]
    /// What the progress was taken from; nil where there is none.
    public private(set) var measure: Measure?

    /// Nothing yet.
    ///
    /// - Parameter measure: What the job's progress was taken from before.
    public init(measure: Measure? = nil) { self.measure = measure }

    /// Whether nothing was read.
    public var isEmpty: Bool { values.isEmpty }

    /// Takes the value of a metric; those beyond the limit are left out.
    mutating func take(_ name: String, _ value: MetricText) {
        switch value {
        case .notFinite: set(name, nil)
        case .number(let number):
            guard name == JobProgress.percentName else { return set(name, number) }
            takeProgress(number, .progress)
        case .percentage(let number):
            if name == JobProgress.percentName { takeProgress(number, .progress) } else { set(name, number) }
        case .fraction(let part, let whole):
            guard name != JobProgress.percentName else { return takeProgress(100 * part / whole, .progress) }
            set(name, part)
            if let measure = Self.measures[name.lowercased()] { takeProgress(100 * part / whole, measure) }
        }
    }

    /// Sets a metric, or takes it away; what is beyond the limit is left out.
    public mutating func set(_ name: String, _ value: Double?) {
        guard !name.isEmpty, name.utf8.count <= JobProgress.maximumNameLength, value?.isFinite != false,
            values.keys.contains(name) || values.count < Limits.published.jobMetrics
        else { return }
        values[name] = .some(value)
    }

    /// Takes newer values over these.
    public mutating func merge(_ newer: MetricReading) {
        for (name, value) in newer.values.sorted(by: { $0.key < $1.key }) { set(name, value) }
        measure = newer.measure ?? measure
    }

    /// These values without some.
    public func filter(_ isKept: (String) -> Bool) -> MetricReading {
        var filtered = self
        filtered.values = values.filter { isKept($0.key) }
        return filtered
    }

    private mutating func takeProgress(_ percent: Double, _ measure: Measure) {
        guard percent.isFinite, self.measure.map({ $0 <= measure }) ?? true else { return }
        self.measure = measure
        set(JobProgress.percentName, max(0, min(100, percent)))
    }

    private static let measures: [String: Measure] = [
        "epoch": .epoch, "epochs": .epoch, "round": .epoch, "step": .step, "steps": .step, "global_step": .step,
        "iteration": .step, "iterations": .step, "iter": .step,
    ]
}
