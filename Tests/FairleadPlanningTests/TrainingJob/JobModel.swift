import FairleadAPI
import FairleadPlanning
import Foundation
import KubernetesCore
import PropertyTesting
import Testing

/// A cluster as values: a training job, its pods, and what kubelets, people and a controller's writer do to them.
struct JobModel {
    var job: TrainingJob
    let fixed: FixedJob
    var pods: [String: PodView] = [:]
    var now = Date(timeIntervalSince1970: 1_767_225_600)
    var admission = JobAdmission.unmanaged
    /// How often a pod of each name was made.
    var created: [String: Int] = [:]
    /// Each pod's attempt of the gang.
    var attempts: [String: Int] = [:]
    /// How often a pod that was being deleted was told to hurry.
    private(set) var hurries: [String: Int] = [:]
    /// The events that were told.
    var events: [PlannedEvent] = []
    /// How often an attempt was begun because somebody suspended the job.
    var suspensions = 0
    /// What went wrong that never may.
    var violations: [String] = []
    var isDeleted = false
    private(set) var lostNodes: Set<String> = []
    /// Pods that end only when their time is over, since they store files.
    var storing: Set<String> = []
    private var version = 1

    static let nodes = 4

    init(_ spec: TrainingJobSpec) throws {
        var metadata = ObjectMeta(name: "job", namespace: "default", uid: "uid-job", resourceVersion: "1")
        metadata.creationTimestamp = Time(now)
        job = TrainingJob(metadata: metadata, spec: spec)
        fixed = try FixedJob(spec, settings: PlanningSettings())
    }

    /// A table as a controller that has just started builds it.
    func rebuilt(order: [PodView]? = nil) -> GangTable {
        var table = GangTable(shape: GangShape(fixed), status: job.status)
        for pod in order ?? pods.values.sorted(by: { $0.metadata.name < $1.metadata.name }) { table.fold(pod) }
        return table
    }

    mutating func plan(_ table: inout GangTable) -> Plan<TrainingJobAction> {
        if job.status.phase?.isTerminal == true {
            return TrainingJobPlanner.planEnd(job: job, pods: Array(pods.values), now: now)
        }
        return TrainingJobPlanner.plan(
            job: job, fixed: fixed, table: &table, surroundings: JobSurroundings(admission: admission),
            settings: PlanningSettings(), now: now)
    }

    /// Performs one action as the writer does; what the server answers is folded at once.
    mutating func perform(_ action: TrainingJobAction, _ table: inout GangTable) {
        switch action {
        case .prepare: table.didPrepare(.none)
        case .patchStatus(let status, let flushing):
            note(status)
            job.status = status
            table.didFlush(flushing, now: now)
        case .createPods(let requests):
            for request in requests { create(request, &table) }
            table.didCreate(allSucceeded: true)
        case .releasePods(let views, let recorded):
            for view in views {
                release(view, recorded: recorded, &table)
                table.didRelease(pod: view.pod)
            }
        case .deletePods(let views, let isHurried):
            if isHurried { for view in views { hurry(view.pod) } }
            for view in views { delete(view.pod, &table) }
            if isHurried { table.didHurry(views.map(\.pod)) }
        case .forcePods(let views):
            for view in views {
                change(view.pod) { pod in
                    pod.metadata.deletionGracePeriodSeconds = 0
                }
                vanishIfFree(view.pod, &table)
                table.didForce(pod: view.pod)
            }
        case .removePods(let text):
            let selector = try? LabelSelector(parsing: text)
            for (name, pod) in pods where selector?.matches(pod.metadata.labels) == true {
                guard pod.metadata.finalizers.isEmpty else { continue }
                pods[name] = nil
                table.remove(pod.metadata)
            }
        case .registerModels: table.didRegister([])
        case .note(let event): events.append(event)
        case .deleteJob: isDeleted = true
        }
        for pod in pods.values { table.fold(pod) }
    }

    private mutating func note(_ status: TrainingJobStatus) {
        let (old, new) = (job.status.attempt ?? 1, status.attempt ?? 1)
        if new < old { violations.append("attempt \(new) after \(old)") }
        if (status.restarts ?? 0) < (job.status.restarts ?? 0) { violations.append("fewer restarts") }
        let begun = new - old
        if begun > 0, status.restarts == job.status.restarts { suspensions += begun }
        if job.status.phase?.isTerminal == true, status.phase != job.status.phase {
            violations.append("\(String(describing: status.phase)) after the end")
        }
    }

