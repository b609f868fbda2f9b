public import FairleadAPI

/// Something that serves a registered model, and how far it is.
///
/// An alias is in effect when everything that follows it has finished its rollout.
public struct ModelFollower: Sendable, Hashable {
    /// How its newest rollout stands.
    public enum Outcome: Sendable, Hashable {
        /// It goes on.
        case underWay
        /// That version serves.
        case finished(Int64)
        /// That version was taken back, and why.
        case rolledBack(Int64, message: String)
    }

    /// Who it is, for messages: `inferenceservice/churn`.
    public var name: String
    /// What it follows.
    public var selector: ModelReference.Selector
    /// How far it is.
    public var outcome: Outcome

    /// Describes a follower.
    public init(name: String, selector: ModelReference.Selector, outcome: Outcome) {
        self.name = name
        self.selector = selector
        self.outcome = outcome
    }
}
