import FairleadAPI
import FairleadPlanning
import Foundation
import KubernetesCore
import PropertyTesting
import Testing

/// A cluster as values: the run, its pods, and what a kubelet and a controller's writer do to them.
struct RunModel {
    var run: PipelineRun
    let fixed: FixedRun
    let settings = PlanningSettings(artifactStore: "file:///store")
    var pods: [String: PodView] = [:]
    /// The pods as they were asked for.
    var made: [String: JSONValue] = [:]
    /// Tasks whose pods the server refuses, and how often it did.
    var refused: Set<String> = []
    var refusals = 0
    /// The most pods that the server takes, as a ResourceQuota counts them: those that have not ended.
    var quota = Int.max
    /// Whether a policy lets nobody write on pods that are there.
    var refusesMarks = false
    /// What failed programs said, by pod.
    var logs: [String: String] = [:]
    var children: [String: PipelineRun] = [:]
    var jobs: [String: TrainingJob] = [:]
    /// What the chunks of mapped tasks hold.
    var outputs: [String: [Int: ItemOutput]] = [:]
    /// The ConfigMaps of lists that were written.
    var lists: [String: JSONValue] = [:]
    var now = Date(timeIntervalSince1970: 1_767_225_600)
    /// How often a pod of each name was made.
    var created: [String: Int] = [:]
    /// How often an item's program did what it declares; the key is `task/item`.
    var completions: [String: Int] = [:]
    private var version = 1

    init(_ spec: PipelineSpec, params: [String: JSONValue] = [:]) {
        var metadata = ObjectMeta(name: "run", namespace: "default", uid: "uid-run", resourceVersion: "1")
        metadata.creationTimestamp = Time(now)
        run = PipelineRun(metadata: metadata, spec: PipelineRunSpec(pipeline: "p"))
        fixed = FixedRun(pipeline: "p", spec: spec, params: params)
    }

    /// A table as a controller that has just started builds it.
    func rebuilt(order: [PodView]? = nil) -> RunTable {
        var table = RunTable(
            shape: RunShape(fixed), recorded: run.status.tasks, outputs: outputs, commits: run.status.commits)
        for pod in order ?? pods.values.sorted(by: { $0.metadata.name < $1.metadata.name }) { table.fold(pod) }
        for child in children.values.sorted(by: { $0.metadata.name < $1.metadata.name }) { table.fold(child) }
        for job in jobs.values.sorted(by: { $0.metadata.name < $1.metadata.name }) { table.fold(job) }
        return table
    }

    mutating func nextVersion() -> ResourceVersion {
        version += 1
        return ResourceVersion(String(version))
    }

    /// Performs one action as the writer does; what the server answers is folded at once.
    mutating func perform(_ action: PipelineRunAction, _ table: inout RunTable) {
        switch action {
        case .writeItemOutputs(let chunks):
            for chunk in chunks {
                let task = chunk.configMap[path: ["metadata", "labels", FairleadLabel.task]]?.stringValue ?? ""
                outputs[task, default: [:]].merge(ItemOutputs.read(chunk.configMap)) { _, new in new }
            }
        case .writeLists(let task, let written):
            for list in written { lists[list.name] = list.configMap["data"] }
            table.didWriteLists(task)
        case .createChildren(let requests):
            for request in requests {
                if refused.contains(fixed.task(at: request.item.task)?.name ?? "") {
                    refusals += 1
                    table.postpone(request.item, by: "\(request.name) was refused: exceeded quota", now: now)
                    continue
                }
                if children[request.name] == nil, jobs[request.name] == nil { create(request) }
                if let child = children[request.name] { table.fold(child) }
                if let job = jobs[request.name] { table.fold(job) }
            }
        case .stopChildren(let views, _):
            for view in views {
                endChild(view.pod, .stopped)
                table.didStop(pod: view.pod)
                if let child = children[view.pod] { table.fold(child) }
                if let job = jobs[view.pod] { table.fold(job) }
            }
        case .removePods:
            for (name, pod) in pods
            where pod.metadata.finalizers.isEmpty && pod.metadata.labels[FairleadLabel.recorded] == "Succeeded" {
                pods[name] = nil
                table.remove(pod.metadata)
            }
            table.didRemove()
        case .readLogs(let pods):
            for (task, pod) in pods { table.didReadLog(of: task, pod: pod, logs[pod]) }
        case .registerModels, .applyServices: Issue.record("no task of the model registers anything")
        case .patchStatus(let status, let flushing):
            run.status = status
            table.didFlush(flushing, now: now)
        case .createPods(let requests):
            var rest: [PodRequest] = []
            for request in requests {
                if pods[request.name] == nil {
                    let isRefused = refused.contains(fixed.task(at: request.item.task)?.name ?? "")
                    if isRefused || (quota < .max && unfinished.count >= quota) {
                        rest.append(request)
                        continue
                    }
                    create(request)
                }
                if let pod = pods[request.name] { table.fold(pod) }
            }
            refusals += rest.count
            table.didCreate(requests.count, allSucceeded: rest.isEmpty)
            for request in rest {
                table.hinder(request.item, by: "pod \(request.name) was refused: exceeded quota", now: now)
            }
        case .releasePods(let views, let recorded):
            for view in views {
                release(view, recorded: recorded)
                if let pod = pods[view.pod] { table.fold(pod) }
                table.didRelease(pod: view.pod)
            }
        case .markPods(let views):
            if refusesMarks { return table.didRefuseMarks(of: views) }
            for view in views {
                if let pod = pods[view.pod], pod.metadata.resourceVersion == view.resourceVersion {
                    pods[view.pod]?.metadata.annotations[PodNaming.overdueAnnotation] = view.waitsFor
                    let version = nextVersion()
                    pods[view.pod]?.metadata.resourceVersion = version
                    if let pod = pods[view.pod] { table.fold(pod) }
                }
                table.didMark(pod: view.pod)
            }
        case .deletePods(let views):
            for view in views {
                if view.isOverdue, pods[view.pod]?.metadata.resourceVersion != view.resourceVersion {
                    table.didStop(pod: view.pod)
                    continue
                }
                delete(view.pod)
                if let pod = pods[view.pod] { table.fold(pod) }
            }
        case .note, .deleteRun, .lookUpCache, .writeCache, .sendNotifications: break
        }
    }

