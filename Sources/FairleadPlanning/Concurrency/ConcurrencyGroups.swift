public import FairleadAPI
public import KubernetesCore

/// The runs of all concurrency groups: who holds a slot, and who waits for one.
///
/// It is derived from live runs alone: a run holds a slot from the write of its status that admits it to its end, or
/// its deletion. What was granted a moment ago counts at once, so that two runs that start together never get one
/// slot twice.
///
/// Guarantees: however runs end, their slots are free again; folding every run that there is gives the same groups
/// after a restart.
public struct ConcurrencyGroups: Sendable {
    /// What becomes of a run that asks for a slot.
    public enum Answer: Sendable, Hashable {
        /// It has a slot.
        case admitted
        /// It waits; the message says behind whom.
        case wait(message: String)
        /// It is not to run at all: the group is taken.
        case refused(message: String)
        /// A newer run takes its place.
        case replaced(by: String)
    }

    /// An answer, and the runs that must end for it.
    public struct Decision: Sendable, Hashable {
        /// What becomes of the run.
        public var answer: Answer
        /// The runs whose place it takes.
        public var replaces: [ObjectKey] = []
    }

    /// A run's place: first come, first served.
    private struct Place: Sendable, Hashable, Comparable {
        var created: Int64
        var key: ObjectKey
        var uid: String

        init(_ run: PipelineRun) {
            created = run.metadata.creationTimestamp?.secondsSince1970 ?? 0
            key = run.key
            uid = run.metadata.uid
        }

        static func < (left: Self, right: Self) -> Bool {
            (left.created, left.key.name, left.uid) < (right.created, right.key.name, right.uid)
        }
    }

    private struct GroupID: Sendable, Hashable {
        var namespace: String?
        var name: String
    }

    private struct Group: Sendable {
        /// Runs with a slot, ascending.
        var holders: [Place] = []
        /// Runs that wait, ascending.
        var line: [Place] = []
        /// Runs that run within the slot of the run that they are a part of.
        var guests: Set<String> = []

        var isEmpty: Bool { holders.isEmpty && line.isEmpty && guests.isEmpty }
    }

    private var groups: [GroupID: Group] = [:]
    private var places: [String: (group: GroupID, place: Place)] = [:]

    /// The most runs at the head of a line that are told their exact place.
    public static let toldPlaces = 10

    /// No run is known yet.
    public init() {}

    /// Takes a run's newest version.
    ///
    /// - Returns: The runs of its group that should ask again, since a slot became free.
    public mutating func observe(_ run: PipelineRun) -> [ObjectKey] {
        let uid = run.metadata.uid
        if run.status.phase?.isTerminal == true { return forget(uid) }
        guard let name = run.status.concurrencyGroup else { return [] }
        let id = GroupID(namespace: run.metadata.namespace, name: name)
        // An older version of a run that was granted a slot since does not take it away again.
        if isAdmitted(uid) || (places[uid] != nil && !run.isAdmitted) { return [] }
        if places[uid] != nil { _ = forget(uid) }
        insert(run, id, isAdmitted: run.isAdmitted)
        return []
    }

    /// Takes the news that a run is gone, or wants no slot any more.
    ///
    /// - Returns: The runs of its group that should ask again.
    public mutating func forget(_ uid: String) -> [ObjectKey] {
        guard let (id, place) = places.removeValue(forKey: uid) else { return [] }
        guard var group = groups[id] else { return [] }
        group.holders.removeAll { $0 == place }
        group.guests.remove(uid)
        let index = Self.index(of: place, in: group.line)
        if index < group.line.count, group.line[index] == place { group.line.remove(at: index) }
        groups[id] = group.isEmpty ? nil : group
        return group.line.prefix(Self.toldPlaces).map(\.key)
    }

    /// Whether a run is known here.
    public func knows(_ uid: String) -> Bool { places[uid] != nil }

