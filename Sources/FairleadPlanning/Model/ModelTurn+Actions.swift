import FairleadAPI
import Foundation
import KubernetesCore

extension ModelTurn {
    /// What is to be done, after everything is decided: first the truth, then what is told of it.
    mutating func actions() -> [ModelAction] {
        conclude()
        var actions: [ModelAction] = status == model.status ? [] : [.patchModel(status)]
        actions += events
        var releases: [ModelAction] = []
        for (number, version) in versions.sorted(by: { $0.key < $1.key }) {
            if version.metadata.isBeingDeleted, mayGo(number) {
                if version.isKept { releases.append(.release(version.metadata)) }
                continue
            }
            // What a new version asks for is heard once the spec can be used.
            if isFrozen, version.isNew { continue }
            let next = ModelVersionPlanner.status(
                of: version, aliases: aliases(of: number), rejection: rejections[number], use: use(of: number),
                now: now)
            guard next != version.status else { continue }
            actions.append(.patchVersion(version, next))
            // After its status, so that a cache that lags behind does not tell it twice.
            if version.isNew { actions.append(registration(of: version, number)) }
            if version.metadata.isBeingDeleted, next.message != version.status.message, let message = next.message {
                let event = PlannedEvent(isWarning: true, reason: "DeletionWaits", note: message)
                actions.append(.noteVersion(event, version.metadata))
            }
        }
        for (version, problems) in invalid {
            let number = number(of: version)
            let isFree = number.map { isGiven(version) ? mayGo($0) : use(of: $0) == nil } ?? true
            if version.metadata.isBeingDeleted, isFree {
                if version.isKept { releases.append(.release(version.metadata)) }
                continue
            }
            let aliases = number.map { self.aliases(of: $0) } ?? []
            let next = ModelVersionPlanner.invalid(version, problems, aliases: aliases, now: now)
            if next != version.status { actions.append(.patchVersion(version, next)) }
        }
        return actions + releases
    }

    private func registration(of version: ModelVersion, _ number: Int64) -> ModelAction {
        let run = version.spec.value?.lineage?.run.map { " by pipelinerun/\($0)" } ?? ""
        let event = PlannedEvent(reason: "VersionRegistered", note: "version \(number)\(run)")
        return .note(event, alias: nil, version: version.metadata.name)
    }

    private mutating func conclude() {
        let problem = problems.isEmpty ? nil : InvalidSpec(problems).message
        status.phase = problem == nil ? .ready : .invalid
        status.reason = problem == nil ? nil : reason
        status.message = problem ?? waiting
        status.conditions.set(
            Condition(
                type: "Ready", status: problem == nil ? .isTrue : .isFalse,
                reason: problem == nil ? "Valid" : reason.rawValue, message: problem ?? "",
                observedGeneration: model.metadata.generation, lastTransitionTime: Time(now)))
        if let problem, problem != model.status.message {
            tell(reason.rawValue, problem, isWarning: true)
        }
    }

    private var waiting: String? {
        guard let first = status.pending.first else { return nil }
        let rest = status.pending.count > 1 ? ", and \(status.pending.count - 1) more" : ""
        return "version \(first.version) waits for a decision to become \(first.to)\(rest)"
    }

    private func aliases(of number: Int64) -> [String] {
        status.aliases.filter { $0.value.version == String(number) }.keys.sorted()
    }

    /// What uses a version, nil where nothing does.
    private func use(of number: Int64) -> String? {
        let text = String(number)
        let aliases = status.aliases.filter { $0.value.version == text || $0.value.target == text }.keys.sorted()
        if let first = aliases.first {
            let all = aliases.joined(separator: ", ")
            return aliases.count == 1 ? "alias \(first) points at it" : "aliases \(all) point at it"
        }
        return followers.first { $0.selector == .version(number) }.map { "\($0.name) serves it" }
    }

    /// Whether nothing uses a version, and its number will not be given again.
    private func mayGo(_ number: Int64) -> Bool { use(of: number) == nil && number <= status.lastNumber ?? 0 }
}
