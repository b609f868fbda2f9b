import FairleadAPI
import FairleadPlanning
import Foundation
import KubernetesCore

/// What is measured: so many runs, each of the same pipeline.
struct Workload: Sendable {
    /// What it is called on the command line.
    var name: String
    /// How many runs.
    var runs = 1
    /// The pods of one run.
    var podsPerRun: Int
    /// What each run runs.
    var spec: PipelineSpec

    /// All pods.
    var pods: Int { runs * podsPerRun }

    /// One run of independent tasks.
    static func tasks(_ count: Int) -> Workload {
        let tasks = (0..<count).map { PipelineTask(name: "t\($0)", container: container) }
        return Workload(name: "tasks", podsPerRun: count, spec: PipelineSpec(tasks: tasks))
    }

    /// One run of one mapped task.
    static func map(_ count: Int) -> Workload {
        var task = PipelineTask(name: "items", container: container)
        task.map = MapSpec(count: .integer(Int64(count)))
        return Workload(name: "map", podsPerRun: count, spec: PipelineSpec(tasks: [task]))
    }

    /// Runs at once, each a chain of five tasks and four beside it.
    static func runs(_ count: Int) -> Workload {
        var tasks = (0..<5).map { index in
            PipelineTask(name: "c\(index)", dependsOn: index == 0 ? [] : ["c\(index - 1)"], container: container)
        }
        tasks += (0..<4).map { PipelineTask(name: "s\($0)", dependsOn: ["c0"], container: container) }
        return Workload(name: "runs", runs: count, podsPerRun: tasks.count, spec: PipelineSpec(tasks: tasks))
    }

    private static var container: ContainerSpec { ContainerSpec(image: "alpine:3.20", command: ["true"]) }

    /// Reads `map 20000`.
    init?(_ name: String, _ count: Int) {
        switch name {
        case "tasks": self = .tasks(count)
        case "map": self = .map(count)
        case "runs": self = .runs(count)
        default: return nil
        }
    }

    private init(name: String, runs: Int = 1, podsPerRun: Int, spec: PipelineSpec) {
        self.name = name
        self.runs = runs
        self.podsPerRun = podsPerRun
        self.spec = spec
    }

    /// What one run runs, as it is fixed; the benchmark may have more tasks than a pipeline.
    var fixed: FixedRun { FixedRun(pipeline: nil, spec: spec, params: [:]) }

    /// Whether the pods of a run are deleted once they are recorded, as those of a map are by default.
    var removesPods: Bool { name == "map" }

    /// Pods as the controller makes them for a run, in the order in which it does.
    func bodies(run: PipelineRun) -> [PodRequest] {
        let fixed = fixed
        var table = RunTable(shape: RunShape(fixed))
        var requests: [PodRequest] = []
        let now = Date()
        while requests.count < podsPerRun {
            let plan = PipelineRunPlanner.plan(
                run: run, fixed: fixed, table: &table, settings: PlanningSettings(), now: now)
            var made: [PodRequest] = []
            for case .createPods(let some) in plan.actions { made += some }
            if made.isEmpty { break }
            table.didCreate(made.count, allSucceeded: true)
            for request in made {
                guard var pod = try? KubernetesJSON.decode(PodView.self, from: request.pod) else { continue }
                pod.metadata.uid = "uid-\(request.name)"
                pod.metadata.finalizers = []
                pod.status.phase = "Succeeded"
                table.fold(pod)
            }
            requests += made
        }
        return requests
    }
}
