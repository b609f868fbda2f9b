import FairleadAPI
import Foundation
import KubernetesCore

extension ServiceTurn {
    /// Writes the status where it changed, tells what happened, and lets go of what the status names no more.
    mutating func finish() {
        refusal = memory.refusal(.service, name, now: now)
        unrouted = spec?.gateway == nil ? nil : memory.refusal(.httpRoute, name, now: now)
        let status = ServiceStatusBuilder(turn: self).status
        if status != service.status { actions.append(.patchStatus(status)) }
        for event in ServiceEvents(before: service.status, after: status).all { actions.append(.note(event)) }
        for decided in tracks { actions += decided.output.events.map(InferenceServiceAction.note) }
        removeObjects()
    }

    /// What the service's models must know.
    ///
    /// A service that is suspended, or that can't be read, holds no alias back: it only keeps the versions that it names.
    var followers: [ServiceFollower] {
        guard let spec, !spec.isSuspended else {
            return ServiceFollower.unknown(service).filter { follower in
                if case .version = follower.follower.selector { true } else { false }
            }
        }
        return tracks.compactMap { decided in
            guard let reference = decided.track.reference else { return nil }
            var outcome = ModelFollower.Outcome.underWay
            if let version = decided.track.version, case .success(let wanted) = decided.track.wanted {
                switch decided.output.outcome {
                case .underWay: break
                case .finished(let revision): if revision == wanted.name { outcome = .finished(version) }
                case .rolledBack(let revision, let message):
                    if revision == wanted.name { outcome = .rolledBack(version, message: message) }
                }
            }
            return ServiceFollower(
                model: reference.model,
                follower: ModelFollower(
                    name: ServiceFollower.name(service), selector: reference.selector, outcome: outcome))
        }
    }
}
