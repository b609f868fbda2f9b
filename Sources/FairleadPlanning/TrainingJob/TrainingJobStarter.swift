public import FairleadAPI
public import Foundation
public import KubernetesCore

/// Decides how a training job begins: what it runs is validated and fixed.
public enum TrainingJobStarter {
    /// What becomes of a job that has not started.
    public enum Decision: Sendable, Equatable {
        /// It can start: this ConfigMap fixes what it runs.
        case start(FixedJob, configMap: JSONValue)
        /// It waits; the status says for what.
        case wait(TrainingJobStatus)
        /// It can't run; the status says why.
        case refuse(TrainingJobStatus)
    }

    /// Decides.
    ///
    /// - Parameters:
    ///   - job: The job.
    ///   - settings: What the platform gives.
    ///   - now: The time.
    public static func decide(job: TrainingJob, settings: PlanningSettings, now: Date) -> Decision {
        if job.spec.value?.shutdown != nil {
            return .refuse(
                JobStatusBuilder.unstarted(
                    job: job, phase: .stopped, reason: .stopped, message: "stopped before it started", now: now))
        }
        do throws(TaskProblem) {
            let spec = try checked(job)
            // Whoever suspends a job may change it until it starts.
            if spec.suspend == true, spec.queue == nil {
                return .wait(
                    JobStatusBuilder.unstarted(
                        job: job, phase: .suspended, reason: .suspended, message: "spec.suspend is true", now: now))
            }
            let fixed = try FixedJob(spec, settings: settings, progress: settings.progress)
            return .start(fixed, configMap: try fixed.configMap(job: job.metadata))
        } catch {
            return .refuse(
                JobStatusBuilder.unstarted(
                    job: job, phase: .failed, reason: error.reason, message: error.message, now: now))
        }
    }

    /// What becomes of a job whose ConfigMap can't be made now: it waits for as long as it may be pending.
    ///
    /// - Parameters:
    ///   - job: The job.
    ///   - refusal: What the API server says.
    ///   - now: The time.
    public static func hindered(job: TrainingJob, by refusal: String, now: Date) -> Decision {
        let since = job.status.startTime?.date ?? now
        if let limit = job.spec.value?.container.timeouts?.pending?.duration, since + limit.seconds <= now {
            let message = "the job did not start within timeouts.pending: \(refusal)"
            return .refuse(
                JobStatusBuilder.unstarted(
                    job: job, phase: .failed, reason: .pendingTimeout, message: message, now: now))
        }
        var status = JobStatusBuilder.unstarted(job: job, phase: .pending, reason: nil, message: refusal, now: now)
        status.startTime = Time(since)
        return .wait(status)
    }

    private static func checked(_ job: TrainingJob) throws(TaskProblem) -> TrainingJobSpec {
        switch job.spec {
        case .failure(let problem): throw TaskProblem(.invalidSpec, problem.message)
        case .success(let spec):
            let problems = TrainingJobValidator.validate(job)
            guard problems.isEmpty else { throw TaskProblem(.invalidSpec, InvalidSpec(problems).message) }
            return spec
        }
    }
}
