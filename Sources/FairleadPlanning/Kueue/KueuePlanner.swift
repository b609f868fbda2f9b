public import FairleadAPI
public import Foundation
public import KubernetesCore

/// What is to be done to a job's Workload.
public enum KueueAction: Sendable, Hashable {
    /// Make it.
    case create
    /// Take it away, and with it the job's place.
    case delete
    /// Move it to another queue.
    case move(queue: String)
    /// Merge into its status, which must be of the version that was seen.
    case patchStatus(JSONValue)
}

/// What follows from a job's Workload.
public struct KueuePlan: Sendable, Hashable {
    /// Whether the job may have pods.
    public var admission: JobAdmission
    /// What is to be done.
    public var actions: [KueueAction]

    /// Makes a plan.
    public init(admission: JobAdmission, actions: [KueueAction]) {
        self.admission = admission
        self.actions = actions
    }
}

/// Keeps the contract between Kueue and what it lets in and puts out: a job without admission has no pods, and a
/// place is given back when the last pod has ended.
public enum KueuePlanner {
    /// What is known of a job that wants a place.
    public struct Observed: Sendable {
        /// The job.
        public var job: TrainingJob
        /// The LocalQueue that it names.
        public var queue: String
        /// What it runs, as it was fixed; nil where it is over.
        public var spec: TrainingJobSpec?
        /// Its Workload; nil where there is none.
        public var workload: KueueWorkload?
        /// What the admission makes of the pods; a failure tells why nothing can.
        public var updates: Result<[String: PodSetUpdate], KueueProblem>
        /// Its pods.
        public var pods: JobPodCounts

        /// Describes a job.
        public init(
            job: TrainingJob, queue: String, spec: TrainingJobSpec?, workload: KueueWorkload?,
            updates: Result<[String: PodSetUpdate], KueueProblem>, pods: JobPodCounts
        ) {
            self.job = job
            self.queue = queue
            self.spec = spec
            self.workload = workload
            self.updates = updates
            self.pods = pods
        }
    }

    /// Decides.
    public static func plan(_ observed: Observed, now: Date) -> KueuePlan {
        let isSuspended = observed.job.spec.value?.suspend == true
        if let outcome = observed.job.status.phase, outcome.isTerminal {
            return KueuePlan(admission: .waiting("the job is over"), actions: finish(observed, now))
        }
        guard let workload = observed.workload else {
            if isSuspended { return waiting("the job is suspended") }
            if observed.pods.active > 0 { return waiting("the pods of an earlier start are ending") }
            return waiting("waiting for queue \"\(observed.queue)\"", [.create])
        }
        if workload.metadata.isBeingDeleted { return waiting("its place in the queue was taken away") }
        if let finished = workload.conditions[type: KueueName.finished], finished.status == .isTrue {
            return waiting("Kueue takes the job for finished: \(finished.message)")
        }
        if isSuspended {
            return waiting("the job is suspended", observed.pods.active == 0 ? [.delete] : [])
        }
        if let evicted = workload.conditions[type: KueueName.evicted], evicted.status == .isTrue {
            return waiting("put out by Kueue: \(evicted.message)", release(workload, evicted, observed.pods, now))
        }
        guard workload.isAdmitted else { return queued(workload, observed) }
        switch observed.updates {
        case .success(let updates):
            return KueuePlan(
                admission: .admitted(updates), actions: report(workload, observed, updates, now))
        case .failure(let problem): return waiting(problem.message)
        }
    }

    private static func waiting(_ message: String, _ actions: [KueueAction] = []) -> KueuePlan {
        KueuePlan(admission: .waiting(message), actions: actions)
    }

    private static func queued(_ workload: KueueWorkload, _ observed: Observed) -> KueuePlan {
        let moves = workload.queueName != observed.queue && !workload.holds(KueueName.quotaReserved)
        let told = workload.conditions[type: KueueName.quotaReserved].map { ": \($0.message)" } ?? ""
        return waiting(
            "waiting in queue \"\(observed.queue)\"\(told)", moves ? [.move(queue: observed.queue)] : [])
    }

    /// Tells that the job is over, which frees its place.
    private static func finish(_ observed: Observed, _ now: Date) -> [KueueAction] {
        guard let workload = observed.workload, !workload.metadata.isBeingDeleted,
            !workload.holds(KueueName.finished)
        else { return [] }
        let isSuccess = observed.job.status.phase == .succeeded
        return patch(workload, now) { conditions in
            conditions.tell(
                KueueName.finished, .isTrue, isSuccess ? "Succeeded" : "Failed",
                observed.job.status.message ?? (isSuccess ? "the job succeeded" : "the job ended"))
        }
    }

