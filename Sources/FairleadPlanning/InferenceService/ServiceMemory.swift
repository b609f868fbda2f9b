import FairleadAPI
public import Foundation
public import KubernetesCore

/// What a controller remembers of a service between two plans; all of it may be forgotten.
public struct ServiceMemory: Sendable {
    private struct Refusal: Sendable {
        var problem: TaskProblem
        var at: Date
    }

    /// What was made again or put back, and how often.
    private struct Repair: Sendable {
        var count: Int
        var at: Date
        /// Whether the API server did not take it.
        var isRefused: Bool
    }

    /// How long a refusal by the API server counts before the same is asked again, in seconds.
    static let patience = 60.0

    /// How long an object must be left alone until it counts as never changed, in seconds.
    private static let calm = 600.0
    /// How many repairs of an object there are a second apart.
    private static let quickRepairs = 6
    /// The longest time between two repairs of an object, in seconds.
    private static let longestPause = 300.0
    /// The longest time until an object that somebody deletes again and again is made again, in seconds.
    private static let longestAbsence = 30.0

    private var refusals: [String: Refusal] = [:]
    private var repairs: [String: Repair] = [:]
    /// Since when revisions that nobody asks any more are left to end their requests.
    var draining: [String: Date] = [:]
    /// The HTTPRoute as it was made last; nil where none was.
    private(set) var route: JSONValue?
    /// The UID of the HTTPRoute whose deletion was asked for last.
    private(set) var unrouted: String?

    /// Remembers nothing.
    public init() {}

    /// Takes the news that the API server does not take an object, or that its name is another's.
    public mutating func didRefuse(_ type: ResourceType, _ name: String, _ problem: TaskProblem, now: Date) {
        refusals = refusals.filter { now < $0.value.at.addingTimeInterval(Self.patience) }
        refusals[Self.key(type, name)] = Refusal(problem: problem, at: now)
    }

    /// Takes the news that an object was made, or that what somebody changed of it was put back.
    ///
    /// - Parameter isRefused: Whether the API server did not take it, so that it is asked again in a minute.
    public mutating func didRepair(_ type: ResourceType, _ name: String, isRefused: Bool = false, now: Date) {
        repairs = repairs.filter { now < $0.value.at.addingTimeInterval(Self.calm) }
        let key = Self.key(type, name)
        repairs[key] = Repair(count: (repairs[key]?.count ?? 0) + 1, at: now, isRefused: isRefused)
    }

    /// Since when an object may be put back: some times in a second, then later and later, so that whoever changes it
    /// again and again is not fought, with new pods each time, for ever.
    func repairDue(_ type: ResourceType, _ name: String) -> Date {
        due(type, name, longest: Self.longestPause)
    }

    /// Since when an object that is missing may be made.
    func creationDue(_ type: ResourceType, _ name: String) -> Date {
        due(type, name, longest: Self.longestAbsence)
    }

    private func due(_ type: ResourceType, _ name: String, longest: Double) -> Date {
        guard let last = repairs[Self.key(type, name)] else { return .distantPast }
        if last.isRefused { return last.at.addingTimeInterval(Self.patience) }
        return last.at.addingTimeInterval(min(max(1, pow(2, Double(last.count - Self.quickRepairs))), longest))
    }

    private static func key(_ type: ResourceType, _ name: String) -> String { "\(type.gvk.kind)/\(name)" }

    /// Takes the news that the service's route was made.
    public mutating func didRoute(_ route: JSONValue) { self.route = route }

    /// Takes the news that a route's deletion was asked for; it may take its time.
    public mutating func didUnroute(_ uid: String?) {
        route = nil
        unrouted = uid ?? unrouted
    }

    /// Why an object was refused, nil where it was not, or where it may be asked for again.
    func refusal(_ type: ResourceType, _ name: String, now: Date) -> TaskProblem? {
        guard let refusal = refusals[Self.key(type, name)], now < refusal.at.addingTimeInterval(Self.patience)
        else { return nil }
        return refusal.problem
    }

    /// When the first refusal may be asked for again.
    func patienceEnds(after now: Date) -> Date? {
        refusals.values.map { $0.at.addingTimeInterval(Self.patience) }.filter { $0 > now }.min()
    }
}
