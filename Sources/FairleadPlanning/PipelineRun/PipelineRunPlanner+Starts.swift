import FairleadAPI
import Foundation
import KubernetesCore

extension PipelineRunPlanner {
    /// The most released pods that wait for their deletion while the run goes on.
    static let removalBatch = 500

    /// When the run's time is over, nil for never.
    static func deadline(_ run: PipelineRun) -> Date? {
        guard let seconds = run.spec.value?.activeDeadlineSeconds, let start = run.status.startTime else { return nil }
        return start.date.addingTimeInterval(Double(max(0, seconds)))
    }

    /// Stops a run whose user, or whose deadline, says so.
    static func halt(_ run: PipelineRun, _ table: inout RunTable, now: Date) {
        switch run.spec.value?.shutdown {
        case .stop:
            table.stop(RunTable.Halt(reason: .stopped, includesFinally: false, message: "the run was stopped"))
        case .terminate:
            table.stop(RunTable.Halt(reason: .stopped, includesFinally: true, message: "the run was terminated"))
        case nil:
            if let other = RunReplacement.replacement(of: run.metadata) {
                let message = RunReplacement.message(other)
                return table.stop(RunTable.Halt(reason: .cancelled, includesFinally: false, message: message))
            }
            guard let deadline = deadline(run), deadline <= now else { return }
            table.stop(
                RunTable.Halt(
                    reason: .timeout, includesFinally: false,
                    message: "the run took longer than activeDeadlineSeconds"))
        }
    }

    /// Opens every task whose time has come, until nothing follows from it, and asks for people's decisions.
    static func open(run: PipelineRun, fixed: FixedRun, table: inout RunTable, now: Date) {
        let isSuspended = run.spec.value?.suspend == true
        let opener = TaskOpener(run: run, fixed: fixed, now: now)
        while !isSuspended, let index = table.openable.min() {
            switch opener.open(index, table) {
            case .items(let items):
                table.open(index, items, now: now)
                table.ask(index, opener.question(index, table))
            case .decided(let phase, let reason, let message):
                table.decide(index, phase, reason: reason, message: message, now: now)
            }
            table.advance(now: now)
        }
        var hasDecided = false
        for index in table.shape.approvals where table.entries[index].record == nil {
            guard case .approval(let gate)? = fixed.task(at: index)?.work, let opened = table.entries[index].opened,
                table.entries[index].items != nil
            else { continue }
            let (end, due) = opener.approval(gate, name: table.shape.tasks[index].name, opened: opened)
            if let due { table.wake(index, at: due) }
            guard let (phase, reason, message) = end else { continue }
            table.decide(index, phase, reason: reason, message: message, now: now)
            hasDecided = true
        }
        guard hasDecided else { return }
        table.advance(now: now)
        open(run: run, fixed: fixed, table: &table, now: now)
    }

    /// What starts in one step.
    struct Starts {
        /// Pods to be made.
        var pods: [PodRequest] = []
        /// Nested runs and training jobs to be made.
        var children: [ChildRequest] = []
        /// Items to be looked up in the cache first.
        var lookups: [CacheRequest] = []
    }

    /// The pods, nested runs and training jobs to be made now: in the order of the tasks, within the limits of the run and the step.
    static func starts(of pods: RunPods, table: inout RunTable, now: Date) -> Starts {
        var starts = Starts()
        let (run, fixed) = (pods.run, pods.fixed)
        if run.spec.value?.suspend == true { return starts }
        let room = table.shape.maxParallelTasks.map { max(0, $0 - table.active) } ?? Int.max
        let count = min(room, table.createWindow)
        guard count > 0, !table.startable.isEmpty else { return starts }
        let cache = CachePlanner(run: run, fixed: fixed)
        var attempts = PodAttempts(pods)
        var hasFailed = false
        for id in table.startableItems(limit: count, now: now) {
            do throws(TaskProblem) {
                if table.shape.tasks[id.task].kind == .child {
                    starts.children.append(try ChildRequest(id, run: run, fixed: fixed, table: table))
                } else if var attempt = attempts.attempt(id, table) {
                    let code = pods.codeKey(id.task, in: attempt.scope)
                    if let lookup = try cache.lookup(id, attempt, codeKey: code, table) {
                        starts.lookups.append(lookup)
                        continue
                    }
                    attempt.computation = try cache.computation(id, attempt, codeKey: code, table)
                    starts.pods.append(try pods.pod(id.task, attempt).get())
                }
            } catch {
                table.fail(id, reason: error.reason, message: error.message, now: now)
                hasFailed = true
            }
        }
        if hasFailed {
            table.advance(now: now)
            open(run: run, fixed: fixed, table: &table, now: now)
        }
        return starts
    }

    /// Writes the lists of results of mapped tasks that have ended: pods may mount them.
    static func writeLists(_ run: PipelineRun, _ table: RunTable, _ plan: inout Plan<PipelineRunAction>) {
        for index in table.unwrittenLists.sorted() {
            plan.actions.append(.writeLists(task: index, ItemOutputs.lists(of: index, table, run: run)))
        }
    }

    /// Ends what outlived a limit, its run or its retention.
    static func end(_ run: PipelineRun, _ table: RunTable, _ plan: inout Plan<PipelineRunAction>) {
        let overdue = table.overdue.values.sorted { $0.pod < $1.pod }
        if !overdue.isEmpty { plan.actions.append(.markPods(overdue)) }
        let expired = table.expired.values.filter { !$0.isBeingDeleted }.sorted { $0.pod < $1.pod }
        let pods = expired.filter { $0.child == nil }
        if !pods.isEmpty { plan.actions.append(.deletePods(pods)) }
        let children = expired.filter { $0.child != nil }
        if !children.isEmpty {
            plan.actions.append(.stopChildren(children, table.halt?.includesFinally == true ? .terminate : .stop))
        }
    }

    /// Lets go of pods whose outcome is recorded, and deletes those which nobody wants to keep.
    static func release(_ run: PipelineRun, _ table: RunTable, _ plan: inout Plan<PipelineRunAction>) {
        if !table.releasable.isEmpty {
            let views = table.releasable.values.sorted { $0.pod < $1.pod }
            plan.actions.append(.releasePods(Array(views.prefix(releaseBatch)), recorded: true))
            if views.count > releaseBatch { plan.wake = .now }
        }
        if table.removable >= removalBatch, let selector = PodRemoval.selector(run: run) {
            plan.actions.append(.removePods(selector: selector))
        }
    }
}
