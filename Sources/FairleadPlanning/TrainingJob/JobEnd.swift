import FairleadAPI
import Foundation
import KubernetesCore

/// How a job ends.
struct JobEnd: Sendable, Hashable {
    /// A phase that is terminal.
    var phase: TrainingJobStatus.Phase
    /// Why; nil after success.
    var reason: Reason?
    /// For people.
    var message: String?

    static let success = JobEnd(phase: .succeeded)
}

/// What is to become of a job's gang.
enum GangVerdict: Sendable, Hashable {
    /// It goes on.
    case goesOn
    /// Something ended it, and what that was is known for sure at a time.
    case settles(Date)
    /// All of it is made again.
    case restarts(FirstCause, RestartBudget)
    /// The job ends.
    case ends(JobEnd)

    /// Decides.
    ///
    /// - Parameters:
    ///   - job: The job.
    ///   - table: Its pods.
    ///   - isSuspended: Whether it may have none, so that their ends mean nothing.
    ///   - now: The time.
    static func decide(_ job: TrainingJob, _ table: GangTable, isSuspended: Bool, now: Date) -> GangVerdict {
        if table.hasSucceeded { return .ends(.success) }
        switch job.spec.value?.shutdown {
        case .stop: return .ends(JobEnd(phase: .stopped, reason: .stopped, message: "the job was stopped"))
        case .terminate: return .ends(JobEnd(phase: .stopped, reason: .stopped, message: "the job was terminated"))
        case nil: break
        }
        if isSuspended { return .goesOn }
        if let (due, field) = deadline(job, table.shape), due <= now {
            return .ends(JobEnd(phase: .failed, reason: .timeout, message: "the job took longer than \(field)"))
        }
        if let problem = table.refusal {
            return .ends(JobEnd(phase: .failed, reason: problem.reason, message: problem.message))
        }
        if table.replicas.isActive {
            guard let cause = table.replicas.verdict ?? table.pendingCause(now: now) else { return .goesOn }
            return .ends(failure(cause, table))
        }
        guard let cause = table.firstCause() ?? table.missingCause() ?? table.pendingCause(now: now) else {
            return .goesOn
        }
        if let due = table.settled(cause), due > now { return .settles(due) }
        let budget = RestartBudget(
            after: cause.outcome, failures: table.failures, disruptions: table.disruptions, shape: table.shape)
        return budget.mayRestart ? .restarts(cause, budget) : .ends(failure(cause, table))
    }

    private static func failure(_ cause: FirstCause, _ table: GangTable) -> JobEnd {
        JobEnd(phase: .failed, reason: cause.reason, message: story(of: cause, table))
    }

    /// Which member failed where in which attempt, and how.
    static func story(of cause: FirstCause, _ table: GangTable) -> String {
        var message = cause.outcome.failure?.message ?? ""
        if cause.reason == .resultMissing, table.shape.hasLauncher {
            message += " (it must be written in the launcher's pod: what processes write in the workers' stays there)"
        }
        let attempt = table.members.indices.contains(cause.ordinal) ? table.members[cause.ordinal]?.attempt : nil
        let when = (attempt ?? table.attempt) > 1 ? "attempt \(attempt ?? table.attempt): " : ""
        return cause.pod.isEmpty ? "\(when)\(message)" : "\(when)\(table.shape.name(of: cause.ordinal)): \(message)"
    }

    /// When the job's time is over, and which field says so; nil for never.
    static func deadline(_ job: TrainingJob, _ shape: GangShape) -> (due: Date, field: String)? {
        // The time of a job that waits begins when it goes on.
        guard let start = job.status.startTime?.date, job.status.phase != .suspended, job.status.phase != .queued else {
            return nil
        }
        var limits: [(Date, String)] = []
        if let seconds = job.spec.value?.activeDeadlineSeconds {
            limits.append((start.addingTimeInterval(Double(max(0, seconds))), "activeDeadlineSeconds"))
        }
        if let total = shape.totalTimeout {
            limits.append((start.addingTimeInterval(total.seconds), "timeouts.total"))
        }
        return limits.min { $0.0 < $1.0 }
    }
}
