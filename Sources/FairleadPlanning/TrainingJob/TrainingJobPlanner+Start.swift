import FairleadAPI
import Foundation
import KubernetesCore

extension TrainingJobPlanner {
    /// Makes the pods that are missing, as soon as nothing of an older attempt runs any more.
    static func start(
        _ job: TrainingJob, _ fixed: FixedJob, _ table: inout GangTable, _ surroundings: JobSurroundings,
        _ settings: PlanningSettings, _ now: Date, _ plan: inout Plan<TrainingJobAction>
    ) {
        guard !table.isClearing, !table.isFinishing, table.refusal == nil else { return }
        if let due = table.restartAt, due > now { return }
        if let due = table.hindrance?.retryAt, due > now { return }
        let updates = surroundings.updates
        let ordinals = table.startable(limit: table.createWindow, most: updates.compactMapValues(\.count))
        guard !ordinals.isEmpty else { return }
        guard let gang = table.gang else {
            plan.actions.append(.prepare)
            return
        }
        guard gang.problem == nil else { return }
        let builder = JobPods(job: job, fixed: fixed, settings: settings)
        var requests: [MemberRequest] = []
        do throws(TaskProblem) {
            for ordinal in ordinals {
                let role = table.shape.roles[table.shape.role(of: ordinal)].name
                guard let member = fixed.member(role, table.shape.index(of: ordinal)) else { continue }
                let budget = table.budget(ordinal)
                var request = try builder.pod(member, budget: budget, commits: table.commits).get()
                request.pod[path: ["metadata", "annotations", PodNaming.gangAttemptAnnotation]] = .string(
                    String(table.attempt))
                updates[role]?.apply(to: &request.pod)
                gang.stamp(&request.pod, role: role)
                requests.append(MemberRequest(ordinal: ordinal, name: request.name, pod: request.pod))
            }
        } catch {
            table.refuse(error)
            plan.wake = .now
            return
        }
        plan.actions.append(.createPods(requests))
    }
}
