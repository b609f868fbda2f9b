/// Which task comes after which.
///
/// Nodes are indices: first `tasks` in their order, then `finally`. An edge comes from `dependsOn` and from every
/// expression that reads another task's outcome. Tasks of `finally` come after all others by themselves, so that only edges
/// among them are kept. Unknown names are left out: the validator tells them.
public struct PipelineGraph: Sendable, Hashable {
    /// The tasks' names, by index.
    public let names: [String]
    /// How many of the nodes are `tasks`; those from here on are `finally`.
    public let taskCount: Int
    /// The indices that come directly before each task, ascending.
    public let dependencies: [[Int]]
    /// The indices that come directly after each task, ascending.
    public let dependents: [[Int]]
    /// All indices, each behind its dependencies, level by level; tasks on a cycle and behind one are
    /// left out.
    public let topologicalOrder: [Int]

    private let indices: [String: Int]

    /// Builds the graph of a pipeline.
    public init(_ spec: PipelineSpec) {
        let all = spec.tasks + spec.finally
        let indices = Dictionary(
            all.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
        let count = spec.tasks.count
        let dependencies = all.indices.map { index in
            let named = all[index].dependsOn + all[index].references(defaults: spec.defaults).compactMap(\.taskName)
            let before = named.compactMap { indices[$0] }
            return Set(before.filter { ($0 < count) == (index < count) }).sorted()
        }
        self.init(names: all.map(\.name), taskCount: count, dependencies: dependencies, indices: indices)
    }

    private init(names: [String], taskCount: Int, dependencies: [[Int]], indices: [String: Int]) {
        self.names = names
        self.taskCount = taskCount
        self.dependencies = dependencies
        self.indices = indices
        var dependents = [[Int]](repeating: [], count: names.count)
        for (index, before) in dependencies.enumerated() {
            for other in before { dependents[other].append(index) }
        }
        self.dependents = dependents
        topologicalOrder = Self.order(dependencies: dependencies, dependents: dependents)
    }

    /// The index of the task of that name; of the first where a name stands twice.
    public func index(of name: String) -> Int? { indices[name] }

    /// Whether the task at that index is one of `finally`.
    public func isFinally(_ index: Int) -> Bool { index >= taskCount }

    /// The names along a cycle, the first one again at the end, nil where there is none.
    public var cycle: [String]? {
        guard topologicalOrder.count < names.count else { return nil }
        let ordered = Set(topologicalOrder)
        guard var index = names.indices.first(where: { !ordered.contains($0) }) else { return nil }
        // Each task left out has a dependency left out: going back must come round.
        var visited: [Int] = []
        var places: [Int: Int] = [:]
        while places[index] == nil {
            places[index] = visited.count
            visited.append(index)
            guard let before = dependencies[index].first(where: { !ordered.contains($0) }) else { return nil }
            index = before
        }
        let loop = visited[(places[index] ?? 0)...].reversed()
        let start = loop.min() ?? index
        let turned = loop.drop { $0 != start } + loop.prefix { $0 != start }
        return (turned + [start]).map { names[$0] }
    }

    /// Kahn's algorithm, level by level, within a level in the pipeline's order.
    private static func order(dependencies: [[Int]], dependents: [[Int]]) -> [Int] {
        var waiting = dependencies.map(\.count)
        var order: [Int] = []
        var ready = waiting.indices.filter { waiting[$0] == 0 }
        while !ready.isEmpty {
            var next: [Int] = []
            for index in ready {
                order.append(index)
                for dependent in dependents[index] {
                    waiting[dependent] -= 1
                    if waiting[dependent] == 0 { next.append(dependent) }
                }
            }
            ready = next.sorted()
        }
        return order
    }
}
