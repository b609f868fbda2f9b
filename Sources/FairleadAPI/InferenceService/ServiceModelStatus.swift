public import KubernetesCore

/// How the model stands, in KServe's words.
public struct ServiceModelStatus: Sendable, Hashable, Codable {
    /// How the model that serves relates to the one that is wanted.
    public enum Transition: String, NamedValue {
        case upToDate = "UpToDate"
        case inProgress = "InProgress"
        case blockedByFailedLoad = "BlockedByFailedLoad"
        case invalidSpec = "InvalidSpec"
    }

    /// Where a model may stand.
    public enum State: String, NamedValue {
        case pending = "Pending"
        case standby = "Standby"
        case loading = "Loading"
        case loaded = "Loaded"
        case failedToLoad = "FailedToLoad"
    }

    /// The two models' states.
    public struct States: Sendable, Hashable, Codable {
        /// The state of the model that serves.
        public var activeModelState: State?
        /// The state of the one that is wanted.
        public var targetModelState: State?

        /// Tells states.
        public init(activeModelState: State? = nil, targetModelState: State? = nil) {
            self.activeModelState = activeModelState
            self.targetModelState = targetModelState
        }

        enum CodingKeys: String, CodingKey, CaseIterable { case activeModelState, targetModelState }
    }

    /// Why a model could not be loaded.
    public struct Failure: Sendable, Hashable, Codable {
        /// The pod.
        public var location: String?
        /// Why.
        public var reason: Reason?
        /// For people.
        public var message: String?
        /// How its container ended.
        public var exitCode: Int?
        /// When.
        public var time: Time?

        /// Tells a failure.
        public init(
            location: String? = nil, reason: Reason? = nil, message: String? = nil, exitCode: Int? = nil,
            time: Time? = nil
        ) {
            self.location = location
            self.reason = reason
            self.message = message
            self.exitCode = exitCode
            self.time = time
        }

        enum CodingKeys: String, CodingKey, CaseIterable { case location, reason, message, exitCode, time }
    }

    /// How the model that serves relates to the one that is wanted.
    public var transitionStatus: Transition?
    /// The two models' states.
    public var states: States?
    /// Why a model last could not be loaded.
    public var lastFailureInfo: Failure?

    /// Tells how the model stands.
    public init(transitionStatus: Transition? = nil, states: States? = nil, lastFailureInfo: Failure? = nil) {
        self.transitionStatus = transitionStatus
        self.states = states
        self.lastFailureInfo = lastFailureInfo
    }

    enum CodingKeys: String, CodingKey, CaseIterable { case transitionStatus, states, lastFailureInfo }
}
