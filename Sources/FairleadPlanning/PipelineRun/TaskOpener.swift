import FairleadAPI
import Foundation
import KubernetesCore

/// Decides what becomes of a task whose time has come: it is skipped, decided on the spot, or its items may start.
struct TaskOpener {
    let run: PipelineRun
    let fixed: FixedRun
    let now: Date

    /// What becomes of the task.
    enum Opening {
        /// Its items may start.
        case items(TaskItems)
        /// It ends without any.
        case decided(TaskStatus.Phase, Reason?, String?)
    }

    /// Decides about a task of the run's shape.
    func open(_ index: Int, _ table: RunTable) -> Opening {
        guard let task = fixed.task(at: index) else {
            return .decided(.failed, .invalidSpec, "no task has the index \(index)")
        }
        do throws(TaskProblem) {
            if let when = task.when, try !holds(when, field: "when", table) {
                return .decided(.skipped, .conditionFalse, "when: \(when) is false")
            }
            if case .check(let check) = task.work { return try decide(check, table) }
            guard let map = task.map else { return .items(.single) }
            let scope = RunScope.scope(of: map.references, run: run, fixed: fixed, table: table)
            return .items(try TaskItems(map, in: scope))
        } catch {
            return .decided(.failed, error.reason, error.message)
        }
    }

    private func decide(_ check: CheckSpec, _ table: RunTable) throws(TaskProblem) -> Opening {
        if try holds(check.that, field: "check.that", table) { return .decided(.succeeded, nil, nil) }
        guard let message = check.message else { return .decided(.failed, .checkFailed, "\(check.that) is false") }
        return .decided(.failed, .checkFailed, try text(message, field: "check.message", table))
    }

    private func holds(_ text: String, field: String, _ table: RunTable) throws(TaskProblem) -> Bool {
        do throws(ExpressionError) {
            let condition = try ConditionExpression(text)
            return try condition.holds(
                in: RunScope.scope(of: condition.references, run: run, fixed: fixed, table: table))
        } catch {
            throw TaskProblem(.expressionFailed, "\(field): \(error)")
        }
    }

    /// What an approval gate asks; a reference that leads nowhere stays as it is written.
    func question(_ index: Int, _ table: RunTable) -> String? {
        guard case .approval(let gate)? = fixed.task(at: index)?.work, let message = gate.message else { return nil }
        return (try? text(message, field: "approval.message", table)) ?? message
    }

    /// The text of a template, with what references lead to.
    private func text(_ template: String, field: String, _ table: RunTable) throws(TaskProblem) -> String {
        do throws(ExpressionError) {
            let template = try Template(parsing: template)
            return try template.text(
                in: RunScope.scope(of: template.references, run: run, fixed: fixed, table: table))
        } catch {
            throw TaskProblem(.expressionFailed, "\(field): \(error)")
        }
    }

    /// How an approval gate stands.
    ///
    /// - Parameter opened: Since when it waits.
    /// - Returns: Its end, or nil and when to look again.
    func approval(
        _ gate: ApprovalSpec, name: String, opened: Date
    ) -> (end: (TaskStatus.Phase, Reason?, String)?, due: Date?) {
        switch run.spec.value?.approvals[name] {
        case .approved: return ((.succeeded, nil, "approved"), nil)
        case .rejected: return ((.failed, .rejected, "rejected"), nil)
        case nil: break
        }
        guard let timeout = gate.timeout else { return (nil, nil) }
        let due = opened.addingTimeInterval(timeout.duration.seconds)
        guard due <= now else { return (nil, due) }
        let story = "nobody decided within \(timeout)"
        return switch gate.onTimeout ?? .fail {
        case .fail: ((.failed, .timeout, story), nil)
        case .skip: ((.skipped, .timeout, story), nil)
        case .approve: ((.succeeded, .timeout, "\(story): approved"), nil)
        }
    }
}