    /// Gives an evicted job's place back when its last pod has ended.
    private static func release(
        _ workload: KueueWorkload, _ evicted: Condition, _ pods: JobPodCounts, _ now: Date
    ) -> [KueueAction] {
        guard workload.holds(KueueName.quotaReserved), pods.active == 0 else { return [] }
        var extra: [String: JSONValue] = ["admission": .null]
        if let admitted = workload.conditions[type: KueueName.admitted], admitted.status == .isTrue {
            let seconds = max(0, Int64(min(now.timeIntervalSince(admitted.lastTransitionTime.date), 1e9)))
            let past = min(max(workload.pastExecutionSeconds ?? 0, 0), Int64(Int32.max) - seconds)
            extra["accumulatedPastExecutionTimeSeconds"] = .integer(past + seconds)
        }
        // Whoever is put out for other reasons is let back by Kueue itself.
        let returns = evicted.reason == "Preempted" || evicted.reason == "NodeFailures"
        return patch(workload, now, extra) { conditions in
            conditions.tell(KueueName.requeued, returns ? .isTrue : .isFalse, evicted.reason, evicted.message)
            conditions.tell(KueueName.quotaReserved, .isFalse, "Pending", evicted.message)
            if conditions.has(KueueName.admitted) {
                conditions.tell(KueueName.admitted, .isFalse, "NoReservation", "The workload has no reservation")
            }
            if conditions.has(KueueName.podsReady) {
                conditions.tell(KueueName.podsReady, .isFalse, "WaitForStart", "the job has no place")
            }
        }
    }

    /// Tells whether the pods are ready, and which will not be needed any more.
    private static func report(
        _ workload: KueueWorkload, _ observed: Observed, _ updates: [String: PodSetUpdate], _ now: Date
    ) -> [KueueAction] {
        let isReady = workload.podSets.allSatisfy { set in
            let wanted = min(updates[set.name]?.count ?? set.count, set.minCount ?? set.count)
            return (observed.pods.ready[set.name] ?? 0) + (observed.pods.succeeded[set.name] ?? 0) >= wanted
        }
        var extra: [String: JSONValue] = [:]
        if let reclaimable = reclaimable(workload, observed) { extra["reclaimablePods"] = reclaimable }
        let known = workload.conditions[type: KueueName.podsReady]
        let wasReady = known?.status == .isTrue
        if known != nil, wasReady == isReady, extra.isEmpty { return [] }
        let recovers = known?.reason == "WaitForRecovery" || known?.reason == "Recovered"
        return patch(workload, now, extra) { conditions in
            if isReady {
                conditions.tell(
                    KueueName.podsReady, .isTrue, recovers ? "Recovered" : "Started", "every pod is ready or succeeded")
            } else {
                conditions.tell(
                    KueueName.podsReady, .isFalse, wasReady || recovers ? "WaitForRecovery" : "WaitForStart",
                    "not every pod is ready or succeeded")
            }
        }
    }

    /// How many pods of each role will not run again; nil where nothing new is known.
    private static func reclaimable(_ workload: KueueWorkload, _ observed: Observed) -> JSONValue? {
        // A gang that restarts runs those that succeeded again.
        guard observed.spec?.retryScope == .replica else { return nil }
        let counts = workload.podSets.compactMap { set -> KueueWorkload.Reclaimable? in
            let told = workload.reclaimable.first { $0.name == set.name }?.count ?? 0
            let count = min(max(observed.pods.succeeded[set.name] ?? 0, told), set.count)
            return count > 0 ? KueueWorkload.Reclaimable(name: set.name, count: count) : nil
        }
        guard Set(counts) != Set(workload.reclaimable) else { return nil }
        return .array(counts.map { ["name": .string($0.name), "count": .integer(Int64($0.count))] })
    }

    private static func patch(
        _ workload: KueueWorkload, _ now: Date, _ extra: [String: JSONValue] = [:],
        _ change: (inout KueueConditions) -> Void
    ) -> [KueueAction] {
        var conditions = KueueConditions(
            list: workload.conditions, generation: workload.metadata.generation, now: Time(now))
        change(&conditions)
        var status = extra
        status["conditions"] = conditions.json
        return [.patchStatus(.object(status))]
    }
}
