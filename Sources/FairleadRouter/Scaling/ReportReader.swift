import ControllerMachines
import ControllerRuntime
import FairleadAPI
import KubernetesCore
import Synchronization

/// Sums what all routers report, and knows by their reports which routers there are.
final class ReportReader: Sendable {
    fileprivate struct State {
        var sum = ReportSum()
        /// The router of each ConfigMap, and when its content last changed.
        var records: [ObjectKey: (metadata: ObjectMeta, router: String?, changedAt: Duration)] = [:]

        var routers: Set<String> { Set(records.values.compactMap(\.router)) }
    }

    /// After how long without a sign of life a router counts as gone.
    static let patience = Duration.seconds(60)

    let records: Store<RouterReportRecord>
    private let state = Mutex(State())
    private let router: String
    private let onShare: @Sendable (RouterShare) -> Void
    private let clock: any RuntimeClock

    /// A reader.
    ///
    /// - Parameters:
    ///   - router: The name of the router that reads.
    ///   - clock: For how old reports are.
    ///   - onShare: Takes the router's share whenever a router came or went; the report of one that was killed is
    ///     removed after a while.
    init(router: String = "", clock: any RuntimeClock, onShare: @escaping @Sendable (RouterShare) -> Void = { _ in }) {
        self.router = router
        self.onShare = onShare
        self.clock = clock
        records = Store(clock: clock)
        records.subscribe { [weak self] change, source in self?.take(change, source) }
    }

    /// What is known of a revision.
    func load(service: ObjectKey, revision: String) -> RevisionLoad {
        let key = ReportSum.Key(service: service.description, revision: revision)
        return state.withLock { state in
            RevisionLoad(concurrency: state.sum.concurrency(key), ended: state.sum.total(key).requests)
        }
    }

    /// The ConfigMaps of routers that have not given a sign of life for too long.
    func stale() -> [ObjectMeta] {
        let now = clock.elapsed
        return state.withLock { state in
            state.records.values.filter { now - $0.changedAt > Self.patience }.map(\.metadata)
        }
    }

    /// Forgets all revisions but those of each service, by `namespace/name`.
    func retain(_ revisions: [String: Set<String>]) {
        state.withLock { state in
            for service in state.sum.services {
                state.sum.retain(service: service, revisions: revisions[service] ?? [])
            }
        }
    }

    private func take(_ change: ObjectChange<RouterReportRecord>, _ source: ChangeSource) {
        let now = clock.elapsed
        let routers = state.withLock { state -> Set<String>? in
            let before = state.routers
            state.take(change, source, now: now)
            return state.routers == before ? nil : state.routers
        }
        if let routers { onShare(RouterShare(of: router, among: routers)) }
    }
}

extension ReportReader.State {
    fileprivate mutating func take(
        _ change: ObjectChange<RouterReportRecord>, _ source: ChangeSource, now: Duration
    ) {
        switch change {
        case .added(let record), .updated(_, let record):
            records[record.key] = (record.metadata, record.report?.router, now)
            guard let report = record.report else { return }
            if source == .list { sum.begin(with: report) } else { sum.fold(report) }
        case .deleted(let record):
            let router = records.removeValue(forKey: record.key)?.router
            if let router { sum.remove(router: router) }
        }
    }
}
