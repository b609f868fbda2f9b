import KubernetesCore

/// Decides what a Deployment does next.
///
/// Guarantees, while the wanted number stays as it is: all ReplicaSets together never want more pods than the surge
/// allows, and no available pod goes while no more than the least number are available; a plan on a Deployment that
/// has rolled out changes nothing.
struct DeploymentPlanner {
    /// What is known.
    struct Observed: Sendable {
        var deployment: DeploymentObject
        /// The ReplicaSets that the Deployment controls.
        var sets: [ReplicaSetObject]
        /// Pods that have not ended, by the UID of their ReplicaSet.
        var livePods: [String: Int] = [:]
        var now: Time
    }

    /// What to do.
    enum Action: Sendable, Hashable {
        case create(ReplicaSetDraft)
        /// Change a set: its number, its annotations, its `minReadySeconds`.
        case change(SetChange)
        case delete(ReplicaSetObject)
        /// Write the Deployment's own revision.
        case setRevision(String)
        case writeStatus(DeploymentObject.Status)
    }

    /// A set that is to be made.
    struct ReplicaSetDraft: Sendable, Hashable {
        var name: String
        var replicas: Int
        var object: JSONValue
    }

    /// How a set is to be.
    struct SetChange: Sendable, Hashable {
        var old: ReplicaSetObject
        var new: ReplicaSetObject
    }

    /// What to do, and when to look again though nothing happens.
    struct Plan: Sendable, Hashable {
        var actions: [Action] = []
        var lookAfter: Duration?
    }

    let deployment: DeploymentObject
    let now: Time
    private let livePods: [String: Int]
    private let before: [ReplicaSetObject]
    /// The sets as they shall be, the oldest first.
    private(set) var sets: [ReplicaSetObject]
    /// Where the set of the present template is among them.
    private(set) var newest: Int?

    private init(_ observed: Observed) {
        deployment = observed.deployment
        now = observed.now
        livePods = observed.livePods
        sets = observed.sets.sorted { Self.isOlder($0, $1) }
        before = sets
        let template = deployment.spec.template
        newest = sets.firstIndex { $0.spec.template.map(PodTemplateHash.stripped) == template }
    }

    /// Plans the next step.
    static func plan(_ observed: Observed) -> Plan {
        var planner = DeploymentPlanner(observed)
        return planner.plan()
    }

    private mutating func plan() -> Plan {
        var status = DeploymentStatusPlanner(deployment: deployment, now: now)
        guard !deployment.metadata.isBeingDeleted else {
            return finish(status.count(sets, newest: newest), lookAfter: nil)
        }
        status.notePause()
        let isPaused = deployment.spec.paused == true
        if isPaused || isBeingScaled {
            if newest != nil { describeNewest() }
            scale()
            if isPaused { return finish(status.count(sets, newest: newest), lookAfter: nil, cleansUp: true) }
            return finish(status.progress(sets, newest: newest), lookAfter: nil)
        }
        guard newest != nil else {
            // Recreated pods have to be gone before there is anything new.
            if deployment.isRecreated, emptyOld() || oldPodsRun {
                return finish(status.progress(sets, newest: nil), lookAfter: nil)
            }
            let draft = self.draft()
            status.note("NewReplicaSetCreated", "Created new replica set \"\(draft.name)\"")
            var plan = finish(status.count(sets, newest: nil), lookAfter: nil)
            plan.actions.insert(.create(draft), at: 0)
            return plan
        }
        describeNewest()
        status.noteFound(sets, newest)
        if deployment.isRecreated { recreate() } else { roll() }
        let next = status.progress(sets, newest: newest)
        return finish(next, lookAfter: status.untilDeadline(next), cleansUp: status.isComplete(next))
    }

    // MARK: What the sets are

    private static func isOlder(_ left: ReplicaSetObject, _ right: ReplicaSetObject) -> Bool {
        let (one, other) = (left.metadata.creationTimestamp, right.metadata.creationTimestamp)
        if one != other { return (one?.secondsSince1970 ?? 0) < (other?.secondsSince1970 ?? 0) }
        return left.metadata.name < right.metadata.name
    }

    private var total: Int { sets.reduce(0) { $0 + $1.replicas } }
    private var old: [Int] { sets.indices.filter { $0 != newest } }
    private var active: [Int] { sets.indices.filter { sets[$0].replicas > 0 } }

