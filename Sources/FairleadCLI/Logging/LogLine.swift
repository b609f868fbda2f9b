import Foundation
import KubernetesCore

/// One message of the log as text.
struct LogLine: Sendable, Hashable {
    /// How lines look.
    enum Format: String, Sendable, CaseIterable {
        /// For people.
        case human
        /// One JSON object a line.
        case json
    }

    var time: Date
    var level: String
    /// Which part of the program speaks.
    var label: String
    var message: String
    var metadata: [String: String]

    /// The line, without its end; whatever the message holds, it is one.
    func text(_ format: Format) -> String {
        switch format {
        case .human:
            let details = metadata.sorted { $0.key < $1.key }.map { " \($0.key)=\(Self.quoted($0.value))" }.joined()
            let message = message.split(whereSeparator: \.isNewline).joined(separator: "; ")
            return "\(Time(time)) \(level) \(label): \(message)\(details)"
        case .json:
            var members = metadata.mapValues { JSONValue.string($0) }
            members["time"] = .string(MicroTime(time).description)
            members["level"] = .string(level)
            members["logger"] = .string(label)
            members["message"] = .string(message)
            return JSONWriter.string(.object(members))
        }
    }

    private static func quoted(_ text: String) -> String {
        let isWord = !text.isEmpty && text.allSatisfy { !$0.isWhitespace && $0 != "\"" }
        return isWord ? text : JSONWriter.string(.string(text))
    }
}
