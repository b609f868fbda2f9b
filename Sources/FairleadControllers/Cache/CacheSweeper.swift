import ControllerRuntime
import FairleadAPI
import FairleadPlanning
import Foundation
import KubernetesCore

/// Deletes entries of the cache that nobody can use any more, each when its time has come.
struct CacheSweeper: Sendable {
    let desk: CacheDesk

    /// How often a claim is looked at.
    private static let claimInterval = Duration.seconds(3600)

    /// Looks at one entry.
    func reconcile(_ key: ObjectKey) async throws -> Requeue {
        guard let entry = desk.entries[key] else { return .onChange }
        let now = desk.clock.now
        switch entry.state {
        case .done:
            if let expiry = entry.expiry?.date, expiry > now {
                return .after(.milliseconds(Int64(min(expiry.timeIntervalSince(now), 86_400) * 1000) + 1))
            }
            try await desk.delete(entry)
        case .claimed:
            if let time = entry.time?.date, now.timeIntervalSince(time) < 3600 { return .after(Self.claimInterval) }
            let run = try await desk.claimant(of: entry)
            guard !entry.isBeingComputed(by: run) else { return .after(Self.claimInterval) }
            try await desk.delete(entry)
        case nil: break
        }
        return .onChange
    }
}
