import FairleadAPI
import KubernetesCore

/// Gathers what the pods of one step are built from; what items of a task share is gathered once.
struct PodAttempts {
    private let pods: RunPods
    private var scopes: [Int: Scope] = [:]
    private var lists: [Int: [String: ResultLocation]] = [:]
    private var resolving: Set<String> = []

    init(_ pods: RunPods) { self.pods = pods }

    /// What the next attempt of an item is built from.
    ///
    /// - Returns: Nil where the item must wait: another attempt is about to find out the commit of their code.
    mutating func attempt(_ id: ItemID, _ table: RunTable) -> PodAttempt? {
        var scope = shared(id.task, table)
        let entry = table.entries[id.task]
        if let item = entry.items?.value(at: id.item) {
            scope.item = item
            scope.itemIndex = id.item
        }
        if let key = pods.codeKey(id.task, in: scope), table.commits[key] == nil {
            guard !resolving.contains(key), !table.isResolving(key) else { return nil }
            resolving.insert(key)
        }
        let state = entry.live[id.item]
        return PodAttempt(
            scope: scope, budget: AttemptBudget(after: state?.newest, rules: table.shape.tasks[id.task].retryRules),
            firstCreated: state?.firstCreated, lists: lists[id.task] ?? [:], models: pods.builder.settings.models,
            commits: table.commits)
    }

    private mutating func shared(_ task: Int, _ table: RunTable) -> Scope {
        if let scope = scopes[task] { return scope }
        let references = pods.fixed.task(at: task)?.container.references ?? []
        let scope = RunScope.scope(of: references, run: pods.run, fixed: pods.fixed, table: table)
        scopes[task] = scope
        var found: [String: ResultLocation] = [:]
        for reference in references {
            guard let name = reference.taskName, let index = table.shape.indexes[name],
                table.shape.tasks[index].isMapped, let part = reference.memberName(at: 1),
                let kind = ItemOutputs.ListKind(rawValue: part), let member = reference.memberName(at: 2)
            else { continue }
            found["tasks.\(name).\(part).\(member)"] = ItemOutputs.listLocation(
                run: pods.run.metadata, task: name, kind, member)
        }
        lists[task] = found
        return scope
    }
}

extension RunTable {
    /// Whether an attempt is under way that will tell the commit of some code.
    func isResolving(_ key: String) -> Bool {
        entries.contains { entry in
            entry.active > 0 && entry.live.values.contains { $0.isActive && $0.newest?.codeKey == key }
        }
    }
}
