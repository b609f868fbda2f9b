import FairleadAPI
import Foundation
import KubernetesCore

/// One look at a service.
struct ServiceTurn {
    /// A track, and what was decided about it.
    struct Decided {
        var track: ServiceTracks.Track
        var output: RolloutOutput
        /// Why the revision that is wanted can't be had, nil where it can.
        var problem: TaskProblem?
        /// Whether nobody wants the track any more: it serves until those that are wanted do.
        var isFormer = false
    }

    /// How often it is looked whether a revision's last requests have ended, in seconds.
    private static let drainLook = 5.0

    let observed: ServiceObservation
    let settings: PlanningSettings
    let now: Date
    let name: String
    var memory: ServiceMemory
    /// What is wrong with the spec.
    var problems: [InvalidField] = []
    var tracks: [Decided] = []
    /// What the service's revisions show.
    var revisions: [String: ObservedRevision] = [:]
    /// Those of them that nobody asks any more, and that end their requests.
    var draining: [String] = []
    /// Those that may go.
    var removed: [String] = []
    /// What is known of rollouts while the service is suspended.
    var resting: [RolloutStatus] = []
    /// Why the service's own objects can't be made.
    var refusal: TaskProblem?
    /// Why no Gateway leads to the service.
    var unrouted: TaskProblem?
    var actions: [InferenceServiceAction] = []
    var wake = Wake.onChange

    init(_ observed: ServiceObservation, memory: ServiceMemory, settings: PlanningSettings, now: Date) {
        self.observed = observed
        self.memory = memory
        self.settings = settings
        self.now = now
        name = observed.service.metadata.name
    }

    var service: InferenceService { observed.service }
    var spec: InferenceServiceSpec? { problems.isEmpty ? service.spec.value : nil }
    var timeout: FairleadDuration { (spec?.effectiveTimeouts ?? ServiceTimeouts()).effectiveReady }

    mutating func decide() {
        problems = InferenceServiceValidator.validate(service)
        look()
        if let spec, spec.isSuspended {
            rest(spec)
        } else {
            decideTracks()
            drain()
        }
    }

    func result() -> ServicePlan {
        var turn = self
        turn.putBack()
        turn.makeObjects()
        turn.finish()
        // Serving does not wait for it: the first action that fails ends the plan.
        turn.makePayloadLog()
        return ServicePlan(plan: Plan(turn.actions, wake: turn.wake), followers: turn.followers)
    }

