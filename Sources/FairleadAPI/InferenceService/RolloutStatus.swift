public import KubernetesCore

/// How the newest rollout of a variant stands.
public struct RolloutStatus: Sendable, Hashable, Codable {
    /// Where a rollout may stand.
    public enum Phase: String, NamedValue {
        /// The new revision is not ready yet.
        case waiting = "Waiting"
        /// It gets its share.
        case progressing = "Progressing"
        /// It keeps its share until somebody decides.
        case paused = "Paused"
        case succeeded = "Succeeded"
        case rolledBack = "RolledBack"
    }

    /// The variant; empty where the service has but one model, `mirror` for the mirror.
    public var variant: String
    /// The revision that serves until a candidate has taken over from it; nil before the first one does.
    public var stable: String?
    /// The revision that is to take over.
    public var candidate: String?
    /// The index of the step that runs.
    public var step: Int
    /// The percent of the variant's requests that the candidate gets, where it can answer and the stable one too.
    public var weight: Int
    /// Where it stands.
    public var phase: Phase
    /// When it started.
    public var startedAt: Time?
    /// When its step did.
    public var stepStartedAt: Time?
    /// How many requests the candidate got in this step.
    public var requests: Int64?
    /// How often the candidate could answer no more since it began to serve.
    public var losses: Int?
    /// When that happened first.
    public var lostAt: Time?
    /// For people: what is waited for, or which check failed and by how much.
    public var message: String?
    /// The revision that was rolled back: it is not tried again until the spec or the model changes.
    public var failed: String?

    /// Describes a rollout.
    public init(variant: String = "", stable: String? = nil, candidate: String? = nil, phase: Phase = .waiting) {
        self.variant = variant
        self.stable = stable
        self.candidate = candidate
        self.phase = phase
        step = 0
        weight = 0
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case variant, stable, candidate, step, weight, phase, startedAt, stepStartedAt, requests, losses, lostAt
        case message, failed
    }
}