    /// Whether an active set was sized for another number of pods in all.
    private var isBeingScaled: Bool {
        active.contains { index in
            let noted = sets[index].metadata.annotations[DeploymentAnnotations.desired].flatMap { Int($0) }
            return noted.map { $0 != deployment.replicas } ?? false
        }
    }

    /// The revision that a set of the present template has: above all others.
    private var nextRevision: Int64 {
        (old.map { DeploymentAnnotations.revision(of: sets[$0].metadata) }.max() ?? 0) &+ 1
    }

    private mutating func describeNewest() {
        guard let newest else { return }
        var metadata = sets[newest].metadata
        metadata.annotations.merge(DeploymentAnnotations.inherited(from: deployment)) { $1 }
        DeploymentAnnotations.mark(&metadata, revision: nextRevision)
        sets[newest].metadata = metadata
        if sets[newest].minReadySeconds != deployment.minReadySeconds {
            sets[newest].spec.minReadySeconds = deployment.minReadySeconds
        }
    }

    private func draft() -> ReplicaSetDraft {
        let template = deployment.spec.template
        let hash = PodTemplateHash.text(template, collisions: deployment.status.collisionCount ?? 0)
        var metadata = ObjectMeta(
            name: "\(deployment.metadata.name)-\(hash)", namespace: deployment.metadata.namespace,
            annotations: DeploymentAnnotations.inherited(from: deployment),
            ownerReferences: [OwnerReference(controller: DeploymentObject.type, metadata: deployment.metadata)])
        DeploymentAnnotations.mark(&metadata, revision: nextRevision)
        DeploymentAnnotations.note(&metadata, deployment)
        let label: JSONValue = .string(hash)
        var labels = template[path: ["metadata", "labels"]] ?? [:]
        labels[DeploymentAnnotations.hash] = label
        var own = template
        own[path: ["metadata", "labels"]] = labels
        var selector = deployment.spec.selector
        selector[path: ["matchLabels", DeploymentAnnotations.hash]] = label
        let replicas = wantedOfNew(having: 0)
        var spec: JSONValue = ["replicas": .integer(Int64(replicas)), "selector": selector, "template": own]
        if deployment.minReadySeconds > 0 { spec["minReadySeconds"] = .integer(Int64(deployment.minReadySeconds)) }
        var written = (try? KubernetesJSON.value(of: metadata)) ?? .object([:])
        written["labels"] = labels
        let object: JSONValue = [
            "apiVersion": .string(ReplicaSetObject.type.gvk.apiVersion), "kind": "ReplicaSet", "metadata": written,
            "spec": spec,
        ]
        return ReplicaSetDraft(name: metadata.name, replicas: replicas, object: object)
    }

    private mutating func resize(_ index: Int, to replicas: Int) {
        sets[index].replicas = max(0, replicas)
        DeploymentAnnotations.note(&sets[index].metadata, deployment)
    }

    // MARK: Strategies

    /// How many pods the newest set may have: the surge bounds all of them together.
    private func wantedOfNew(having count: Int) -> Int {
        guard !deployment.isRecreated else { return deployment.replicas }
        let room = deployment.replicas + deployment.margins.surge - total
        return count + max(0, min(room, deployment.replicas - count))
    }

    private var oldPodsRun: Bool {
        old.contains { index in
            (sets[index].status.replicas > 0) || (livePods[sets[index].metadata.uid] ?? 0) > 0
        }
    }

    /// Returns whether there was anything to empty.
    private mutating func emptyOld() -> Bool {
        let full = old.filter { sets[$0].replicas > 0 }
        for index in full { resize(index, to: 0) }
        return !full.isEmpty
    }

    private mutating func recreate() {
        guard !emptyOld(), !oldPodsRun, let newest else { return }
        resize(newest, to: deployment.replicas)
    }

    private mutating func roll() {
        guard let newest else { return }
        let count = sets[newest].replicas
        let wanted = count > deployment.replicas ? deployment.replicas : wantedOfNew(having: count)
        resize(newest, to: wanted)
        if wanted == count { shrinkOld(newest) }
    }

