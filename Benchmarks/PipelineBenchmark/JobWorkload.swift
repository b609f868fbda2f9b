import FairleadAPI
import FairleadPlanning
import Foundation
import KubernetesCore

/// One training job of many nodes.
struct JobWorkload: Sendable {
    /// How many nodes.
    var nodes: Int
    /// What it runs, as it is fixed.
    let fixed: FixedJob

    init(nodes: Int) throws {
        self.nodes = nodes
        fixed = try FixedJob(Self.spec(nodes), settings: PlanningSettings())
    }

    private static func spec(_ nodes: Int) -> TrainingJobSpec {
        TrainingJobSpec(
            framework: .pytorch, nodes: nodes,
            container: ContainerSpec(image: "alpine:3.20", command: ["torchrun", "train.py"]))
    }

    /// The job as a user makes it.
    func job(_ name: String) throws -> JSONValue {
        [
            "apiVersion": "fairlead.dev/v1alpha1", "kind": "TrainingJob", "metadata": ["name": .string(name)],
            "spec": try KubernetesJSON.value(of: Self.spec(nodes)),
        ]
    }

    /// What the controller makes for a job before its pods, and its pods, in the order in which it does.
    func objects(_ name: String) throws -> (first: [(ResourceType, JSONValue)], pods: [JSONValue]) {
        var job = TrainingJob(
            metadata: ObjectMeta(name: name, namespace: "default", uid: name), spec: Self.spec(nodes))
        let settings = PlanningSettings()
        let service = JobPods(job: job, fixed: fixed, settings: settings).service()
        let first = [(ResourceType.configMap, try fixed.configMap(job: job.metadata)), (.service, service)]
        var table = GangTable(shape: GangShape(fixed))
        var pods: [JSONValue] = []
        var now = Date()
        while pods.count < nodes {
            let plan = TrainingJobPlanner.plan(
                job: job, fixed: fixed, table: &table, surroundings: JobSurroundings(), settings: settings, now: now)
            if plan.actions.isEmpty { break }
            now += 1
            for action in plan.actions {
                switch action {
                case .prepare: table.didPrepare(.none)
                case .patchStatus(let status, let flushing):
                    job.status = status
                    table.didFlush(flushing, now: now)
                case .createPods(let requests):
                    table.didCreate(allSucceeded: true)
                    for request in requests { table.fold(try Self.running(request.pod)) }
                    pods += requests.map(\.pod)
                default: break
                }
            }
        }
        return (first, pods)
    }

    private static func running(_ pod: JSONValue) throws -> PodView {
        var view = try KubernetesJSON.decode(PodView.self, from: pod)
        view.metadata.uid = "uid-\(view.metadata.name)"
        view.status.phase = "Running"
        return view
    }
}
