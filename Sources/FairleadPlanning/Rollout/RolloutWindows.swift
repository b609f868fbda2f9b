public import FairleadAPI
import KubernetesCore

/// The requests since the steps of rollouts began, out of the routers' reports.
///
/// Guarantees: routers that restart or vanish take nothing away (``FairleadAPI/ReportSum``).
///
/// Caveats: it is memory. A controller that starts anew counts from its own beginning: a step that runs needs its
/// `minRequests` again, and lasts until it has them; what was decided stays decided.
public struct RolloutWindows: Sendable {
    private struct Mark: Sendable {
        var since: Time
        var total: RequestWindow
    }

    /// The sum that the reports are folded into.
    public var sum = ReportSum()
    private var marks: [ReportSum.Key: Mark] = [:]

    /// Nothing seen yet.
    public init() {}

    /// The requests of the candidate in its step, and of the stable revision since the rollout's beginning.
    ///
    /// Where the stable one has had fewer than `minRequests` since, everything that is known of it.
    ///
    /// - Parameters:
    ///   - service: The service, as `namespace/name`.
    ///   - status: How the rollout stands, as ``RolloutMachine`` is told.
    ///   - minRequests: How many requests decide.
    public mutating func windows(
        service: String, _ status: RolloutStatus?, minRequests: Int
    ) -> (candidate: RequestWindow, stable: RequestWindow) {
        guard let status, let name = status.candidate else { return (RequestWindow(), RequestWindow()) }
        let candidate = status.stepStartedAt.map { window(of: .init(service: service, revision: name), since: $0) }
        guard let stable = status.stable, let began = status.startedAt else {
            return (candidate ?? RequestWindow(), RequestWindow())
        }
        let key = ReportSum.Key(service: service, revision: stable)
        let recent = window(of: key, since: began)
        let isEnough = recent.requests >= UInt64(max(1, minRequests))
        return (candidate ?? RequestWindow(), isEnough ? recent : sum.total(key))
    }

    /// Forgets the revisions of a service that are gone; all of them, where it is gone itself.
    public mutating func retain(service: String, revisions: Set<String>) {
        marks = marks.filter { $0.key.service != service || revisions.contains($0.key.revision) }
        sum.retain(service: service, revisions: revisions)
    }

    private mutating func window(of key: ReportSum.Key, since: Time) -> RequestWindow {
        let total = sum.total(key)
        if let mark = marks[key], mark.since == since { return total.since(mark.total) }
        marks[key] = Mark(since: since, total: total)
        return RequestWindow()
    }
}
