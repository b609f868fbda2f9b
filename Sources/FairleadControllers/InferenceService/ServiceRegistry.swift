import ControllerMachines
import FairleadAPI
import FairleadPlanning
import KubernetesCore
import Synchronization

/// What is remembered of the services: their newest versions, what their plans remember, whom they follow, and the
/// requests by which rollouts are judged.
///
/// Guarantees: nothing here is the truth; a controller that starts anew does without.
final class ServiceRegistry: Sendable {
    private struct Entry: Sendable {
        /// The service as the last of our own writes showed it.
        var service: InferenceService
        var memory = ServiceMemory()
        /// What it follows, nil until it was planned for.
        var followers: [ServiceFollower]?
    }

    private let entries = Mutex<[String: Entry]>([:])
    private let windows = Mutex(RolloutWindows())

    /// The newer of a service as the store has it and as our own last write left it.
    func newest(_ service: InferenceService) -> InferenceService {
        entries.withLock { entries in
            guard let known = entries[service.metadata.uid]?.service else {
                entries[service.metadata.uid] = Entry(service: service)
                return service
            }
            if let ours = known.metadata.resourceVersion, let theirs = service.metadata.resourceVersion, ours != theirs,
                ours.isAtLeast(theirs) == true
            {
                return known
            }
            entries[service.metadata.uid]?.service = service
            return service
        }
    }

    /// Takes what the server answered to a write of ours.
    func wrote(_ service: InferenceService) { entries.withLock { $0[service.metadata.uid]?.service = service } }

    /// Works on what is remembered of a service.
    ///
    /// No lock is held meanwhile: of one service no two are at work, for the queue gives a key to one worker at a time.
    func with<Result>(_ uid: String, _ body: (inout ServiceMemory) -> Result) -> Result {
        var memory = entries.withLock { $0[uid]?.memory } ?? ServiceMemory()
        defer { entries.withLock { $0[uid]?.memory = memory } }
        return body(&memory)
    }

    /// Forgets a service.
    func close(_ service: InferenceService) {
        entries.withLock { _ = $0.removeValue(forKey: service.metadata.uid) }
        forget(service, but: [])
    }

    /// Takes what a service follows.
    ///
    /// - Returns: The models that must hear of it.
    func follow(_ uid: String, _ followers: [ServiceFollower]) -> Set<String> {
        entries.withLock { entries in
            guard let entry = entries[uid], entry.followers != followers else { return [] }
            entries[uid]?.followers = followers
            return Set(followers.map(\.model) + (entry.followers ?? []).map(\.model))
        }
    }

    /// What a service follows; nothing may move that one follows which was not planned for yet.
    func followers(_ service: InferenceService) -> [ServiceFollower] {
        entries.withLock { $0[service.metadata.uid]?.followers } ?? ServiceFollower.unknown(service)
    }

    // MARK: - Requests

    /// Takes a router's report.
    ///
    /// - Parameter isFirst: Whether it was there before this process began to read.
    /// - Returns: The services, as `namespace/name`, of which it tells something new.
    func fold(_ change: ObjectChange<RouterReportRecord>, isFirst: Bool) -> Set<String> {
        windows.withLock { windows in
            switch change {
            case .added(let record), .updated(_, let record):
                guard let report = record.report else { return [] }
                if isFirst {
                    windows.sum.begin(with: report)
                    return []
                }
                return windows.sum.fold(report)
            case .deleted(let record): return record.report.map { windows.sum.remove(router: $0.router) } ?? []
            }
        }
    }

    /// The requests of a service's rollouts, by variant.
    func windows(_ service: InferenceService) -> [String: ServiceObservation.Windows] {
        let moving = service.status.rollouts.filter { $0.candidate != nil }
        guard !moving.isEmpty else { return [:] }
        let needed = service.spec.value?.effectiveRollout.effectiveMinRequests ?? 0
        return windows.withLock { windows in
            var found: [String: ServiceObservation.Windows] = [:]
            for rollout in moving {
                let (candidate, stable) = windows.windows(
                    service: service.key.description, rollout, minRequests: needed)
                found[rollout.variant] = ServiceObservation.Windows(candidate: candidate, stable: stable)
            }
            return found
        }
    }

    /// How many requests of a service's revisions are under way.
    func underWay(_ service: InferenceService) -> [String: Int] {
        let draining = service.status.revisions.filter { $0.state == .draining }
        guard !draining.isEmpty else { return [:] }
        return windows.withLock { windows in
            Dictionary(
                draining.map { revision in
                    let key = ReportSum.Key(service: service.key.description, revision: revision.name)
                    return (revision.name, windows.sum.concurrency(key))
                }, uniquingKeysWith: { first, _ in first })
        }
    }

    /// Forgets the requests of a service's revisions that are gone.
    func forget(_ service: InferenceService, but kept: Set<String>) {
        windows.withLock { $0.retain(service: service.key.description, revisions: kept) }
    }
}
