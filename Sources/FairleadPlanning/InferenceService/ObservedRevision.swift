import FairleadAPI
import Foundation
import KubernetesCore

/// A revision as its Deployments and pods show it.
struct ObservedRevision {
    /// Its name.
    let name: String
    /// Its Deployments.
    let parts: [ServiceComponent: DeploymentView]
    /// Why a pod of it does not serve, what can't be mended first; nil where nothing is wrong.
    let trouble: ServerTrouble?
    /// What its pods wait for.
    let waiting: String?
    /// How it stood when its status was last written.
    let previous: RevisionStatus?
    private let hasPods: Bool

    init(
        _ name: String, deployments: [DeploymentView], pods: [PodView], previous: RevisionStatus?
    ) {
        self.name = name
        parts = Dictionary(
            deployments.compactMap { view in view.component.map { ($0, view) } },
            uniquingKeysWith: { first, _ in first })
        let pods = pods.sorted { $0.metadata.name < $1.metadata.name }
        let troubles = pods.compactMap { ServerTrouble($0) }
        let refused = deployments.lazy.compactMap { view in
            view.refusal.map { ServerTrouble(view.metadata.name, refusal: $0) }
        }
        trouble = troubles.first(where: \.isFinal) ?? troubles.first ?? refused.first
        waiting = ServerTrouble.waiting(pods)
        hasPods = !pods.isEmpty
        self.previous = previous
    }

    /// The model's server.
    var predictor: DeploymentView? { parts[.predictor] }
    /// How many pods the model's server should have.
    var replicas: Int { predictor?.wanted ?? 0 }
    /// How many of them are ready.
    var ready: Int { predictor.map { min($0.ready, max($0.wanted, 0)) } ?? 0 }

    /// Whether it can answer, or will when a request wakes it.
    ///
    /// One that is woken counts as sleeping until its pod is ready, so that requests wait for it and are not sent away;
    /// when something is wrong with it, or it takes longer than it may, no more.
    ///
    /// - Parameters:
    ///   - components: What it consists of; what its status says where nobody wants it any more.
    ///   - mayStartAsleep: Whether one that has no pods counts as sleeping although its model was never loaded.
    ///   - timeout: How long a pod may take until it is ready.
    ///   - now: The time.
    func readiness(
        of components: [ServiceComponent]? = nil, mayStartAsleep: Bool, timeout: FairleadDuration, now: Date
    ) -> RevisionReadiness? {
        guard let predictor else { return nil }
        let since = parts.values.map(\.availabilityChanged).max() ?? now
        let needed = components ?? previous?.components.compactMap(ServiceComponent.init(rawValue:)) ?? []
        if Set(parts.keys).union(needed).allSatisfy({ parts[$0]?.ready ?? 0 > 0 }), predictor.wanted > 0 {
            return RevisionReadiness(.ready, since: since)
        }
        if predictor.wanted == 0 {
            let wasLoaded = previous.map { $0.isLoaded || $0.state == .draining } ?? true
            if wasLoaded || mayStartAsleep { return RevisionReadiness(.sleeping, since: since) }
            return RevisionReadiness(.pending, since: since, message: "it was scaled to 0 before its model was loaded")
        }
        let isInTime = now < since.addingTimeInterval(timeout.duration.seconds)
        if previous?.state == .sleeping, trouble == nil, isInTime {
            return RevisionReadiness(.sleeping, since: since, message: waiting)
        }
        let message = trouble?.message ?? waiting
        if trouble?.isFinal == true { return RevisionReadiness(.failed, since: since, message: message) }
        return RevisionReadiness(hasPods ? .loading : .pending, since: since, message: message)
    }
}

extension DeploymentView {
    /// Since when it has the pods that it should have, or has not.
    fileprivate var availabilityChanged: Date {
        let changed = status.conditions?.first { $0.type == "Available" }?.lastTransitionTime
        return (changed ?? metadata.creationTimestamp)?.date ?? .distantPast
    }
}

extension ServerTrouble {
    /// A Deployment of which the API server takes no pods.
    fileprivate init(_ deployment: String, refusal: String) {
        pod = deployment
        reason = .modelLoadFailed
        message = "pods of Deployment \(deployment) are refused: \(refusal)"
    }
}