    /// Puts a run in its group's line; one that is there already keeps its place.
    public mutating func enter(_ run: PipelineRun, _ claim: ConcurrencyClaim) {
        let id = GroupID(namespace: run.metadata.namespace, name: claim.group)
        let uid = run.metadata.uid
        if let known = places[uid] {
            if known.group == id || isAdmitted(uid) { return }
            _ = forget(uid)
        }
        insert(run, id, isAdmitted: false)
    }

    /// Asks for a slot.
    public mutating func ask(_ run: PipelineRun, _ claim: ConcurrencyClaim) -> Decision {
        enter(run, claim)
        let uid = run.metadata.uid
        guard let (id, place) = places[uid], !isAdmitted(uid), let group = groups[id] else {
            return Decision(answer: .admitted)
        }
        if claim.policy == .replace { return replace(place, id, claim) }
        let ahead = Self.index(of: place, in: group.line)
        if ahead < claim.max - group.holders.count { return admit(place, id) }
        let names = group.holders.prefix(3).map(\.key.name).joined(separator: ", ")
        let taken = "concurrency group \"\(claim.group)\" (max \(claim.max))"
        if claim.policy == .forbid {
            let who = names.isEmpty ? group.line.first?.key.name ?? "" : names
            _ = forget(uid)
            return Decision(answer: .refused(message: "\(taken) is taken by \(who), and its policy is Forbid"))
        }
        let rank = ahead < Self.toldPlaces ? "number \(ahead + 1) in line" : "behind \(Self.toldPlaces) runs or more"
        let held = names.isEmpty ? "" : ", held by \(names)"
        return Decision(answer: .wait(message: "\(rank) for \(taken)\(held)"))
    }

    /// The newest runs of a group stay, all others make room for them.
    private mutating func replace(_ own: Place, _ id: GroupID, _ claim: ConcurrencyClaim) -> Decision {
        let group = groups[id] ?? Group()
        let all = (group.holders + group.line).sorted()
        let staying = Set(all.suffix(claim.max))
        guard staying.contains(own) else {
            _ = forget(own.uid)
            return Decision(answer: .replaced(by: all.last?.key.name ?? ""))
        }
        let replaced = all.filter { !staying.contains($0) }
        guard group.holders.count < claim.max else {
            let names = group.holders.filter { !staying.contains($0) }.map(\.key.name).joined(separator: ", ")
            let message = "takes the place of \(names) in concurrency group \"\(claim.group)\" when that has ended"
            return Decision(answer: .wait(message: message), replaces: replaced.map(\.key))
        }
        var decision = admit(own, id)
        decision.replaces = replaced.map(\.key)
        return decision
    }

    private mutating func admit(_ place: Place, _ id: GroupID) -> Decision {
        groups[id]?.line.removeAll { $0 == place }
        groups[id]?.holders.append(place)
        groups[id]?.holders.sort()
        return Decision(answer: .admitted)
    }

    private func isAdmitted(_ uid: String) -> Bool {
        guard let (id, place) = places[uid], let group = groups[id] else { return false }
        return group.guests.contains(uid) || group.holders.contains(place)
    }

    private mutating func insert(_ run: PipelineRun, _ id: GroupID, isAdmitted: Bool) {
        let place = Place(run)
        places[place.uid] = (id, place)
        let owner = run.metadata.controller
        let parent = owner?.kind == ResourceType.pipelineRun.gvk.kind ? owner?.uid : nil
        var group = groups[id] ?? Group()
        if let parent, group.guests.contains(parent) || group.holders.contains(where: { $0.uid == parent }) {
            // It would wait for the end of the run that waits for it.
            group.guests.insert(place.uid)
        } else if isAdmitted {
            group.holders.append(place)
            group.holders.sort()
        } else {
            group.line.insert(place, at: Self.index(of: place, in: group.line))
        }
        groups[id] = group
    }

    /// Where a place is in a line, or would be.
    private static func index(of place: Place, in line: [Place]) -> Int {
        var (low, high) = (0, line.count)
        while low < high {
            let middle = (low + high) / 2
            if line[middle] < place { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

extension PipelineRun {
    /// Whether the run was let into its concurrency group, which its status says since.
    public var isAdmitted: Bool { status.concurrencyGroup != nil && status.startTime != nil }
}
