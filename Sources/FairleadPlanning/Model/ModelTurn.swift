import FairleadAPI
import Foundation
import KubernetesCore

/// One look at a model: where its aliases should point, by pins, requests and rules in that order of strength.
struct ModelTurn {
    let model: Model
    /// The versions that can be used, by number.
    let versions: [Int64: ModelVersion]
    /// The others, and what is wrong with them.
    let invalid: [(version: ModelVersion, problems: [InvalidField])]
    let followers: [ModelFollower]
    let now: Date
    var status: ModelStatus
    /// The versions that are refused, and why.
    var rejections: [Int64: String] = [:]
    /// What of the spec can't be had.
    var problems: [InvalidField] = []
    var reason = Reason.invalidSpec
    var events: [ModelAction] = []
    /// Whether the spec was changed since it was judged last.
    private let isSpecNew: Bool
    /// Whether the spec can't be used, and all aliases stay where they are.
    var isFrozen = false

    init(model: Model, versions: [ModelVersion], followers: [ModelFollower], now: Date) {
        self.model = model
        self.followers = followers
        self.now = now
        status = model.status
        isSpecNew = model.status.observedGeneration != model.metadata.generation
        var valid: [Int64: ModelVersion] = [:]
        var invalid: [(version: ModelVersion, problems: [InvalidField])] = []
        for version in versions.sorted(by: { $0.metadata.name < $1.metadata.name }) {
            let problems = ModelVersionValidator.validate(version)
            if problems.isEmpty, let number = Self.number(version) {
                valid[number] = version
            } else {
                invalid.append((version, problems))
            }
        }
        self.versions = valid
        self.invalid = invalid
    }

    /// Decides everything; a spec that can't be used leaves all aliases where they are.
    mutating func decide() {
        status.observedGeneration = model.metadata.generation
        status.versions = versions.count
        status.latest = versions.filter { !$0.value.metadata.isBeingDeleted }.keys.max().map(String.init)
        problems = ModelValidator.validate(model)
        guard problems.isEmpty, let spec = model.spec.value else {
            isFrozen = true
            return keepRejections()
        }
        note()
        reject(spec)
        goOn(spec)
        request(spec)
        pin(spec)
        status.pending = promote(spec)
        lookForGaps()
    }

    private mutating func keepRejections() {
        for (number, version) in versions where version.status.phase == .rejected {
            rejections[number] = version.status.message ?? ""
        }
    }

    /// Takes people's refusals; one of a rollout stays until somebody approves the version.
    private mutating func reject(_ spec: ModelSpec) {
        keepRejections()
        for number in versions.keys.sorted() {
            let decisions = spec.approvals.compactMapValues { $0[String(number)] }
            if let alias = decisions.keys.sorted().first(where: { decisions[$0] == .rejected }) {
                refuse(number, "\(Self.people) \"\(model.metadata.name)\" rejects it as \(alias)")
            } else if !decisions.isEmpty, isRetried(number) {
                rejections[number] = nil
            }
        }
    }

    /// How the message of a version begins that people refused, and no rollout.
    private static let people = "spec.approvals of Model"

    /// Whether an approval is heard: one that is older than a rollout's refusal says nothing about that.
    private func isRetried(_ number: Int64) -> Bool {
        isSpecNew || isByPeople(rejections[number])
            || status.aliases.values.contains { $0.target == String(number) }
    }

    private func isByPeople(_ rejection: String?) -> Bool { rejection?.hasPrefix(Self.people) == true }

    private mutating func refuse(_ number: Int64, _ message: String) {
        if rejections[number] == nil, versions[number]?.status.phase != .rejected {
            tell("VersionRejected", "version \(number): \(message)", version: number, isWarning: true)
        }
        rejections[number] = message
    }

    /// Looks how far the rollouts under way are.
    private mutating func goOn(_ spec: ModelSpec) {
        for alias in status.aliases.keys.sorted() where spec.aliases[alias] == nil {
            guard let entry = status.aliases[alias], let target = entry.target.flatMap(ModelName.number) else {
                continue
            }
            point(alias, at: target, by: entry.by ?? "")
        }
    }

