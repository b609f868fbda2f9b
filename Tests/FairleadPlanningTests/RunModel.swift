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
    var now = Date(timeIntervalSince1970: 1_767_225_600)
    /// How often a pod of each name was made.
    var created: [String: Int] = [:]
    /// How often a task's program ended with 0.
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
            shape: RunShape(fixed), recorded: run.status.tasks,
            artifacts: ArtifactLocation(root: "file:///store", namespace: "default", runUID: run.metadata.uid))
        for pod in order ?? pods.values.sorted(by: { $0.metadata.name < $1.metadata.name }) { table.fold(pod) }
        return table
    }

    mutating func nextVersion() -> ResourceVersion {
        version += 1
        return ResourceVersion(String(version))
    }

    /// Performs one action as the writer does; what the server answers is folded at once.
    mutating func perform(_ action: PipelineRunAction, _ table: inout RunTable) {
        switch action {
        case .patchStatus(let status, let flushing):
            run.status = status
            table.didFlush(flushing, now: now)
        case .createPods(let requests):
            for request in requests {
                if pods[request.name] == nil { create(request) }
                if let pod = pods[request.name] { table.fold(pod) }
            }
            table.didCreate(allSucceeded: true)
        case .releasePods(let views, let recorded):
            for view in views {
                release(view, recorded: recorded)
                if let pod = pods[view.pod] { table.fold(pod) }
                table.didRelease(pod: view.pod)
            }
        case .deletePods(let views):
            for view in views {
                delete(view.pod)
                if let pod = pods[view.pod] { table.fold(pod) }
            }
        case .note, .deleteRun: break
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
    }

    private mutating func release(_ view: AttemptView, recorded: Bool) {
        guard pods[view.pod]?.metadata.uid == view.uid else { return }
        pods[view.pod]?.metadata.finalizers = []
        if recorded { pods[view.pod]?.metadata.labels[FairleadLabel.recorded] = "true" }
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
        guard pods[name] != nil, !isTerminal(name) else { return }
        pods[name]?.spec.nodeName = "node"
        pods[name]?.status.phase = exitCode == 0 ? "Succeeded" : "Failed"
        pods[name]?.status.reason = reason
        pods[name]?.status.containerStatuses = [
            ContainerStatus(
                name: "main",
                state: ContainerState(
                    terminated: ContainerState.Terminated(
                        exitCode: exitCode, message: message, startedAt: Time(now), finishedAt: Time(now))))
        ]
        let version = nextVersion()
        pods[name]?.metadata.resourceVersion = version
        if exitCode == 0, let task = pods[name]?.metadata.labels[FairleadLabel.task] {
            completions[task, default: 0] += 1
        }
    }

    mutating func start(_ name: String) {
        guard pods[name]?.status.phase == "Pending" else { return }
        pods[name]?.spec.nodeName = "node"
        pods[name]?.status.phase = "Running"
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

extension PipelineSpec {
    /// A random graph: an edge leads from a task to later ones only.
    static func random(using generator: inout SeededGenerator) -> PipelineSpec {
        let count = Int.random(in: 1...12, using: &generator)
        let tasks = (0..<count).map { index in
            var container = ContainerSpec(image: "python:3.12-slim", command: ["true"])
            container.retry = RetrySpec(max: Int.random(in: 0...2, using: &generator))
            if Bool.random(using: &generator) { container.results = [ResultSpec(name: "r", type: .integer)] }
            let before = (0..<index).filter { _ in Int.random(in: 0..<3, using: &generator) == 0 }
            return PipelineTask(name: "t\(index)", dependsOn: before.map { "t\($0)" }, container: container)
        }
        let last = PipelineTask(
            name: "last", container: ContainerSpec(image: "python:3.12-slim", command: ["true"]))
        return PipelineSpec(
            maxParallelTasks: Bool.random(using: &generator) ? Int.random(in: 1...4, using: &generator) : nil,
            tasks: tasks, finally: Bool.random(using: &generator) ? [last] : [])
    }
}
