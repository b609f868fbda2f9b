/// The ends of a pipeline's runs.
public struct RunSource: Sendable, Hashable, Codable {
    /// How a run may have ended.
    public enum Phase: String, NamedValue {
        case succeeded = "Succeeded"
        case failed = "Failed"
        case stopped = "Stopped"

        /// The same as a run's status tells it.
        public var runPhase: PipelineRunStatus.Phase {
            switch self {
            case .succeeded: .succeeded
            case .failed: .failed
            case .stopped: .stopped
            }
        }
    }

    /// The Pipeline that the runs name.
    public var pipeline: String
    /// How they ended; `Succeeded` where it is left out.
    public var phase: Phase?

    /// Names a pipeline's runs.
    public init(pipeline: String, phase: Phase? = nil) {
        self.pipeline = pipeline
        self.phase = phase
    }

    /// The phase that counts.
    public var effectivePhase: Phase { phase ?? .succeeded }

    enum CodingKeys: String, CodingKey, CaseIterable { case pipeline, phase }
}