    /// Gives new versions the alias that they ask for; as with rules, never to a lower number.
    private mutating func request(_ spec: ModelSpec) {
        for (number, version) in versions.sorted(by: { $0.key < $1.key }) where version.isNew {
            let run = version.spec.value?.lineage?.run.map { "pipelinerun/\($0)" }
            guard let alias = version.requestedAlias, spec.aliases[alias] == nil, isUsable(number) else { continue }
            guard ModelName.aliasProblem(alias) == nil else {
                let note = "version \(number) asks for the alias \"\(alias)\", which is no name of one"
                tell("AliasIgnored", note, version: number, isWarning: true)
                continue
            }
            guard number > wanted(alias) ?? 0 else { continue }
            point(alias, at: number, by: run ?? "modelversion/\(version.metadata.name)")
        }
    }

    /// Notes the highest number that was given, also to what can't be used any more.
    private mutating func note() {
        let given = invalid.map(\.version).filter { isGiven($0) }
        let numbers = Array(versions.keys) + given.compactMap { number(of: $0) }
        status.lastNumber = ([status.lastNumber ?? 0] + numbers).max()
    }

    private mutating func pin(_ spec: ModelSpec) {
        for (alias, pin) in spec.aliases.sorted(by: { $0.key < $1.key }) {
            guard let number = ModelName.number(pin.text) else {
                if let old = status.aliases.removeValue(forKey: alias) {
                    let note = "\(alias): \(old.version ?? "nowhere") -> nowhere, by spec.aliases"
                    tell(Self.reason("spec.aliases"), note, alias: alias)
                }
                continue
            }
            let isThere = status.aliases[alias]?.version == String(number)
            if versions[number] == nil || (versions[number]?.metadata.isBeingDeleted == true && !isThere) {
                let newest = status.latest.map { "the newest is \($0)" } ?? "there is none yet"
                miss(FieldPath("spec")["aliases"][alias], "there is no version \(number); \(newest)")
            } else {
                point(alias, at: number, by: "spec.aliases")
            }
        }
    }

    /// Promotes what the rules promote, in their order, and returns what waits for a decision.
    ///
    /// A promotion never goes back to a lower number, so that rules can't chase each other: back is a pin.
    private mutating func promote(_ spec: ModelSpec) -> [PendingPromotion] {
        var pending: [PendingPromotion] = []
        for (index, rule) in spec.promote.enumerated() where spec.aliases[rule.to] == nil {
            let path = FieldPath("spec")["promote"][index]
            guard let number = current(rule.from), isUsable(number), number > wanted(rule.to) ?? 0 else { continue }
            do throws(ExpressionError) {
                guard try holds(rule, spec) else { continue }
            } catch {
                miss(path["when"], error.description)
                reason = .expressionFailed
                continue
            }
            if rule.approve == .manual, spec.approvals[rule.to]?[String(number)] != .approved {
                wait(&pending, PendingPromotion(from: rule.from, to: rule.to, version: String(number)))
            } else {
                point(rule.to, at: number, by: path.description)
            }
        }
        return pending
    }

    private func holds(_ rule: PromotionRule, _ spec: ModelSpec) throws(ExpressionError) -> Bool {
        guard let when = rule.when else { return true }
        let condition = try PromotionCondition(when, aliases: ModelValidator.aliases(of: spec))
        return try condition.holds(
            status.aliases.compactMapValues { entry in
                entry.version.flatMap(ModelName.number).flatMap { versions[$0]?.spec.value }
            })
    }

    private mutating func wait(_ pending: inout [PendingPromotion], _ promotion: PendingPromotion) {
        guard !pending.contains(where: { $0.to == promotion.to && $0.version == promotion.version }) else { return }
        let known = model.status.pending.first { $0.to == promotion.to && $0.version == promotion.version }
        var promotion = promotion
        promotion.since = known?.since ?? Time(now)
        pending.append(promotion)
        guard known == nil else { return }
        let patch = #"{"spec":{"approvals":{"\#(promotion.to)":{"\#(promotion.version)":"Approved"}}}}"#
        tell(
            "ApprovalNeeded",
            "version \(promotion.version) waits for a decision to become \(promotion.to): "
                + "kubectl patch model \(model.metadata.name) --type merge -p '\(patch)'",
            alias: promotion.to, version: ModelName.number(promotion.version))
    }

