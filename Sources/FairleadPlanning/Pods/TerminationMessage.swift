public import FairleadAPI
public import KubernetesCore

/// What a container wrote to its termination message: `name=value` lines, the last of a name wins.
///
/// Values are JSON, plain text for results of type `string`.
public enum TerminationMessage {
    /// Why the results can't be taken.
    public struct Refusal: Error, Hashable, Sendable {
        /// `ResultTooLarge`, `ResultMissing` or `ResultInvalid`.
        public var reason: Reason
        /// What was wrong, and what was written.
        public var message: String
    }

    /// The bytes at which the kubelet cuts a message: 4096 a container, 12 KiB shared by all containers of a pod.
    ///
    /// - Parameter containers: Containers of the pod, init containers included.
    public static func limit(containers: Int) -> Int { min(4096, 12_288 / max(1, containers)) }

    /// Reads the declared results.
    ///
    /// - Parameters:
    ///   - message: The termination message, nil where nothing was written.
    ///   - declared: The results that the task declares; lines of other names are ignored.
    ///   - limit: A message of this many bytes may have been cut and is refused.
    /// - Throws: ``Refusal``.
    public static func results(
        _ message: String?, declared: [ResultSpec], limit: Int
    ) throws(Refusal) -> [String: JSONValue] {
        if declared.isEmpty { return [:] }
        let text = message ?? ""
        if text.utf8.count >= limit {
            throw Refusal(
                reason: .resultTooLarge,
                message: "the results reach the limit of \(limit - 1) bytes; write large values as artifacts")
        }
        var lines: [String: Substring] = [:]
        for line in text.split(whereSeparator: \.isNewline) {
            guard let equals = line.firstIndex(of: "=") else { continue }
            let name = line[..<equals].drop(while: \.isWhitespace)
            lines[String(name)] = line[line.index(after: equals)...]
        }
        var results: [String: JSONValue] = [:]
        for result in declared {
            guard let written = lines[result.name] else {
                throw Refusal(
                    reason: .resultMissing,
                    message: "result \"\(result.name)\" was not written to $FAIRLEAD_RESULTS; \(shown(text))")
            }
            guard let value = value(String(written), as: result.effectiveType) else {
                throw Refusal(
                    reason: .resultInvalid,
                    message: "result \"\(result.name)\" is not of type \(result.effectiveType.rawValue); \(shown(text))"
                )
            }
            results[result.name] = value
        }
        return results
    }

    /// Whether a message has lines of declared results, and no others: it is no end of a log then.
    static func holdsOnlyResults(_ message: String?, declared: [ResultSpec]) -> Bool {
        let lines = (message ?? "").split(whereSeparator: \.isNewline)
        return !lines.isEmpty
            && lines.allSatisfy { line in
                guard let equals = line.firstIndex(of: "=") else { return false }
                let name = line[..<equals].drop(while: \.isWhitespace)
                return declared.contains { $0.name == name }
            }
    }

    /// The JSON objects that one of the pod's own containers wrote, one a line; other lines are its log.
    static func lines(_ message: String?) -> [JSONValue] {
        (message ?? "").split(whereSeparator: \.isNewline).compactMap { line in
            guard line.first == "{", let value = try? JSONParser.parse(String(line)) else { return nil }
            return value
        }
    }

    private static func value(_ text: String, as type: ValueType) -> JSONValue? {
        if type == .string { return .string(text) }
        guard let value = try? JSONParser.parse(text) else { return nil }
        switch (type, value) {
        case (.integer, _): return value.integerValue.map { .integer($0) }
        case (.number, .integer), (.number, .double), (.boolean, .bool), (.array, .array), (.object, .object):
            return value
        default: return nil
        }
    }

    private static func shown(_ text: String) -> String {
        text.isEmpty ? "nothing was written" : "written was: \(text.prefix(512))"
    }
}
