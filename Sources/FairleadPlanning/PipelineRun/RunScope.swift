import FairleadAPI
import KubernetesCore

/// Builds the values that a run's references lead to.
enum RunScope {
    /// A scope with the outcomes of those tasks alone that references name: building it costs what is read.
    static func scope(of references: [Reference], run: PipelineRun, fixed: FixedRun, table: RunTable) -> Scope {
        var scope = Scope(params: fixed.params)
        scope.run = [
            "name": .string(run.metadata.name), "uid": .string(run.metadata.uid),
            "namespace": .string(run.metadata.namespace ?? "default"), "status": .string(status(table)),
        ]
        for name in references.compactMap(\.taskName) where scope.tasks[name] == nil {
            guard let index = table.shape.indexes[name], let record = table.entries[index].record else { continue }
            scope.tasks[name] = Scope.TaskOutcome(
                status: record.phase.rawValue, results: record.results, artifacts: record.artifacts)
        }
        return scope
    }

    /// The outcome so far, which tasks of `finally` read.
    private static func status(_ table: RunTable) -> String {
        if table.remainingTasks > 0 { return "Running" }
        let hasFailed = zip(table.shape.tasks, table.entries).contains { task, entry in
            !task.isFinally && entry.record?.phase == .failed
        }
        return hasFailed ? "Failed" : "Succeeded"
    }

    /// Where an input is.
    static func uri(of input: InputSource, name: String, in scope: Scope) throws(TaskProblem) -> String {
        if let uri = input.uri { return uri }
        guard let from = input.from else {
            throw TaskProblem(.invalidSpec, "input \"\(name)\" names neither a reference nor a URI")
        }
        do throws(ExpressionError) {
            if let uri = try scope.value(of: Reference(parsing: from)).stringValue { return uri }
        } catch {
            throw TaskProblem(.expressionFailed, "input \"\(name)\": \(error)")
        }
        throw TaskProblem(.expressionFailed, "input \"\(name)\": \(from) is no artifact")
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
                let reference = try Reference(parsing: result.value)
                let scope = RunScope.scope(of: [reference], run: run, fixed: fixed, table: table)
                values[result.name] = try scope.value(of: reference)
            } catch {
                missing = missing ?? "result \"\(result.name)\": \(error)"
            }
        }
        return (values, missing)
    }
}