    private mutating func create(_ request: MemberRequest, _ table: inout GangTable) {
        if pods[request.name] == nil, let pod = try? KubernetesJSON.decode(PodView.self, from: request.pod) {
            check(request)
            var pod = pod
            created[request.name, default: 0] += 1
            attempts[request.name] = pod.metadata.annotations[PodNaming.gangAttemptAnnotation].flatMap { Int($0) }
            pod.metadata.uid = "uid-\(request.name)-\(created[request.name] ?? 0)"
            pod.metadata.creationTimestamp = Time(now)
            pod.status.phase = "Pending"
            pods[request.name] = pod
            change(request.name) { _ in }
        }
        if let pod = pods[request.name] { table.fold(pod) }
    }

    /// Nothing of an older attempt runs, nor of the same member, when a pod is made.
    private mutating func check(_ request: MemberRequest) {
        let attempt = request.pod[path: ["metadata", "annotations", PodNaming.gangAttemptAnnotation]]?.stringValue
        if let attempt = attempt.flatMap({ Int($0) }), attempt > job.status.attempt ?? 0 {
            violations.append("\(request.name) of attempt \(attempt) was made before the status told it")
        }
        let role = request.pod[path: ["metadata", "labels", FairleadLabel.role]]?.stringValue
        let index = request.pod[path: ["metadata", "labels", FairleadLabel.index]]?.stringValue
        for (name, pod) in pods where !isTerminal(name) && pod.metadata.deletionGracePeriodSeconds != 0 {
            let other = pod.metadata.annotations[PodNaming.gangAttemptAnnotation]
            let isSame =
                pod.metadata.labels[FairleadLabel.role] == role && pod.metadata.labels[FairleadLabel.index] == index
            if other != attempt || isSame { violations.append("\(name) still runs when \(request.name) is made") }
        }
    }

    // MARK: What happens to pods

    mutating func change(_ name: String, _ body: (inout PodView) -> Void) {
        guard pods[name] != nil else { return }
        version += 1
        pods[name]?.metadata.resourceVersion = ResourceVersion(String(version))
        if var pod = pods[name] {
            body(&pod)
            pods[name] = pod
        }
    }

    private mutating func vanishIfFree(_ name: String, _ table: inout GangTable) {
        guard let pod = pods[name], pod.metadata.finalizers.isEmpty, pod.metadata.deletionGracePeriodSeconds == 0 else {
            return
        }
        pods[name] = nil
        table.remove(pod.metadata)
    }

    private mutating func release(_ view: MemberView, recorded: Bool, _ table: inout GangTable) {
        guard pods[view.pod]?.metadata.uid == view.uid else { return }
        change(view.pod) { pod in
            pod.metadata.finalizers = []
            if recorded { pod.metadata.labels[FairleadLabel.recorded] = view.hasSucceeded ? "Succeeded" : "Failed" }
        }
        vanishIfFree(view.pod, &table)
    }

    mutating func delete(_ name: String, _ table: inout GangTable) {
        guard let pod = pods[name], !pod.metadata.isBeingDeleted else { return }
        let grace: Int64 =
            pod.spec.nodeName == nil || isTerminal(name) ? 0 : pod.spec.terminationGracePeriodSeconds ?? 30
        let due = now.addingTimeInterval(Double(grace))
        change(name) { pod in
            pod.metadata.deletionTimestamp = Time(due)
            pod.metadata.deletionGracePeriodSeconds = grace
        }
        vanishIfFree(name, &table)
    }

    /// Gives a pod that is being deleted less time to end, as a second deletion does.
    private mutating func hurry(_ name: String) {
        guard let pod = pods[name], let due = pod.metadata.deletionTimestamp?.date,
            let grace = pod.metadata.deletionGracePeriodSeconds, grace > TrainingJobPlanner.hurriedGrace
        else { return }
        hurries[name, default: 0] += 1
        change(name) { pod in
            pod.metadata.deletionTimestamp = Time(
                due.addingTimeInterval(Double(TrainingJobPlanner.hurriedGrace - grace)))
            pod.metadata.deletionGracePeriodSeconds = TrainingJobPlanner.hurriedGrace
        }
    }

    /// Lets kubelets end what is being deleted.
    mutating func endDeleted(_ table: inout GangTable) {
        for (name, pod) in pods where pod.metadata.isBeingDeleted && pod.metadata.deletionGracePeriodSeconds != 0 {
            guard let node = pod.spec.nodeName, !lostNodes.contains(node), !storing.contains(name) else { continue }
            if !isTerminal(name) { end(name, exitCode: 143) }
            change(name) { $0.metadata.deletionGracePeriodSeconds = 0 }
            vanishIfFree(name, &table)
        }
    }

