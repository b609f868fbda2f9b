public import FairleadAPI
import KubernetesCore

extension TrainingJobPlanner {
    /// What a queue is asked to have room for: the pods of each role.
    ///
    /// - Throws: ``TaskProblem`` where a pod can't be made.
    public static func podSets(
        job: TrainingJob, fixed: FixedJob, settings: PlanningSettings
    ) throws(TaskProblem) -> [KueuePodSet] {
        let builder = JobPods(job: job, fixed: fixed, settings: settings)
        var sets: [KueuePodSet] = []
        for role in GangShape(fixed).roles {
            guard let member = fixed.member(role.name, 0) else { continue }
            let request = try builder.pod(member, budget: AttemptBudget()).get()
            sets.append(
                KueuePodSet(
                    role: role.name, count: role.count, minCount: role.minimum < role.count ? role.minimum : nil,
                    pod: request.pod))
        }
        return sets
    }
}

extension GangTable {
    /// How the job's pods stand, as far as a queue wants to know.
    public var podCounts: JobPodCounts {
        var result = JobPodCounts(active: activePods)
        for (role, counts) in zip(shape.roles, counts) {
            result.ready[role.name] = counts.ready
            result.succeeded[role.name] = counts.succeeded
        }
        return result
    }

    /// Looks again for what places the pods together, where something stood in its way.
    public mutating func lookAgain() { if gang?.problem != nil { gang = nil } }
}

extension FixedJob {
    /// The registered models that pods read, as they are named.
    public var modelInputs: [String] {
        Set(containers.values.flatMap { $0.inputs.values.compactMap(\.model) }).sorted()
    }
}
