import FairleadAPI
import Foundation

/// What the checks say of a candidate.
enum RolloutVerdict: Equatable {
    case passed
    /// A check failed: which, and by how much.
    case failed(String)
    /// There is too little to judge by: what is missing.
    case undecided(String)

    /// Judges a candidate's requests.
    ///
    /// - Parameters:
    ///   - candidate: Its requests in this step.
    ///   - stable: Those of the revision that it is compared with.
    ///   - spec: The checks.
    ///   - isAlone: Whether the stable revision gets no more requests, so that there is no point in waiting for them.
    init(candidate: RequestWindow, stable: RequestWindow, spec: RolloutSpec, isAlone: Bool) {
        let needed = UInt64(max(0, spec.effectiveMinRequests))
        guard candidate.requests >= needed else {
            self = .undecided("\(candidate.requests.told) of \(needed) requests: too few to decide")
            return
        }
        var verdict = Self.passed
        for check in spec.checks {
            switch Self.judge(check, candidate: candidate, stable: stable, needed: max(1, needed), isAlone: isAlone) {
            case .passed: continue
            case .failed(let text):
                self = .failed(text)
                return
            case .undecided(let text): verdict = .undecided(text)
            }
        }
        self = verdict
    }

    private static func judge(
        _ check: RolloutCheck, candidate: RequestWindow, stable: RequestWindow, needed: UInt64, isAlone: Bool
    ) -> Self {
        guard let value = Measure(check.metric, of: candidate) else { return .passed }
        let name = check.metric.rawValue
        if let limit = check.maxLatency.map(Measure.init), check.metric.quantile != nil, value.number > limit.number {
            return .failed("\(name) is \(value.text) over \(candidate.requests.told) requests, above \(limit.text)")
        }
        guard let factor = check.factor else {
            guard check.metric == .errorRate, let limit = check.max, value.number > limit else { return .passed }
            return .failed(
                "\(name) is \(value.text) over \(candidate.requests.told) requests, above \(limit.told)")
        }
        guard stable.requests >= needed else {
            return isAlone
                ? .passed
                : .undecided("the stable revision has \(stable.requests.told) of \(needed) requests to compare with")
        }
        guard let other = Measure(check.metric, of: stable, isBaseline: true), value.number > factor * other.number
        else { return .passed }
        return .failed(
            "\(name) is \(value.text) over \(candidate.requests.told) requests, above \(factor.told) times the "
                + "stable revision's \(other.text)")
    }

    /// A measured value, and how it is told.
    private struct Measure {
        var number: Double
        var text: String

        init(_ limit: FairleadDuration) {
            number = limit.duration / .seconds(1)
            text = limit.text
        }

        /// - Parameter isBaseline: Whether others are compared with it: no error in n requests says no more than that
        ///   the rate is below 1/n.
        init?(_ metric: RolloutCheck.Metric, of window: RequestWindow, isBaseline: Bool = false) {
            guard let quantile = metric.quantile else {
                guard window.requests > 0 else { return nil }
                let errors = isBaseline ? max(1, window.errors) : window.errors
                number = Double(errors) / Double(window.requests)
                text = number.told
                return
            }
            guard let time = window.latencies.quantile(quantile) else { return nil }
            number = time / .seconds(1)
            text = number < 1 ? "\((number * 1000).told)ms" : "\(number.told)s"
        }
    }
}

extension Double {
    /// Three significant digits: what changes below them is not worth telling.
    fileprivate var told: String { String(format: "%.3g", self) }
}

extension UInt64 {
    /// Two significant digits from 100 on: a status that changed with every request would be written for every one.
    var told: Int64 {
        var unit: UInt64 = 1
        while self / unit >= 100 { unit *= 10 }
        return Int64(clamping: self / unit * unit)
    }
}