    mutating func start(_ name: String, isReady: Bool = true) {
        guard pods[name]?.status.phase == "Pending", pods[name]?.metadata.isBeingDeleted == false else { return }
        let alive = (0..<Self.nodes).map { "node-\($0)" }.filter { !lostNodes.contains($0) }
        let node = alive[name.utf8.reduce(0) { $0 + Int($1) } % alive.count]
        let time = Time(now)
        change(name) { pod in
            pod.spec.nodeName = node
            pod.status.phase = "Running"
            pod.status.conditions = ["Ready", "ContainersReady"].map {
                PodCondition(type: $0, status: isReady ? "True" : "False", lastTransitionTime: time)
            }
            pod.status.containerStatuses = [
                ContainerStatus(
                    name: "main", state: ContainerState(running: ContainerState.Running(startedAt: time)))
            ]
        }
    }

    /// Ends a pod's program.
    mutating func end(_ name: String, exitCode: Int, message: String = "", reason: String? = nil) {
        guard pods[name]?.spec.nodeName != nil, !isTerminal(name) else { return }
        let time = Time(now)
        change(name) { pod in
            pod.status.phase = exitCode == 0 ? "Succeeded" : "Failed"
            pod.status.conditions = ["Ready", "ContainersReady"].map {
                PodCondition(type: $0, status: "False", lastTransitionTime: time)
            }
            pod.status.containerStatuses = [
                ContainerStatus(
                    name: "main",
                    state: ContainerState(
                        terminated: ContainerState.Terminated(
                            exitCode: exitCode, reason: reason, message: message, startedAt: time, finishedAt: time)))
            ]
        }
    }

    /// Takes a pod away as a scheduler, an administrator or the taint manager does.
    mutating func disrupt(_ name: String, _ reason: String, _ table: inout GangTable) {
        guard !isTerminal(name), pods[name]?.metadata.isBeingDeleted == false else { return }
        let time = Time(now)
        change(name) { pod in
            pod.status.conditions =
                (pod.status.conditions ?? []) + [
                    PodCondition(
                        type: "DisruptionTarget", status: "True", reason: reason, message: "by \(reason)",
                        lastTransitionTime: time)
                ]
        }
        delete(name, &table)
    }

    /// Loses a node: its pods don't end any more, and are deleted.
    mutating func lose(_ node: String, _ table: inout GangTable) {
        guard lostNodes.count < Self.nodes - 1 else { return }
        lostNodes.insert(node)
        let time = Time(now)
        for (name, pod) in pods where pod.spec.nodeName == node && !isTerminal(name) {
            change(name) { pod in
                pod.status.conditions = [
                    PodCondition(type: "Ready", status: "False", lastTransitionTime: time),
                    PodCondition(type: "ContainersReady", status: "True", lastTransitionTime: time),
                ]
            }
            disrupt(name, "DeletionByTaintManager", &table)
        }
    }

    func isTerminal(_ name: String) -> Bool {
        pods[name]?.status.phase == "Succeeded" || pods[name]?.status.phase == "Failed"
    }

    /// Pods whose program has not ended, in a fixed order.
    var unfinished: [String] { pods.keys.filter { !isTerminal($0) }.sorted() }

    /// Pods whose program runs, in a fixed order.
    var running: [String] { unfinished.filter { pods[$0]?.status.phase == "Running" } }

    /// Plans and performs until the plan is empty.
    mutating func settle(_ table: inout GangTable, steps: Int = 200) {
        for _ in 0..<steps {
            let plan = plan(&table)
            if plan.actions.isEmpty {
                switch plan.wake {
                case .now: break
                case .after(let wait) where wait <= .seconds(4): now += Double(wait / .milliseconds(1)) / 1000
                case .after, .onChange: return
                }
            }
            for action in plan.actions { perform(action, &table) }
            endDeleted(&table)
            now += 0.5
        }
        Issue.record("the planner does not come to rest")
    }
}

extension TrainingJobSpec {
    /// A job of so many nodes.
    static func gang(
        _ nodes: Int, _ framework: Framework = .pytorch, retry: RetrySpec? = nil, elastic: ElasticSpec? = nil
    ) -> TrainingJobSpec {
        var container = ContainerSpec(image: "python:3.12-slim", command: ["python", "train.py"])
        container.retry = retry
        var spec = TrainingJobSpec(framework: framework, nodes: nodes, container: container)
        spec.elastic = elastic
        return spec
    }
}