    private mutating func create(_ request: PodRequest) {
        guard var pod = try? KubernetesJSON.decode(PodView.self, from: request.pod) else { return }
        created[request.name, default: 0] += 1
        pod.metadata.uid = "uid-\(request.name)-\(created[request.name] ?? 0)"
        pod.metadata.resourceVersion = nextVersion()
        pod.metadata.creationTimestamp = Time(now)
        pod.status.phase = "Pending"
        pods[request.name] = pod
        made[request.name] = request.pod
    }

    private mutating func create(_ request: ChildRequest) {
        created[request.name, default: 0] += 1
        if request.type == .trainingJob {
            guard var job = try? KubernetesJSON.decode(TrainingJob.self, from: request.object) else { return }
            #expect(TrainingJobValidator.validate(job) == [])
            job.metadata.uid = "uid-\(request.name)"
            job.metadata.resourceVersion = nextVersion()
            job.metadata.creationTimestamp = Time(now)
            jobs[request.name] = job
            return
        }
        guard var child = try? KubernetesJSON.decode(PipelineRun.self, from: request.object) else { return }
        child.metadata.uid = "uid-\(request.name)"
        child.metadata.resourceVersion = nextVersion()
        child.metadata.creationTimestamp = Time(now)
        children[request.name] = child
    }

    /// The names of the nested runs and jobs, in a fixed order.
    var childNames: [String] { (Array(children.keys) + Array(jobs.keys)).sorted() }

    /// Changes a job as its controller does.
    mutating func change(job name: String, _ change: (inout TrainingJobStatus) -> Void) {
        guard jobs[name] != nil, jobs[name]?.status.phase?.isTerminal != true else { return }
        if var status = jobs[name]?.status {
            change(&status)
            jobs[name]?.status = status
        }
        let version = nextVersion()
        jobs[name]?.metadata.resourceVersion = version
        if jobs[name]?.status.phase == .succeeded, let key = jobs[name].flatMap({ itemKey($0.metadata) }) {
            completions[key, default: 0] += 1
        }
    }

    /// Ends a nested run or a job.
    mutating func endChild(_ name: String, _ phase: PipelineRunStatus.Phase) {
        let now = now
        change(job: name) { status in
            status.phase = TrainingJobStatus.Phase(rawValue: phase.rawValue)
            status.reason = phase == .failed ? .exitCode : nil
            status.completionTime = Time(now)
            if phase == .succeeded { status.results = ["r": 7] }
        }
        guard children[name] != nil, children[name]?.status.phase?.isTerminal != true else { return }
        children[name]?.status.phase = phase
        children[name]?.status.reason = phase == .failed ? .exitCode : nil
        children[name]?.status.completionTime = Time(now)
        let version = nextVersion()
        children[name]?.metadata.resourceVersion = version
        if phase == .succeeded, let key = children[name].flatMap({ itemKey($0.metadata) }) {
            completions[key, default: 0] += 1
        }
    }

