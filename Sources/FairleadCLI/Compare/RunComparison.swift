import FairleadAPI
import FairleadPlanning
import Foundation
import KubernetesCore

/// Two runs side by side: parameters, results, and how long each task took.
struct RunComparison: Sendable {
    let first: ComparedRun
    let second: ComparedRun

    /// The table; the last column marks what differs, and by how much where that is a number.
    func lines() -> [String] {
        var table = TextTable(["", first.name, second.name, "DIFFERENCE"])
        add("phase", phase(first), phase(second), to: &table)
        add("pipeline", first.run.spec.value?.pipeline ?? "", second.run.spec.value?.pipeline ?? "", to: &table)
        table.add([
            "duration", Self.text(seconds: first.seconds), Self.text(seconds: second.seconds),
            Self.difference(seconds: first.seconds, second.seconds),
        ])
        add(values: "PARAMS", first.params, second.params, to: &table)
        add(values: "RESULTS", first.run.status.results, second.run.status.results, to: &table)
        table.add([])
        table.add(["TASKS"])
        for name in tasks {
            var marks: [String] = []
            let (left, right) = (first.task(name), second.task(name))
            let (leftTime, rightTime) = (Self.seconds(left), Self.seconds(right))
            if leftTime != nil, rightTime != nil, leftTime != rightTime {
                marks.append(Self.difference(seconds: leftTime, rightTime))
            }
            if left.map(Self.outcome) != right.map(Self.outcome) { marks.append(Self.mark) }
            if isRedefined(name) { marks.append("defined otherwise") }
            table.add([name, Self.cell(left), Self.cell(right), marks.joined(separator: "  ")])
        }
        return table.lines
    }

    /// The same for programs.
    func json() -> JSONValue {
        var tasks: [String: JSONValue] = [:]
        for name in self.tasks {
            let (left, right) = (first.task(name), second.task(name))
            tasks[name] = [
                "phase": Self.pair(left.map { .string($0.phase.rawValue) }, right.map { .string($0.phase.rawValue) }),
                "reason": Self.pair(
                    left?.reason.map { .string($0.rawValue) }, right?.reason.map { .string($0.rawValue) }),
                "seconds": Self.pair(
                    Self.seconds(left).map { .integer($0) }, Self.seconds(right).map { .integer($0) }),
                "definedOtherwise": .bool(isRedefined(name)),
            ]
        }
        return [
            "runs": [.string(first.name), .string(second.name)],
            "phase": Self.pair(.string(phase(first)), .string(phase(second))),
            "seconds": Self.pair(first.seconds.map { .integer($0) }, second.seconds.map { .integer($0) }),
            "params": Self.pairs(first.params, second.params),
            "results": Self.pairs(first.run.status.results, second.run.status.results), "tasks": .object(tasks),
        ]
    }

    private static let mark = "≠"

    /// The tasks of both, in the order of the first, then what only the second has.
    private var tasks: [String] {
        let names = first.run.status.tasks.map(\.name)
        return names + second.run.status.tasks.map(\.name).filter { !names.contains($0) }
    }

    private func isRedefined(_ task: String) -> Bool {
        guard let left = first.definition(task), let right = second.definition(task) else { return false }
        return left != right
    }

    private func phase(_ run: ComparedRun) -> String { run.run.status.phase?.rawValue ?? "Pending" }

    // MARK: Rows

    private func add(_ name: String, _ left: String, _ right: String, to table: inout TextTable) {
        table.add([name, left, right, left == right ? "" : Self.mark])
    }

    private func add(
        values heading: String, _ left: [String: JSONValue], _ right: [String: JSONValue], to table: inout TextTable
    ) {
        guard !left.isEmpty || !right.isEmpty else { return }
        table.add([])
        table.add([heading])
        for name in Set(left.keys).union(right.keys).sorted() {
            let (old, new) = (left[name], right[name])
            let texts = [old, new].map { $0.map { TaskDetail.value($0, limit: 40) } ?? "" }
            table.add([name] + texts + [Self.difference(old, new)])
        }
    }

    private static func cell(_ task: TaskStatus?) -> String {
        guard let task else { return "" }
        var parts: [String] = []
        if task.phase != .succeeded { parts.append(task.phase.rawValue) }
        if let reason = task.reason, reason.rawValue != task.phase.rawValue { parts.append(reason.rawValue) }
        if let seconds = seconds(task) { parts.append(text(seconds: seconds)) }
        if let map = task.map { parts.append(map.summary) }
        return parts.joined(separator: " ")
    }

    /// What of a task's end is compared.
    private static func outcome(_ task: TaskStatus) -> [String?] { [task.phase.rawValue, task.reason?.rawValue] }

    private static func seconds(_ task: TaskStatus?) -> Int64? {
        task.flatMap { ComparedRun.seconds($0.startTime, $0.completionTime) }
    }

    private static func text(seconds: Int64?) -> String {
        seconds.map { FairleadDuration.format(.seconds($0)) } ?? ""
    }

    // MARK: Differences

    private static func difference(seconds left: Int64?, _ right: Int64?) -> String {
        guard let left, let right else { return left == right ? "" : mark }
        guard left != right else { return "" }
        return (right > left ? "+" : "-") + FairleadDuration.format(.seconds(max(left, right) - min(left, right)))
    }

    private static func difference(_ left: JSONValue?, _ right: JSONValue?) -> String {
        if isSame(left, right) { return "" }
        guard let old = left?.doubleValue, let new = right?.doubleValue else { return mark }
        return String(format: "%+.6g", new - old)
    }

    private static func isSame(_ left: JSONValue?, _ right: JSONValue?) -> Bool {
        // 1 and 1.0 are one number.
        if let left = left?.doubleValue, let right = right?.doubleValue { return left == right }
        return left == right
    }

    private static func pair(_ left: JSONValue?, _ right: JSONValue?) -> JSONValue {
        ["values": [left ?? .null, right ?? .null], "differ": .bool(!isSame(left, right))]
    }

    private static func pairs(_ left: [String: JSONValue], _ right: [String: JSONValue]) -> JSONValue {
        var pairs: [String: JSONValue] = [:]
        for name in Set(left.keys).union(right.keys) { pairs[name] = pair(left[name], right[name]) }
        return .object(pairs)
    }
}
