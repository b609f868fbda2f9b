public import Foundation
public import KubernetesCore

/// How a thing stands that only has to be right: its condition is `Ready`.
public struct StandingStatus: Sendable, Hashable, Codable {
    /// The generation of the spec that was judged.
    public var observedGeneration: Int64?
    /// For programs.
    public var conditions: [Condition]

    /// A status that says nothing yet.
    public init() { conditions = [] }

    enum CodingKeys: String, CodingKey, CaseIterable { case observedGeneration, conditions }
}

/// A kind of which a controller does no more than judge the spec.
public protocol StandingResource: Resource {
    /// What the user writes.
    associatedtype Spec: Codable & Sendable & Hashable
    /// What the user wrote, or why it cannot be read.
    var spec: Decoded<Spec> { get }
    /// How it stands.
    var status: StandingStatus { get }
    /// Makes one.
    init(metadata: ObjectMeta, spec: Decoded<Spec>, status: StandingStatus)
    /// What is wrong with its spec; empty where nothing is.
    var problems: [InvalidField] { get }
}

private enum StandingKeys: String, CodingKey { case metadata, spec, status }

extension StandingResource {
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: StandingKeys.self)
        self.init(
            metadata: try container.decode(ObjectMeta.self, forKey: .metadata),
            spec: try Decoded(in: container, forKey: .spec),
            status: (try? container.decodeIfPresent(StandingStatus.self, forKey: .status)) ?? StandingStatus())
    }

    /// The status as it should be.
    public func judgedStatus(now: Date) -> StandingStatus {
        var status = status
        let problem = problems.isEmpty ? nil : InvalidSpec(problems)
        status.observedGeneration = metadata.generation
        status.conditions.set(
            Condition(
                type: "Ready", status: problem == nil ? .isTrue : .isFalse,
                reason: problem == nil ? "Valid" : Reason.invalidSpec.rawValue, message: problem?.message ?? "",
                observedGeneration: metadata.generation, lastTransitionTime: Time(now)))
        return status
    }
}