    private func itemKey(_ metadata: ObjectMeta) -> String? {
        metadata.labels[FairleadLabel.task].map { "\($0)/\(metadata.labels[FairleadLabel.itemIndex] ?? "0")" }
    }

    /// Lets the controller see everything that there is.
    func show(_ table: inout RunTable) {
        for pod in pods.values { table.fold(pod) }
        for child in children.values { table.fold(child) }
        for job in jobs.values { table.fold(job) }
    }

    private mutating func release(_ view: AttemptView, recorded: Bool) {
        guard pods[view.pod]?.metadata.uid == view.uid else { return }
        pods[view.pod]?.metadata.finalizers = []
        if recorded {
            pods[view.pod]?.metadata.labels[FairleadLabel.recorded] = view.hasSucceeded ? "Succeeded" : "Failed"
        }
        let version = nextVersion()
        pods[view.pod]?.metadata.resourceVersion = version
        if pods[view.pod]?.metadata.isBeingDeleted == true { pods[view.pod] = nil }
    }

    mutating func delete(_ name: String) {
        guard pods[name] != nil else { return }
        pods[name]?.metadata.deletionTimestamp = Time(now)
        let version = nextVersion()
        pods[name]?.metadata.resourceVersion = version
        if pods[name]?.metadata.finalizers.isEmpty == true { pods[name] = nil }
    }

    /// Ends a pod's program.
    mutating func end(_ name: String, exitCode: Int, message: String = "", reason: String? = nil) {
        guard let pod = pods[name], !isTerminal(name) else { return }
        // A pod that was deleted before it had a node never runs.
        if pod.metadata.isBeingDeleted, pod.spec.nodeName == nil { return }
        let started = pod.status.containerStatuses?.first?.state?.running?.startedAt ?? Time(now)
        pods[name]?.spec.nodeName = "node"
        pods[name]?.status.phase = exitCode == 0 ? "Succeeded" : "Failed"
        pods[name]?.status.reason = reason
        pods[name]?.status.containerStatuses = [
            ContainerStatus(
                name: "main",
                state: ContainerState(
                    terminated: ContainerState.Terminated(
                        exitCode: exitCode, message: message, startedAt: started, finishedAt: Time(now))))
        ]
        let version = nextVersion()
        pods[name]?.metadata.resourceVersion = version
        let declares = fixed.tasks.first { $0.name == pod.metadata.labels[FairleadLabel.task] }?.container.results ?? []
        let isGood = exitCode == 0 && (declares.isEmpty || message == "r=7" || message == "r=1")
        if isGood, let key = itemKey(pod.metadata) { completions[key, default: 0] += 1 }
    }

    mutating func start(_ name: String) {
        guard pods[name]?.status.phase == "Pending", pods[name]?.metadata.isBeingDeleted == false else { return }
        pods[name]?.spec.nodeName = "node"
        pods[name]?.status.phase = "Running"
        pods[name]?.status.containerStatuses = [
            ContainerStatus(
                name: "main", state: ContainerState(running: ContainerState.Running(startedAt: Time(now))))
        ]
        let version = nextVersion()
        pods[name]?.metadata.resourceVersion = version
    }

    func isTerminal(_ name: String) -> Bool {
        pods[name]?.status.phase == "Succeeded" || pods[name]?.status.phase == "Failed"
    }

    /// Pods whose program has not ended, in a fixed order.
    var unfinished: [String] { pods.keys.filter { !isTerminal($0) }.sorted() }

    mutating func plan(_ table: inout RunTable) -> Plan<PipelineRunAction> {
        if run.status.phase?.isTerminal == true {
            return PipelineRunPlanner.planEnd(run: run, pods: Array(pods.values), now: now)
        }
        return PipelineRunPlanner.plan(run: run, fixed: fixed, table: &table, settings: settings, now: now)
    }

    /// Plans and performs until the plan is empty.
    mutating func settle(_ table: inout RunTable, steps: Int = 50) {
        for _ in 0..<steps {
            let plan = plan(&table)
            if plan.actions.isEmpty { return }
            for action in plan.actions { perform(action, &table) }
            now += 1
        }
        Issue.record("the planner does not come to rest")
    }
}
