public import FairleadAPI
public import Foundation

/// How a revision's pods stand, as far as a rollout asks.
public struct RevisionReadiness: Sendable, Hashable {
    /// Where it stands: `Failed` only where no waiting can help, `Sleeping` only where a request would wake it.
    public var state: RevisionStatus.State
    /// Since when it can answer, or since when it can not: since it was made, lost its last pod, or was resumed.
    public var since: Date
    /// Why it can not answer.
    public var message: String?

    /// Describes readiness.
    public init(_ state: RevisionStatus.State, since: Date, message: String? = nil) {
        self.state = state
        self.since = since
        self.message = message
    }

    /// Whether it may be given requests.
    public var isServing: Bool { state == .ready || state == .sleeping }
}

/// What the rollout of one track is decided from: a track is a variant, the only model of a service, or its mirror.
public struct RolloutInput: Sendable, Hashable {
    /// What the user wants of rollouts.
    public var spec: RolloutSpec
    /// How long a revision may take until it can answer.
    public var readyTimeout: FairleadDuration
    /// The track, as ``FairleadAPI/RolloutStatus/variant`` names it.
    public var variant: String
    /// How the rollout stood.
    public var previous: RolloutStatus?
    /// The revision that the spec asks for; nil where nothing may move: the service is suspended, its spec wrong, or
    /// its model unknown for now.
    public var wanted: String?
    /// Whether the user changed the spec since it was decided last: what is paused goes on where it may.
    public var isSpecNew: Bool
    /// Of each revision that has pods, or is to have them; what is missing can not answer.
    public var readiness: [String: RevisionReadiness]
    /// The candidate's requests since `previous.stepStartedAt`.
    public var candidate: RequestWindow
    /// The stable revision's requests since `previous.startedAt`, for checks that compare.
    public var stable: RequestWindow

    /// Describes a track.
    public init(
        spec: RolloutSpec = RolloutSpec(), readyTimeout: FairleadDuration = ServiceTimeouts().effectiveReady,
        variant: String = "", previous: RolloutStatus? = nil, wanted: String?,
        isSpecNew: Bool = false, readiness: [String: RevisionReadiness] = [:],
        candidate: RequestWindow = RequestWindow(),
        stable: RequestWindow = RequestWindow()
    ) {
        self.spec = spec
        self.readyTimeout = readyTimeout
        self.variant = variant
        self.previous = previous
        self.wanted = wanted
        self.isSpecNew = isSpecNew
        self.readiness = readiness
        self.candidate = candidate
        self.stable = stable
    }
}

/// What was decided about a track.
public struct RolloutOutput: Sendable, Hashable {
    /// How the track's newest wish ended, for what follows it.
    public enum Outcome: Sendable, Hashable {
        /// It goes on, or nothing serves yet.
        case underWay
        /// That revision serves, and is the one that is wanted.
        case finished(String)
        /// That revision is wanted and was taken back.
        case rolledBack(String, message: String)
    }

    /// The percent of the track's requests that each revision gets: 100 in all where any can answer, else empty.
    public var weights: [String: Int]
    /// How the rollout stands.
    public var status: RolloutStatus
    /// What there is to tell about it.
    public var events: [PlannedEvent]
    /// When to decide again although nothing changes.
    public var wakeAt: Date?
    /// How the newest wish stands.
    public var outcome: Outcome

    /// The revisions that must be kept: the stable one first.
    public var kept: [String] { [status.stable, status.candidate].compactMap(\.self) }
}
