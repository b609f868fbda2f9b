import FairleadAPI
import Foundation
import KubernetesCore

/// Derives a service's status from what was decided about it.
struct ServiceStatusBuilder {
    let turn: ServiceTurn
    private let entries: [RevisionStatus]
    private let rollouts: [RolloutStatus]

    private var service: InferenceService { turn.service }
    private var before: InferenceServiceStatus { turn.service.status }

    init(turn: ServiceTurn) {
        self.turn = turn
        let weights = turn.shares
        var entries: [RevisionStatus] = []
        for decided in turn.tracks {
            for name in decided.output.kept where !entries.contains(where: { $0.name == name }) {
                var entry = turn.entry(name, decided)
                entry.weight = weights[name] ?? 0
                entry.mirror = decided.track.mirror.map { $0 * (decided.output.weights[name] ?? 0) / 100 }
                entries.append(entry)
            }
        }
        for name in turn.draining {
            var entry = turn.entry(name, nil)
            entry.state = .draining
            entry.weight = 0
            entry.mirror = nil
            entries.append(entry)
        }
        self.entries = entries
        rollouts = turn.tracks.map(\.output.status) + turn.resting
    }

    var status: InferenceServiceStatus {
        var status = InferenceServiceStatus()
        status.observedGeneration = service.metadata.generation
        status.revisions = entries
        status.rollouts = rollouts
        let namespace = service.metadata.namespace ?? "default"
        status.url = turn.settings.routes.url(name: turn.name, namespace: namespace)
        status.address = InferenceServiceStatus.Address(
            url: turn.settings.routes.clusterURL(name: turn.name, namespace: namespace))
        describe(&status)
        status.phase = phase
        status.reason = reason?.reason
        status.message = reason?.message
        status.modelStatus = modelStatus
        status.conditions = before.conditions
        setConditions(&status)
        turn.describePayloads(&status)
        return status
    }

    // MARK: - What serves

    private var serving: [RevisionStatus] { entries.filter { $0.weight > 0 } }
    private var isServing: Bool { !serving.isEmpty }
    private var isSuspended: Bool { turn.spec?.isSuspended == true }
    private var isMoving: Bool {
        rollouts.contains { $0.candidate != nil } || turn.tracks.contains(where: \.isFormer)
    }

    private func describe(_ status: inout InferenceServiceStatus) {
        let asked = entries.filter { $0.state != .draining }
        if !asked.isEmpty {
            let (ready, wanted) = asked.reduce((0, 0)) { ($0.0 + $1.ready, $0.1 + $1.replicas) }
            status.replicas = "\(ready)/\(wanted)"
        }
        let shown = isServing ? serving : asked
        if isServing { status.traffic = serving.map { String($0.weight) }.joined(separator: "/") }
        status.model = Self.line(shown.map(\.model))
        status.runtime = Self.line(shown.map(\.runtime))
        status.format = Self.line(shown.map(\.format))
        if let spec = turn.spec {
            let range = spec.effectiveReplicas
            let target = spec.effectiveScale.effectiveTarget
            let number = Int64(exactly: target).map { String($0) } ?? String(target)
            status.scale = "\(spec.effectiveScale.effectiveMetric) \(number), \(range.least)-\(range.most)"
        } else {
            status.scale = before.scale
        }
    }

    private static func line(_ texts: [String?]) -> String? {
        var known: [String] = []
        for text in texts.compactMap(\.self) where !known.contains(text) { known.append(text) }
        return known.isEmpty ? nil : known.joined(separator: ", ")
    }

    // MARK: - Where it stands

    private var phase: InferenceServiceStatus.Phase {
        if !turn.problems.isEmpty { return .invalid }
        if isSuspended { return .suspended }
        guard isServing, turn.refusal == nil else { return isHopeless ? .failed : .pending }
        if isMoving { return .rollingOut }
        return serving.allSatisfy { $0.state == .sleeping } ? .sleeping : .ready
    }

    /// Whether nothing can serve until somebody changes something.
    private var isHopeless: Bool {
        turn.refusal != nil || turn.tracks.contains { $0.problem != nil }
            || entries.contains { $0.state == .failed }
    }