    /// Points an alias at a version; in effect it is once everything that follows the alias has finished its rollout.
    private mutating func point(_ alias: String, at number: Int64, by cause: String) {
        var entry = status.aliases[alias] ?? AliasStatus()
        let wanted = String(number)
        let following = followers.filter { $0.selector == .alias(alias) }
        if entry.version == wanted {
            entry.target = nil
        } else if let refusal = following.lazy.compactMap({ $0.refusal(of: number) }).first {
            refuse(number, refusal)
            entry.target = nil
        } else if let rejection = rejections[number], !isByPeople(rejection) {
            entry.target = nil
            if cause == "spec.aliases" {
                let isApproved = model.spec.value?.promote.contains { $0.to == alias } ?? false
                let way =
                    isApproved ? "set spec.approvals.\(alias).\(number) to Approved" : "register it as a new version"
                miss(
                    FieldPath("spec")["aliases"][alias],
                    "version \(number) is rejected: \(rejection); to try it again \(way)")
            }
        } else if following.allSatisfy({ $0.outcome == .finished(number) }) {
            let note = "\(alias): \(entry.version ?? "nowhere") -> \(wanted), by \(cause)"
            tell(Self.reason(cause), note, alias: alias, version: number)
            entry = AliasStatus(version: wanted, since: Time(now), by: cause, previous: entry.version)
        } else if entry.target != wanted {
            entry.target = wanted
            entry.by = cause
        }
        status.aliases[alias] = entry.version == nil && entry.target == nil ? nil : entry
    }

    /// Only somebody who takes finalizers away by hand can make an alias point at nothing.
    private mutating func lookForGaps() {
        for (alias, entry) in status.aliases.sorted(by: { $0.key < $1.key }) {
            guard let number = entry.version.flatMap(ModelName.number), versions[number] == nil else { continue }
            let isThere = invalid.contains { self.number(of: $0.version) == number }
            let what = isThere ? "can't be used any more" : "is gone"
            miss(FieldPath("status")["aliases"][alias], "version \(number) \(what); pin another one in spec.aliases")
        }
    }

    private mutating func miss(_ path: FieldPath, _ message: String) {
        problems.append(InvalidField(path: path.description, message: message))
    }

    mutating func tell(
        _ reason: String, _ note: String, alias: String? = nil, version: Int64? = nil, isWarning: Bool = false
    ) {
        let event = PlannedEvent(isWarning: isWarning, reason: reason, note: note)
        events.append(
            .note(event, alias: alias, version: version.map { ModelName.version(model.metadata.name, $0) }))
    }

    /// The event's reason for a move: moves of other causes are not counted as the same.
    private static func reason(_ cause: String) -> String {
        if cause == "spec.aliases" { return "AliasPinned" }
        return cause.hasPrefix("spec.promote") ? "AliasPromoted" : "AliasRequested"
    }

    /// The version of an alias that is in effect.
    private func current(_ alias: String) -> Int64? { status.aliases[alias]?.version.flatMap(ModelName.number) }

    /// The version of an alias that is in effect or will be.
    private func wanted(_ alias: String) -> Int64? {
        status.aliases[alias].flatMap { $0.target ?? $0.version }.flatMap(ModelName.number)
    }

    private func isUsable(_ number: Int64) -> Bool {
        guard let version = versions[number] else { return false }
        return !version.metadata.isBeingDeleted && rejections[number] == nil
    }

    /// The number of a version that can't be used, as its name tells it; nil where that is no name of this model's.
    func number(of version: ModelVersion) -> Int64? {
        guard let parts = ModelName.parts(of: version.metadata.name), parts.model == model.metadata.name else {
            return nil
        }
        return parts.number
    }

    /// Whether a version has, or had, the number of its name: a name that its spec does not say gives none.
    func isGiven(_ version: ModelVersion) -> Bool {
        if version.metadata.labels[FairleadLabel.registration] != nil { return true }
        guard let said = Self.number(version) else { return false }
        return ModelName.version(version.model, said) == version.metadata.name
    }

    private static func number(_ version: ModelVersion) -> Int64? {
        version.spec.value.flatMap { ModelName.number($0.version.text) }
    }
}

extension ModelFollower {
    /// Why a version was taken back, nil where it was not.
    fileprivate func refusal(of number: Int64) -> String? {
        guard case .rolledBack(number, let message) = outcome else { return nil }
        return "\(name) rolled it back: \(message)"
    }
}
