public import FairleadAPI
public import Foundation
import KubernetesCore

/// Derives a Pipeline's status from its spec.
public enum PipelineStatusPlanner {
    /// The status as it should be.
    ///
    /// - Parameters:
    ///   - pipeline: The pipeline.
    ///   - lastRun: The name of the newest run that names it.
    ///   - now: The time.
    public static func status(
        of pipeline: Pipeline, lastRun: String?, now: Date
    ) -> PipelineStatus {
        var status = pipeline.status
        status.observedGeneration = pipeline.metadata.generation
        status.lastRun = lastRun
        let problem: InvalidSpec?
        switch pipeline.spec {
        case .failure(let invalid):
            problem = invalid
            status.tasks = nil
        case .success(let spec):
            let fields = PipelineValidator.validate(spec, named: pipeline.metadata.name)
            problem = fields.isEmpty ? nil : InvalidSpec(fields)
            status.tasks = spec.tasks.count + spec.finally.count
        }
        status.phase = problem == nil ? .ready : .invalid
        status.reason = problem == nil ? nil : .invalidSpec
        status.message = problem?.message
        status.conditions.set(
            Condition(
                type: "Ready", status: problem == nil ? .isTrue : .isFalse,
                reason: problem == nil ? "Valid" : Reason.invalidSpec.rawValue, message: problem?.message ?? "",
                observedGeneration: pipeline.metadata.generation, lastTransitionTime: Time(now)))
        return status
    }
}
