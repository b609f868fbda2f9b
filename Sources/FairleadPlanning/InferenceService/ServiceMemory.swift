import FairleadAPI
public import Foundation
public import KubernetesCore

/// What a controller remembers of a service between two plans; all of it may be forgotten.
public struct ServiceMemory: Sendable {
    private struct Refusal: Sendable {
        var problem: TaskProblem
        var at: Date
    }

    /// How long a refusal by the API server counts before the same is asked again, in seconds.
    static let patience = 60.0

    private var refusals: [String: Refusal] = [:]
    /// Since when revisions that nobody asks any more are left to end their requests.
    var draining: [String: Date] = [:]
    /// The HTTPRoute as it was made last; nil where none was.
    var route: JSONValue?

    /// Remembers nothing.
    public init() {}

    /// Takes the news that the API server does not take an object, or that its name is another's.
    public mutating func didRefuse(_ type: ResourceType, _ name: String, _ problem: TaskProblem, now: Date) {
        refusals = refusals.filter { now < $0.value.at.addingTimeInterval(Self.patience) }
        refusals["\(type.gvk.kind)/\(name)"] = Refusal(problem: problem, at: now)
    }

    /// Takes the news that the service's route was made.
    public mutating func didRoute(_ route: JSONValue?) { self.route = route }

    /// Why an object was refused, nil where it was not, or where it may be asked for again.
    func refusal(_ type: ResourceType, _ name: String, now: Date) -> TaskProblem? {
        guard let refusal = refusals["\(type.gvk.kind)/\(name)"], now < refusal.at.addingTimeInterval(Self.patience)
        else { return nil }
        return refusal.problem
    }

    /// When the first refusal may be asked for again.
    func patienceEnds(after now: Date) -> Date? {
        refusals.values.map { $0.at.addingTimeInterval(Self.patience) }.filter { $0 > now }.min()
    }
}
