import FairleadAPI
import KubernetesCore

/// What there is to say about a task beside its phase, in few words.
enum TaskDetail {
    /// The words; empty where there is nothing to say.
    static func text(_ task: TaskStatus) -> String {
        var words: [String] = []
        // Of an attempt that is over the message says itself which it was.
        let isTold = task.message?.hasPrefix("attempt ") ?? false
        if let attempts = task.attempts, attempts > 1, !isTold { words.append("attempt \(attempts)") }
        if let map = task.map { words.append("map \(map.summary)") }
        switch task.phase {
        case .succeeded:
            // Cached and Recovered: what did not run.
            if let reason = task.reason {
                words.append(reason.rawValue)
                if let message = task.message, let line = firstLine(message) { words.append(line) }
            }
            words += results(task.results)
        case .failed, .skipped, .stopped, .pending, .queued, .suspended, .running:
            if let reason = task.reason, reason.rawValue != task.phase.rawValue { words.append(reason.rawValue) }
            if let message = task.message, let line = firstLine(message) { words.append(line) }
            if let child = task.child, task.phase != .failed { words.append("run \(child)") }
            // Its pod is there and has not begun: an image or packages take their time.
            if task.phase == .pending, task.startTime != nil, words.isEmpty { words.append("starting") }
        }
        return words.joined(separator: "  ")
    }

    /// Each result as `name=value`, sorted by name.
    static func results(_ results: [String: JSONValue]) -> [String] {
        results.sorted { $0.key < $1.key }.map { "\($0.key)=\(value($0.value, limit: 40))" }
    }

    /// A result's value on one line.
    static func value(_ value: JSONValue, limit: Int) -> String {
        let text = value.stringValue ?? JSONWriter.string(value)
        let line = String(text.map { $0.isNewline ? " " : $0 })
        return line.count > limit ? "\(line.prefix(limit - 1))…" : line
    }

    private static func firstLine(_ text: String) -> String? {
        guard let line = text.split(whereSeparator: \.isNewline).first else { return nil }
        return String(line.last == ":" ? line.dropLast() : line)
    }
}
