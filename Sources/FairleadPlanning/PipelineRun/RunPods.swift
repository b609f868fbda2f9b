import FairleadAPI
import KubernetesCore

/// The pods of one run.
struct RunPods: Sendable {
    let run: PipelineRun
    let fixed: FixedRun
    let builder: PodBuilder

    init(run: PipelineRun, fixed: FixedRun, settings: PlanningSettings) {
        self.run = run
        self.fixed = fixed
        builder = PodBuilder(owner: fixed.owner(run: run.metadata), settings: settings)
    }

    /// The pod of an item's next attempt.
    ///
    /// - Parameters:
    ///   - index: The task.
    ///   - attempt: The item, and what is known of earlier attempts.
    func pod(_ index: Int, _ attempt: PodAttempt) -> Result<PodRequest, TaskProblem> {
        guard let task = fixed.task(at: index) else {
            return .failure(TaskProblem(.invalidSpec, "no task has the index \(index)"))
        }
        let name = PodNaming.podName(
            run: run.metadata.name, runUID: run.metadata.uid, task: task.name, index: attempt.index,
            attempt: attempt.budget.attempt)
        var container = task.container
        container.profile = container.profile ?? run.spec.value?.profile
        var program = PodProgram(
            pod: name, story: "task \"\(task.name)\"", place: task.name, container: container,
            identity: [("FAIRLEAD_RUN", run.metadata.name), ("FAIRLEAD_TASK", task.name)])
        program.additions.labels[FairleadLabel.task] = task.name
        program.additions.labels[PodNaming.queueLabel] = run.spec.value?.queue
        program.additions.labels[FairleadLabel.itemIndex] = attempt.scope.itemIndex.map { String($0) }
        return Result { [program] () throws(TaskProblem) in
            let pod = try builder.pod(program, attempt)
            return PodRequest(item: ItemID(task: index, item: attempt.index), name: name, pod: pod)
        }
    }

    /// What names the code of a task while its commit has to be found out.
    func codeKey(_ index: Int, in scope: Scope) -> String? {
        fixed.task(at: index).flatMap { PodCode.key($0.container, in: scope) }
    }
}