    /// Sorts what there is by revision.
    private mutating func look() {
        let previous = Dictionary(
            service.status.revisions.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        let deployments = Dictionary(grouping: observed.deployments) { $0.revision ?? "" }
        let pods = Dictionary(grouping: observed.pods) { $0.metadata.labels[FairleadLabel.revision] ?? "" }
        for (revision, parts) in deployments where !revision.isEmpty {
            revisions[revision] = ObservedRevision(
                revision, deployments: parts.filter { !$0.metadata.isBeingDeleted }, pods: pods[revision] ?? [],
                previous: previous[revision])
        }
    }

    private mutating func decideTracks() {
        guard let spec else {
            // Nothing moves; what serves goes on.
            for rollout in service.status.rollouts {
                let former = formerShares[rollout.variant]
                let track = ServiceTracks.Track(
                    name: rollout.variant, share: former?.share ?? 100, mirror: former?.mirror,
                    wanted: .failure(TaskProblem(.invalidSpec, InvalidSpec(problems).message)))
                decide(track, readableRollout)
            }
            return
        }
        let all = ServiceTracks(spec, name: name, runtimes: observed.runtimes, resolve: observed.resolve).all
        for track in all { decide(track, track.mirror == nil ? spec.effectiveRollout : RolloutSpec()) }
        keepFormerTracks()
    }

    /// Suspended, a service has no pods, and only what its spec can't make again stays: the Deployment of a revision
    /// that serves although another one is wanted, be it that this one was taken back or had not taken over.
    private mutating func rest(_ spec: InferenceServiceSpec) {
        let all = ServiceTracks(spec, name: name, runtimes: observed.runtimes, resolve: observed.resolve).all
        for former in service.status.rollouts {
            guard let stable = former.stable, let track = all.first(where: { $0.name == former.variant }),
                (try? track.wanted.get())?.name != stable, revisions[stable]?.predictor != nil
            else { continue }
            var rollout = RolloutStatus(variant: former.variant, stable: stable)
            if let failed = former.failed {
                rollout.failed = failed
                (rollout.phase, rollout.message) = (former.phase, former.message)
            }
            resting.append(rollout)
        }
        let kept = Set(resting.compactMap(\.stable))
        removed = revisions.keys.filter { !kept.contains($0) }.sorted()
        memory.draining = [:]
    }

    /// The rollout of a spec that is wrong elsewhere.
    private var readableRollout: RolloutSpec {
        guard let spec = service.spec.value, !problems.contains(where: { $0.path.hasPrefix("spec.rollout") }) else {
            return RolloutSpec()
        }
        return spec.effectiveRollout
    }

    /// Where a service gets other variants, the former ones answer until one of them can.
    private mutating func keepFormerTracks() {
        guard shares.isEmpty else { return }
        let wanted = Set(tracks.map(\.track.name))
        for rollout in service.status.rollouts where !wanted.contains(rollout.variant) {
            guard let former = formerShares[rollout.variant], former.share > 0 else { continue }
            let problem = TaskProblem(.invalidSpec, "nobody wants it any more")
            decide(
                ServiceTracks.Track(name: rollout.variant, share: former.share, wanted: .failure(problem)),
                RolloutSpec(), isFormer: true)
        }
    }

    /// The percent of the requests that each revision gets.
    var shares: [String: Int] {
        TrackShare.combine(tracks.map { TrackShare(percent: $0.track.share, weights: $0.output.weights) })
    }

    /// The shares of the tracks as the last status has them, for a spec that can't be read.
    private var formerShares: [String: (share: Int, mirror: Int?)] {
        var shares: [String: (share: Int, mirror: Int?)] = [:]
        for revision in service.status.revisions {
            let known = shares[revision.variant ?? ""]
            let mirror = revision.mirror.map { max($0, known?.mirror ?? 0) } ?? known?.mirror
            shares[revision.variant ?? ""] = ((known?.share ?? 0) + revision.weight, mirror)
        }
        return shares
    }

    private mutating func decide(
        _ track: ServiceTracks.Track, _ rollout: RolloutSpec, isFormer: Bool = false
    ) {
        var (wanted, problem): (WantedRevision?, TaskProblem?) = (nil, nil)
        switch track.wanted {
        case .success(let revision):
            problem = makingProblem(revision)
            if problem == nil { wanted = revision }
        case .failure(let why): problem = why
        }
        let previous = service.status.rollouts.first { $0.variant == track.name }
        var readiness: [String: RevisionReadiness] = [:]
        for revision in Set([previous?.stable, previous?.candidate, wanted?.name].compactMap(\.self)) {
            readiness[revision] = self.readiness(revision, try? track.wanted.get())
        }
        let windows = observed.windows[track.name] ?? ServiceObservation.Windows()
        let output = RolloutMachine.plan(
            RolloutInput(
                spec: rollout, readyTimeout: timeout, variant: track.name, previous: previous, wanted: wanted?.name,
                isSpecNew: service.status.observedGeneration != service.metadata.generation, readiness: readiness,
                candidate: windows.candidate, stable: windows.stable), now: now)
        if let due = output.wakeAt { wake = wake.sooner(of: due, now: now) }
        if isFormer, output.weights.isEmpty { return }
        tracks.append(
            Decided(track: track, output: output, problem: isFormer ? nil : problem, isFormer: isFormer))
    }

    /// Whether a revision can answer; what serves may sleep whatever has become of it, and so may one that begins so.
    func readiness(of revision: String, _ wanted: WantedRevision?) -> RevisionReadiness? {
        let mayStartAsleep =
            spec?.effectiveReplicas.first == 0 || service.status.rollouts.contains { $0.stable == revision }
        return revisions[revision]?.readiness(
            of: wanted?.name == revision ? wanted?.content.components : nil, mayStartAsleep: mayStartAsleep,
            timeout: timeout, now: now)
    }

    private mutating func readiness(_ revision: String, _ wanted: WantedRevision?) -> RevisionReadiness? {
        guard let readiness = readiness(of: revision, wanted) else { return nil }
        if readiness.state == .sleeping, revisions[revision]?.replicas ?? 0 > 0 {
            wake = wake.sooner(of: readiness.since.addingTimeInterval(timeout.duration.seconds), now: now)
        }
        return readiness
    }

    /// Why a revision can't be made, nil where it is there or can be.
    private func makingProblem(_ revision: WantedRevision) -> TaskProblem? {
        let objects = RevisionObjects(service: service, revision: revision, settings: settings)
        for component in revision.content.components where revisions[revision.name]?.parts[component] == nil {
            let object = component.objectName(of: revision.name)
            for type in [ResourceType.deployment, .service, .configMap] {
                if let refusal = memory.refusal(type, object, now: now) { return refusal }
            }
            do throws(TaskProblem) {
                _ = try objects.deployment(component)
            } catch {
                return error
            }
        }
        return nil
    }

    /// What nobody asks any more gets time to end its requests, where it had any: more of it where the routers tell
    /// that some are under way, and no more than a request may last.
    private mutating func drain() {
        let kept = Set(tracks.flatMap(\.output.kept))
        var since: [String: Date] = [:]
        for revision in revisions.keys.sorted() where !kept.contains(revision) {
            let previous = revisions[revision]?.previous
            let served = (previous?.weight ?? 0) > 0 || (previous?.mirror ?? 0) > 0 || previous?.state == .draining
            let began = memory.draining[revision] ?? now
            var due = began.addingTimeInterval(InferenceServicePlanner.drainSeconds)
            if now >= due, observed.underWay[revision] ?? 0 > 0 {
                let limit = (spec?.effectiveTimeouts ?? ServiceTimeouts()).effectiveRequest.duration.seconds
                due = min(now.addingTimeInterval(Self.drainLook), began.addingTimeInterval(limit))
            }
            guard served || memory.draining[revision] != nil, now < due else {
                removed.append(revision)
                continue
            }
            since[revision] = began
            draining.append(revision)
            wake = wake.sooner(of: due, now: now)
        }
        memory.draining = since
    }
}
