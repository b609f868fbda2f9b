public import FairleadAPI
import KubernetesCore

/// What a run asks of its concurrency group.
public struct ConcurrencyClaim: Sendable, Hashable {
    /// The group, unique in its namespace.
    public var group: String
    /// How many runs of the group may run at once.
    public var max: Int
    /// What happens to a run for which there is no slot.
    public var policy: ConcurrencyPolicy

    /// Asks for a slot.
    public init(group: String, max: Int, policy: ConcurrencyPolicy) {
        self.group = group
        self.max = Swift.max(1, max)
        self.policy = policy
    }
}

extension ConcurrencyClaim {
    /// What a run asks, nil where its pipeline limits nothing.
    ///
    /// - Throws: ``TaskProblem`` where the group's references lead nowhere.
    public init?(_ run: PipelineRun, _ fixed: FixedRun) throws(TaskProblem) {
        guard let spec = fixed.spec.concurrency else { return nil }
        var group = fixed.pipeline ?? run.metadata.name
        if let template = spec.group {
            var scope = Scope(params: fixed.params)
            scope.run = [
                "name": .string(run.metadata.name), "uid": .string(run.metadata.uid),
                "namespace": .string(run.metadata.namespace ?? "default"),
            ]
            do throws(ExpressionError) {
                group = try Template(parsing: template).text(in: scope)
            } catch {
                throw TaskProblem(.expressionFailed, "concurrency.group: \(error)")
            }
        }
        self.init(group: String(group.prefix(253)), max: spec.max ?? 1, policy: spec.policy ?? .queue)
    }
}