    /// Why it does not stand where it should: what concerns the whole service first.
    private var reason: TaskProblem? {
        if !turn.problems.isEmpty { return TaskProblem(.invalidSpec, InvalidSpec(turn.problems).message) }
        if isSuspended { return TaskProblem(.suspended, "suspend is true") }
        if let refusal = turn.refusal { return refusal }
        return loading ?? rolledBack ?? turn.unrouted
    }

    /// Why the model that is wanted is not loaded, nil where it is.
    private var loading: TaskProblem? {
        for decided in turn.tracks {
            if let problem = decided.problem { return Self.about(decided.track, problem) }
        }
        for decided in turn.tracks {
            guard let wanted = wanted(decided), !wanted.isLoaded, decided.output.status.failed != wanted.name else {
                continue
            }
            let message = wanted.message ?? decided.output.status.message ?? "revision \(wanted.name) is being loaded"
            return Self.about(decided.track, TaskProblem(wanted.reason ?? .modelLoading, message))
        }
        return nil
    }

    private var rolledBack: TaskProblem? {
        for decided in turn.tracks where decided.output.status.failed != nil && !decided.isFormer {
            let message = decided.output.status.message ?? "the rollout was taken back"
            return Self.about(decided.track, TaskProblem(.rolledBack, message))
        }
        return nil
    }

    private static func about(_ track: ServiceTracks.Track, _ problem: TaskProblem) -> TaskProblem {
        if track.name.isEmpty { return problem }
        let what = track.mirror == nil ? "variant \(track.name)" : "mirror"
        return TaskProblem(problem.reason, "\(what): \(problem.message)")
    }

    private func wanted(_ decided: ServiceTurn.Decided) -> RevisionStatus? {
        guard case .success(let revision) = decided.track.wanted else { return nil }
        return entries.first { $0.name == revision.name && $0.state != .draining }
    }

    // MARK: - For programs

    private func setConditions(_ status: inout InferenceServiceStatus) {
        if let problem = notReady {
            set(&status, ServiceCondition.ready, .isFalse, problem.reason.rawValue, problem.message)
        } else {
            let isAsleep = serving.allSatisfy { $0.state == .sleeping }
            set(&status, ServiceCondition.ready, .isTrue, isAsleep ? "Sleeping" : "Serving", "")
        }
        if let problem = notLoaded {
            let isUnderWay = problem.reason == .modelLoading
            set(
                &status, ServiceCondition.modelLoaded, isUnderWay ? .unknown : .isFalse, problem.reason.rawValue,
                problem.message)
        } else {
            set(&status, ServiceCondition.modelLoaded, .isTrue, "Loaded", "")
        }
        let paused = rollouts.first { $0.phase == .paused }
        if let problem = rolledBack {
            set(&status, ServiceCondition.rolloutHealthy, .isFalse, problem.reason.rawValue, problem.message)
        } else if let taken = rollouts.first(where: { $0.phase == .rolledBack }) {
            set(
                &status, ServiceCondition.rolloutHealthy, .isFalse, Reason.rolledBack.rawValue, taken.message ?? "")
        } else if let paused {
            set(&status, ServiceCondition.rolloutHealthy, .isFalse, "Paused", paused.message ?? "")
        } else {
            let message = rollouts.first { $0.candidate != nil && $0.stable != nil }?.message ?? ""
            set(
                &status, ServiceCondition.rolloutHealthy, .isTrue, message.isEmpty ? "Finished" : "Progressing", message
            )
        }
    }

    private var notReady: TaskProblem? {
        if isSuspended { return reason }
        if let refusal = turn.refusal { return refusal }
        if isServing { return nil }
        return reason ?? TaskProblem(.modelLoading, "no revision can answer")
    }

    private var notLoaded: TaskProblem? {
        if !turn.problems.isEmpty || isSuspended { return reason }
        return loading ?? rolledBack
    }

    private func set(
        _ status: inout InferenceServiceStatus, _ type: String, _ holds: Condition.Status, _ reason: String,
        _ message: String
    ) {
        status.conditions.set(
            Condition(
                type: type, status: holds, reason: reason, message: message,
                observedGeneration: service.metadata.generation, lastTransitionTime: Time(turn.now)))
    }

