import FairleadAPI
import KubernetesCore

/// Builds the values that a run's references lead to.
enum RunScope {
    /// A scope with the outcomes of those tasks alone that references name: building it costs what is read.
    ///
    /// A task that has not ended yet, which one that runs on `AnySucceeded` may name, has no results: they are null.
    static func scope(of references: [Reference], run: PipelineRun, fixed: FixedRun, table: RunTable) -> Scope {
        var scope = Scope(params: fixed.params, declared: table.shape.declared)
        scope.run = [
            "name": .string(run.metadata.name), "uid": .string(run.metadata.uid),
            "namespace": .string(run.metadata.namespace ?? "default"), "status": .string(status(table)),
        ]
        for name in references.compactMap(\.taskName) where scope.tasks[name] == nil {
            guard let index = table.shape.indexes[name] else { continue }
            scope.tasks[name] = outcome(of: table.entries[index], table.shape.tasks[index])
        }
        return scope
    }

    private static func outcome(of entry: TaskEntry, _ shape: RunShape.TaskShape) -> Scope.TaskOutcome {
        guard let record = entry.record, record.phase != .skipped else { return Scope.TaskOutcome(status: "Skipped") }
        let status = record.phase == .succeeded ? "Succeeded" : "Failed"
        var results = shape.isMapped ? entry.lists : record.results
        // What a failed task did not write is null, so that `finally` can ask for it.
        if record.phase != .succeeded {
            for result in shape.results where results[result.name] == nil { results[result.name] = .null }
        }
        return Scope.TaskOutcome(
            status: status, results: results, artifacts: record.artifacts, artifactLists: entry.fileLists)
    }

    /// The outcome so far, which tasks of `finally` read.
    private static func status(_ table: RunTable) -> String {
        if table.remainingTasks > 0 { return "Running" }
        if let halt = table.halt { return halt.phase.rawValue }
        let hasFailed = zip(table.shape.tasks, table.entries).contains { task, entry in
            !task.isFinally && entry.record?.hasFailed == true
        }
        return hasFailed ? "Failed" : "Succeeded"
    }
}

/// The results of a run, taken from those of its tasks.
enum RunResults {
    /// Evaluates the pipeline's results.
    ///
    /// - Returns: Those that have a value, and what is wrong with the first one that has none.
    static func evaluate(
        run: PipelineRun, fixed: FixedRun, table: RunTable
    ) -> (values: [String: JSONValue], missing: String?) {
        var values: [String: JSONValue] = [:]
        var missing: String?
        for result in fixed.spec.results {
            do throws(ExpressionError) {
                let template = try Template(value: result.value)
                let scope = RunScope.scope(of: template.references, run: run, fixed: fixed, table: table)
                values[result.name] = try template.evaluate(in: scope)
            } catch {
                missing = missing ?? "result \"\(result.name)\": \(error)"
            }
        }
        return (values, missing)
    }
}
