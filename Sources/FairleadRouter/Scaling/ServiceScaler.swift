import FairleadAPI
import KubernetesCore

/// What is measured of a revision.
struct RevisionLoad: Sendable, Hashable {
    /// Requests that are there now, worked on or waiting.
    var concurrency = 0
    /// Requests that ended since any moment.
    var ended: UInt64 = 0
    /// What the pods measure themselves, all together; nil where that is not asked for, or not known.
    var measured: Double?
}

/// A number of replicas to be written.
struct ScaleWrite: Sendable, Hashable {
    var deployment: ObjectKey
    /// The version for which it was decided.
    var resourceVersion: ResourceVersion?
    var replicas: Int
    /// How many there were to be.
    var previous: Int
}

/// Decides how many pods the Deployments of one service have.
///
/// The predictor leads: the transformer gets as many pods, the explainer one as long as there are any.
struct ServiceScaler: Sendable {
    private struct Revision: Sendable {
        var autoscaler: Autoscaler
        var ended: UInt64
        var seenAt: Duration
    }

    private var revisions: [String: Revision] = [:]

    /// Which numbers of replicas are to be written now.
    ///
    /// - Parameters:
    ///   - service: The service.
    ///   - deployments: All of its Deployments.
    ///   - now: Monotonic time.
    ///   - load: What is measured of a revision.
    mutating func plan(
        _ service: InferenceService, _ deployments: [ScaledDeployment], now: Duration,
        load: (String) -> RevisionLoad
    ) -> [ScaleWrite] {
        guard let spec = service.spec.value, service.statusProblem == nil, !service.metadata.isBeingDeleted else {
            return []
        }
        if spec.isSuspended {
            revisions = [:]
            // What collects payloads is not the router's: the controller takes it away.
            return deployments.filter { $0.revision != nil }.compactMap { Self.write($0, 0) }
        }
        var writes: [ScaleWrite] = []
        let scaled = service.status.revisions.filter { $0.state != .draining }
        revisions = revisions.filter { name, _ in scaled.contains { $0.name == name } }
        for revision in scaled {
            let own = deployments.filter { $0.revision == revision.name }
            guard let predictor = own.first(where: { $0.component == .predictor }) else { continue }
            var settings = Autoscaler.Settings(spec)
            settings.floor = Self.floor(of: revision.name, service.status, spec, deployments)
            let wanted = decide(predictor, settings, load(revision.name), spec.effectiveScale, now: now)
            for deployment in own {
                let replicas = deployment.component == .explainer ? min(wanted, 1) : wanted
                if let write = Self.write(deployment, replicas) { writes.append(write) }
            }
        }
        return writes
    }

    private mutating func decide(
        _ predictor: ScaledDeployment, _ settings: Autoscaler.Settings, _ load: RevisionLoad, _ scale: ScaleSpec,
        now: Duration
    ) -> Int {
        let name = predictor.revision ?? ""
        var revision =
            revisions[name]
            ?? Revision(
                autoscaler: Autoscaler(stableWindow: settings.stableWindow), ended: load.ended, seenAt: now)
        let ended = load.ended > revision.ended ? load.ended - revision.ended : 0
        let passed = (now - revision.seenAt) / .seconds(1)
        let measure: Double? =
            switch scale.effectiveMetric {
            case ScaleSpec.concurrency: Double(load.concurrency)
            case ScaleSpec.requestRate: passed > 0 ? Double(ended) / passed : nil
            default: load.measured
            }
        let wanted = revision.autoscaler.decide(
            Autoscaler.Observation(
                current: predictor.replicas, ready: predictor.ready, load: measure,
                isActive: load.concurrency > 0 || ended > 0),
            settings, now: now)
        revision.ended = max(revision.ended, load.ended)
        revision.seenAt = now
        revisions[name] = revision
        return wanted
    }

    /// How few pods a revision may have while it takes over, or is taken over from.
    ///
    /// The stable one does not shrink, for everything may come back to it. The candidate has what its next step will
    /// bring, before that comes.
    private static func floor(
        of revision: String, _ status: InferenceServiceStatus, _ spec: InferenceServiceSpec,
        _ deployments: [ScaledDeployment]
    ) -> Int {
        for rollout in status.rollouts {
            guard let candidate = rollout.candidate else { continue }
            let stable = deployments.first { $0.revision == rollout.stable && $0.component == .predictor }
            let replicas = stable?.replicas ?? 0
            if revision == rollout.stable { return replicas }
            guard revision == candidate else { continue }
            let steps = spec.effectiveRollout.effectiveSteps
            let next = rollout.stepStartedAt == nil ? rollout.step : rollout.step + 1
            let percent = steps[min(max(0, next), steps.count - 1)]
            return max(1, (min(replicas, 1 << 20) * percent + 99) / 100)
        }
        return 0
    }

    private static func write(_ deployment: ScaledDeployment, _ replicas: Int) -> ScaleWrite? {
        guard deployment.replicas != replicas, !deployment.metadata.isBeingDeleted else { return nil }
        return ScaleWrite(
            deployment: deployment.key, resourceVersion: deployment.metadata.resourceVersion, replicas: replicas,
            previous: deployment.replicas)
    }
}

extension Autoscaler.Settings {
    /// What a service wants.
    init(_ spec: InferenceServiceSpec) {
        let scale = spec.effectiveScale
        target = scale.effectiveTarget
        stableWindow = scale.effectiveWindow.duration
        idle = scale.effectiveIdle.duration
        readyTimeout = spec.effectiveTimeouts.effectiveReady.duration
        least = spec.effectiveReplicas.least
        most = spec.effectiveReplicas.most
    }
}
