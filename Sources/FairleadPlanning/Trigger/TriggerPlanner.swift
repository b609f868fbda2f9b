public import FairleadAPI
public import Foundation
import KubernetesCore

/// Decides what a trigger starts, leaves out and clears away.
///
/// Guarantees: as long as the actions are performed in order, a stop after any of them neither starts a slot twice nor
/// loses one: the run's name comes from its slot, and the status that says a slot was decided on is written after the
/// run was made. A slot counts once, however often it is planned.
public enum TriggerPlanner {
    /// What is known of a trigger and its surroundings.
    public struct Observed: Sendable {
        /// The trigger.
        public var trigger: Trigger
        /// The runs and jobs that it owns.
        public var runs: [TriggerChild]
        /// The runs of the pipeline whose ends it waits for.
        public var sources: [PipelineRun]
        /// The pipelines that it names; nil where nobody looked.
        public var pipelines: TriggerPipelines?
        /// Runs and jobs that the server refused to make, with its words, by name.
        public var refused: [String: String]

        /// Collects what is known.
        public init(
            trigger: Trigger, runs: [TriggerChild] = [], sources: [PipelineRun] = [],
            pipelines: TriggerPipelines? = nil, refused: [String: String] = [:]
        ) {
            self.trigger = trigger
            self.runs = runs
            self.sources = sources
            self.pipelines = pipelines
            self.refused = refused
        }
    }

    /// How late a slot may be that was not missed: a controller that is started again, or another that takes over, is
    /// no downtime.
    public static let grace: TimeInterval = 600

    /// The most runs that one plan makes.
    public static let startsPerPlan = 50

    /// The most runs that ended whose marks stand in the status.
    public static let marks = 200

    /// Plans.
    public static func plan(_ observed: Observed, now: Date) -> Plan<TriggerAction> {
        var round = TriggerRound(observed, now: now)
        return round.plan()
    }
}
