import FairleadAPI
import KubernetesCore
import PropertyTesting
import Testing

@Suite struct PipelineGraphTests {
    private func task(_ name: String, after: [String] = [], env: String? = nil) -> PipelineTask {
        var container = ContainerSpec(image: "i", command: ["c"])
        if let env { container.env["X"] = .literal(.string(env)) }
        return PipelineTask(name: name, dependsOn: after, container: container)
    }

    @Test func edgesComeFromDependsOnAndReferences() {
        let graph = PipelineGraph(
            PipelineSpec(
                tasks: [
                    task("c", after: ["a"], env: "$(tasks.b.results.x)"), task("a"),
                    task("b", env: "$(tasks.a.results.y)$(tasks.a.status)"),
                ],
                finally: [task("notify", env: "$(tasks.c.status)"), task("last", after: ["notify"])]))
        #expect(graph.dependencies == [[1, 2], [], [1], [], [3]])
        #expect(graph.dependents == [[], [0, 2], [0], [4], []])
        #expect(graph.topologicalOrder == [1, 3, 2, 4, 0])
        #expect(graph.cycle == nil)
        #expect(graph.index(of: "b") == 2)
        #expect(!graph.isFinally(2) && graph.isFinally(3))
    }

    @Test func cyclesAreNamedInOrder() {
        let graph = PipelineGraph(
            PipelineSpec(tasks: [
                task("d", after: ["c"]), task("a", after: ["c"]), task("b", after: ["a"]), task("c", after: ["b"]),
            ]))
        #expect(graph.cycle == ["a", "b", "c", "a"])
        #expect(graph.topologicalOrder.isEmpty)
        #expect(PipelineGraph(PipelineSpec(tasks: [task("a", after: ["a"])])).cycle == ["a", "a"])
    }

    @Test func randomGraphs() {
        let seed = UInt64.random(in: 0...UInt64.max)
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<200 {
            let count = Int.random(in: 1...30, using: &generator)
            let mayCycle = Bool.random(using: &generator)
            let tasks = (0..<count).map { index in
                let candidates = mayCycle ? Array(0..<count) : Array(0..<index)
                let before = candidates.filter { _ in Int.random(in: 0..<8, using: &generator) == 0 }
                return task("t\(index)", after: before.map { "t\($0)" })
            }
            let graph = PipelineGraph(PipelineSpec(tasks: tasks.shuffled(using: &generator)))
            let place = Dictionary(
                graph.topologicalOrder.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
            for index in graph.topologicalOrder {
                for before in graph.dependencies[index] {
                    #expect((place[before] ?? .max) < (place[index] ?? -1), "seed \(seed)")
                }
            }
            #expect((graph.cycle == nil) == (graph.topologicalOrder.count == count), "seed \(seed)")
            if !mayCycle { #expect(graph.cycle == nil, "seed \(seed)") }
            guard let cycle = graph.cycle else { continue }
            #expect(cycle.first == cycle.last && cycle.count > 1, "seed \(seed)")
            for (before, after) in zip(cycle, cycle.dropFirst()) {
                let index = graph.index(of: after) ?? -1
                #expect(graph.dependencies[index].contains(graph.index(of: before) ?? -1), "seed \(seed)")
            }
        }
    }
}
