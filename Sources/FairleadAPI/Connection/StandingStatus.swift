public import Foundation
public import KubernetesCore

/// How a thing stands that only has to be right: its condition is `Ready`.
public struct StandingStatus: CustomStatus {
    /// The generation of the spec that was judged.
    public var observedGeneration: Int64?
    /// For programs.
    public var conditions: [Condition]

    /// A status that says nothing yet.
    public init() { conditions = [] }

    enum CodingKeys: String, CodingKey, CaseIterable { case observedGeneration, conditions }
}

/// A kind of which a controller does no more than judge the spec.
public protocol StandingKind: CustomKind where Status == StandingStatus {
    /// What is wrong with a spec; empty where nothing is.
    static func problems(_ spec: Decoded<Spec>) -> [InvalidField]
}

extension CustomResource where Kind: StandingKind {
    /// What is wrong with the spec; empty where nothing is.
    public var problems: [InvalidField] { Kind.problems(spec) }

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