    /// Takes away old pods: first those that don't serve anyway, then as many as the margin allows.
    private mutating func shrinkOld(_ newest: Int) {
        let least = deployment.replicas - deployment.maxUnavailable
        // A set that was made smaller and larger again may have fewer pods than its last status says.
        let unavailable = sets[newest].replicas - (sets[newest].isObserved ? sets[newest].available : 0)
        var room = total - least - unavailable
        guard room > 0 else { return }
        for index in old where room > 0 {
            let idle = min(room, sets[index].replicas - sets[index].available)
            guard idle > 0 else { continue }
            resize(index, to: sets[index].replicas - idle)
            room -= idle
        }
        room = min(room, sets.reduce(0) { $0 + $1.available } - least)
        for index in old where room > 0 && sets[index].replicas > 0 {
            let share = min(room, sets[index].replicas)
            resize(index, to: sets[index].replicas - share)
            room -= share
        }
    }

    /// Shares another number of pods out among the sets, as they had the pods before.
    private mutating func scale() {
        if active.count <= 1 {
            guard let index = active.first ?? newest ?? sets.indices.last else { return }
            return resize(index, to: deployment.replicas)
        }
        if let newest, sets[newest].replicas == deployment.replicas,
            sets[newest].metadata.annotations[DeploymentAnnotations.desired] == String(deployment.replicas),
            sets[newest].isObserved, sets[newest].status.availableReplicas == deployment.replicas
        {
            _ = emptyOld()
            return
        }
        guard !deployment.isRecreated else {
            _ = emptyOld()
            return
        }
        let room = deployment.replicas > 0 ? deployment.replicas + deployment.margins.surge : 0
        let missing = room - total
        let order = active.sorted { one, other in
            if sets[one].replicas != sets[other].replicas { return sets[one].replicas > sets[other].replicas }
            // Of equal ones the newer grows first, and the older shrinks first.
            return missing > 0 ? one > other : one < other
        }
        var sizes = Dictionary(uniqueKeysWithValues: order.map { ($0, sets[$0].replicas) })
        var given = 0
        for index in order where missing != given {
            let share = self.share(of: sets[index])
            let part = missing > 0 ? max(0, min(share, missing - given)) : min(0, max(share, missing - given))
            sizes[index, default: 0] += part
            given += part
        }
        // What rounding left over is the largest one's; what that can't give comes from the next ones.
        var rest = missing - given
        for index in order where rest != 0 {
            let size = sizes[index, default: 0]
            sizes[index] = max(0, size + rest)
            rest -= max(0, size + rest) - size
        }
        for index in order { resize(index, to: sizes[index] ?? 0) }
    }

    /// By how much a set grows or shrinks to keep its part of the whole.
    private func share(of set: ReplicaSetObject) -> Int {
        guard deployment.replicas > 0 else { return -set.replicas }
        let noted = set.metadata.annotations[DeploymentAnnotations.maximum].flatMap { Int($0) }
        let whole = max(1, noted ?? deployment.status.replicas ?? 0)
        let room = Double(deployment.replicas + deployment.margins.surge)
        let size = (Double(set.replicas) * room / Double(whole)).rounded()
        return (Int(exactly: min(size, 1e9)) ?? set.replicas) - set.replicas
    }

    // MARK: The end

    /// Old sets without pods beyond those that are kept for a way back, the oldest revision first.
    private var leftovers: [ReplicaSetObject] {
        let limit = max(0, deployment.spec.revisionHistoryLimit ?? 10)
        let empty = old.map { sets[$0] }.filter { set in
            set.status.replicas == 0 && set.replicas == 0 && !set.metadata.isBeingDeleted && set.isObserved
        }
        let byAge = empty.sorted {
            DeploymentAnnotations.revision(of: $0.metadata) < DeploymentAnnotations.revision(of: $1.metadata)
        }
        return Array(byAge.dropLast(min(limit, byAge.count)))
    }

    private func finish(_ status: DeploymentObject.Status, lookAfter: Duration?, cleansUp: Bool = false) -> Plan {
        var plan = Plan(lookAfter: lookAfter)
        for (one, other) in zip(before, sets) where one != other {
            plan.actions.append(.change(SetChange(old: one, new: other)))
        }
        if cleansUp { plan.actions += leftovers.map { .delete($0) } }
        if let newest, !deployment.metadata.isBeingDeleted,
            let revision = sets[newest].metadata.annotations[DeploymentAnnotations.revision],
            deployment.metadata.annotations[DeploymentAnnotations.revision] != revision
        {
            plan.actions.append(.setRevision(revision))
        }
        if status != deployment.status { plan.actions.append(.writeStatus(status)) }
        return plan
    }
}
