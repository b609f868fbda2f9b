import FairleadAPI
import KubernetesCore
import PropertyTesting

extension PipelineSpec {
    /// The values that random conditions read.
    static let randomParams: [String: JSONValue] = ["yes": true, "no": false, "list": [1, 2, 3]]

    /// A random graph with every kind of task that needs no other object: an edge leads from a task to later ones only.
    ///
    /// - Parameter largest: The most tasks.
    static func random(largest: Int = 12, using generator: inout SeededGenerator) -> PipelineSpec {
        let count = Int.random(in: 1...largest, using: &generator)
        let density = Int.random(in: 2...max(3, count / 2), using: &generator)
        let tasks = (0..<count).map { index in
            var task = PipelineTask(name: "t\(index)", work: work(using: &generator))
            let before = (0..<index).filter { _ in Int.random(in: 0..<density, using: &generator) == 0 }
            task.dependsOn = before.map { "t\($0)" }
            if generator.chance(0.2) { task.when = generator.chance(0.5) ? "params.yes" : "params.no" }
            if generator.chance(0.3) { task.runWhen = RunWhen.allCases.randomElement(using: &generator) }
            if task.isMappable, generator.chance(0.25) { task.map = map(using: &generator) }
            return task
        }
        let last = PipelineTask(
            name: "last", container: ContainerSpec(image: "python:3.12-slim", command: ["true"]))
        return PipelineSpec(
            maxParallelTasks: Bool.random(using: &generator) ? Int.random(in: 1...4, using: &generator) : nil,
            tasks: tasks, finally: Bool.random(using: &generator) ? [last] : [])
    }

    private static func work(using generator: inout SeededGenerator) -> TaskWork {
        switch Int.random(in: 0..<20, using: &generator) {
        case 0: return .check(CheckSpec(that: "params.yes"))
        case 1: return .check(CheckSpec(that: "params.no", message: "broken"))
        case 2: return .approval(ApprovalSpec(message: "go on?"))
        case 3, 4: return .pipeline(NestedPipeline(name: "other", params: ["list": "$(params.list)"]))
        case 5, 6: return .trainingJob(TrainingJobTask(spec: job(using: &generator)))
        default:
            var container = ContainerSpec(image: "python:3.12-slim", command: ["true"])
            container.retry = RetrySpec(max: Int.random(in: 0...2, using: &generator))
            if Bool.random(using: &generator) { container.results = [ResultSpec(name: "r", type: .integer)] }
            return .container(container)
        }
    }

    private static func job(using generator: inout SeededGenerator) -> TrainingJobTemplate {
        var container = ContainerSpec(image: "python:3.12-slim", command: ["true"], args: ["$(params.list)"])
        if Bool.random(using: &generator) { container.results = [ResultSpec(name: "r", type: .integer)] }
        return TrainingJobTemplate(container: container, fields: ["framework": "jax", "nodes": "$(params.list[1])"])
    }

    private static func map(using generator: inout SeededGenerator) -> MapSpec {
        var map =
            generator.chance(0.5)
            ? MapSpec(over: .single(.reference("params.list")))
            : MapSpec(count: .integer(Int64.random(in: 0...6, using: &generator)))
        if generator.chance(0.5) { map.parallelism = Int.random(in: 1...3, using: &generator) }
        if generator.chance(0.5) { map.maxFailed = .count(Int.random(in: 0...2, using: &generator)) }
        return map
    }
}

extension PipelineTask {
    fileprivate var isMappable: Bool {
        switch work {
        case .container, .pipeline, .trainingJob: true
        default: false
        }
    }
}