    private var modelStatus: ServiceModelStatus {
        var model = ServiceModelStatus()
        let isWrong = !turn.problems.isEmpty || turn.tracks.contains { $0.problem != nil }
        let trouble = self.trouble
        if isWrong {
            model.transitionStatus = .invalidSpec
        } else if rolledBack != nil || trouble != nil {
            model.transitionStatus = .blockedByFailedLoad
        } else {
            model.transitionStatus = isSuspended || loading == nil && !isMoving && isServing ? .upToDate : .inProgress
        }
        let active: ServiceModelStatus.State? =
            isServing ? (serving.allSatisfy { $0.state == .sleeping } ? .standby : .loaded) : nil
        let target: ServiceModelStatus.State =
            switch model.transitionStatus {
            case .upToDate: active ?? .standby
            case .inProgress: entries.contains { $0.state == .loading } ? .loading : .pending
            default: isWrong ? .pending : .failedToLoad
            }
        model.states = ServiceModelStatus.States(activeModelState: active ?? .pending, targetModelState: target)
        model.lastFailureInfo = model.transitionStatus == .upToDate ? nil : failure(trouble)
        return model
    }

    /// Why a revision that is to serve does not, as its pods tell it.
    private var trouble: ServerTrouble? {
        entries.lazy.filter { $0.state != .draining && !$0.isLoaded }.compactMap { turn.revisions[$0.name]?.trouble }
            .first
    }

    private func failure(_ trouble: ServerTrouble?) -> ServiceModelStatus.Failure? {
        let last = before.modelStatus?.lastFailureInfo
        if let trouble {
            let isKnown = last?.location == trouble.pod && last?.message == trouble.message
            return ServiceModelStatus.Failure(
                location: trouble.pod, reason: trouble.reason, message: trouble.message, exitCode: trouble.exitCode,
                time: trouble.time ?? (isKnown ? last?.time : nil) ?? Time(turn.now))
        }
        guard let problem = turn.tracks.lazy.compactMap(\.problem).first ?? rolledBack else { return last }
        if last?.reason == problem.reason, last?.message == problem.message { return last }
        // What made a rollout fail says more than that it was taken back.
        if problem.reason == .rolledBack, let last { return last }
        return ServiceModelStatus.Failure(reason: problem.reason, message: problem.message, time: Time(turn.now))
    }
}

extension ServiceTurn {
    /// A revision in the status: what is known of its content stays, when nobody wants it any more.
    fileprivate func entry(_ name: String, _ decided: Decided?) -> RevisionStatus {
        let revision = revisions[name]
        var entry =
            service.status.revisions.first { $0.name == name }
            ?? RevisionStatus(name: name, variant: decided?.track.name.nilIfEmpty)
        if let decided, case .success(let wanted) = decided.track.wanted, wanted.name == name {
            let model = wanted.content.model
            entry.variant = decided.track.name.nilIfEmpty
            entry.model = model?.name
            entry.version = model?.version
            entry.digest = model?.digest
            entry.uri = model?.uri
            entry.format = model?.format
            entry.signature = wanted.signature.flatMap { $0.fits ? $0 : nil }
            entry.runtime = wanted.runtime
            entry.protocol = wanted.content.protocol
            entry.components = wanted.content.components.map(\.rawValue)
        }
        entry.replicas = revision?.replicas ?? 0
        entry.ready = revision?.ready ?? 0
        let readiness = readiness(of: name, decided.flatMap { try? $0.track.wanted.get() })
        entry.state = readiness?.state ?? .pending
        entry.reason = entry.isLoaded ? nil : revision?.trouble?.reason
        entry.message = readiness?.message
        return entry
    }
}

extension ModelSignature {
    /// Whether it is short enough for a status that routers keep in memory.
    fileprivate var fits: Bool {
        (try? KubernetesJSON.encode(self).count <= InferenceServicePlanner.maxSignatureBytes) ?? false
    }
}

extension RevisionStatus {
    /// Whether its model is loaded, or will be when it is asked.
    var isLoaded: Bool { state == .ready || state == .sleeping }
}

extension String {
    fileprivate var nilIfEmpty: String? { isEmpty ? nil : self }
}
