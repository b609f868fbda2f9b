public import FairleadAPI

/// A finished run whose outcomes another run takes over.
public struct RecoverySource: Sendable, Hashable {
    /// The run.
    public var run: PipelineRun
    /// What it ran.
    public var fixed: FixedRun
    /// What the items of its mapped tasks wrote, by task.
    public var outputs: [String: [Int: ItemOutput]]

    /// Collects what is known of a run.
    public init(run: PipelineRun, fixed: FixedRun, outputs: [String: [Int: ItemOutput]] = [:]) {
        self.run = run
        self.fixed = fixed
        self.outputs = outputs
    }
}

/// What there is of the run that another one names in `resumeFrom`.
public enum RecoveryOrigin: Sendable, Hashable {
    /// The run resumes none.
    case none
    /// There is no run of that name.
    case missing
    /// The run is not finished.
    case unfinished
    /// The run ended before it started anything: nothing is fixed of it.
    case unstarted
    /// The run is finished.
    case found(RecoverySource)

    /// What can be told of a run without reading anything else, nil where what it ran must be read.
    public init?(of run: PipelineRun?) {
        guard let run else {
            self = .missing
            return
        }
        guard run.status.phase?.isTerminal == true else {
            self = .unfinished
            return
        }
        guard run.status.specRef != nil else {
            self = .unstarted
            return
        }
        return nil
    }
}
