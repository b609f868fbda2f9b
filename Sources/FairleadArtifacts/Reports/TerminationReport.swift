import Foundation
import KubernetesCore

/// A container's termination message: JSON, one line for each thing.
struct TerminationReport: Sendable, Hashable {
    /// What a message may hold in a pod of four containers, without being cut.
    static let limit = 3071
    /// The most bytes of an error's text.
    private static let errorLimit = 1200

    private(set) var lines: [JSONValue] = []

    /// Adds a line, after those that are there.
    mutating func add(_ line: JSONValue) { lines.append(line) }

    /// Adds the line of a failure.
    ///
    /// - Parameters:
    ///   - failure: What went wrong.
    ///   - reason: Its name, where it is not the failure's own.
    ///   - what: The members that say what it is about.
    mutating func add(_ failure: ArtifactFailure, reason: String? = nil, _ what: JSONValue) {
        var line = what
        line["error"] = .string(Self.cut(failure.message, Self.errorLimit))
        line["reason"] = .string(reason ?? failure.reason.rawValue)
        lines.append(line)
    }

    /// The message: where it would be too long, without URIs, and then without its first lines.
    var text: String {
        let whole = Self.join(lines[...])
        if whole.utf8.count <= Self.limit { return whole }
        var short = lines.map { line in
            var line = line
            line["uri"] = nil
            return line
        }[...]
        while Self.join(short).utf8.count > Self.limit, short.count > 1 { short.removeFirst() }
        return Self.join(short)
    }

    /// Writes the message in its place, which is a mount point: never beside it.
    func write(_ environment: [String: String]) {
        let path = environment["FAIRLEAD_TERMINATION_LOG"] ?? "/dev/termination-log"
        try? Data(text.utf8).write(to: URL(fileURLWithPath: path), options: [])
    }

    private static func join(_ lines: ArraySlice<JSONValue>) -> String {
        lines.map { JSONWriter.string($0) + "\n" }.joined()
    }

    /// The longest beginning of whole characters that fits.
    private static func cut(_ text: String, _ limit: Int) -> String {
        guard text.utf8.count > limit else { return text }
        var end = text.utf8.index(text.startIndex, offsetBy: limit)
        while end > text.startIndex, UTF8.isContinuation(text.utf8[end]) { end = text.utf8.index(before: end) }
        return String(text[..<end]) + "…"
    }
}
