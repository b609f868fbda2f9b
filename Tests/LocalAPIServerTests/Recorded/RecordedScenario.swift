import Foundation
import KubernetesCore

/// One recorded scenario: what a real API server was asked, and what it answered.
struct RecordedScenario {
    struct Step {
        var number: Int
        var about: String
        var method: String
        var path: String
        var headers: [String: String]
        /// A string where literal text was sent.
        var body: JSONValue?
        var status: Int
        var responseHeaders: JSONValue
        var responseBody: JSONValue?
        /// The lines of a watch.
        var events: [JSONValue]?
        var ended: String
        var during: Set<Int>
        var managedFieldsOmitted: Bool
        var isExcerpt: Bool
        /// What happened outside of HTTP since the step before.
        var actionsBefore: [String] = []
        /// The command line that made it, in the area of kubectl.
        var arguments: [String] = []

        /// Whether it asks what the server serves, in which servers differ.
        var isOfDiscovery: Bool {
            path.wholeMatch(of: /\/(?:openapi.*|version.*|api(?:\/[^\/?]+)?|apis(?:\/[^\/?]+){0,2})(?:\?.*)?/) != nil
        }
    }

    var name: String
    var given: [String]
    var ascendingVersions: [String]
    var steps: [Step]

    /// The folder of recordings beside the package; nil where it is absent.
    static let folder: URL? = {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let folder = root.appending(path: "../shared/kubernetes").standardizedFileURL
        return FileManager.default.fileExists(atPath: folder.path) ? folder : nil
    }()

    init(name: String, text: String) throws {
        self.name = name
        given = []
        ascendingVersions = []
        steps = []
        var actions: [String] = []
        var commands: [Int64: [String]] = [:]
        for line in text.split(separator: "\n") {
            let value = try JSONParser.parse(String(line))
            if value["scenario"] != nil {
                given = (value["given"]?.arrayValue ?? []).compactMap(\.stringValue)
                ascendingVersions = (value["rvAscending"]?.arrayValue ?? []).compactMap(\.stringValue)
            } else if let request = value["request"], let response = value["response"] {
                var step = Self.step(value, request, response)
                step.actionsBefore = actions
                step.arguments = value["command"]?.integerValue.flatMap { commands[$0] } ?? []
                actions = []
                steps.append(step)
            } else if let arguments = value["command"]?["argv"]?.arrayValue, let step = value["step"]?.integerValue {
                commands[step] = arguments.compactMap(\.stringValue)
            } else if let about = value["about"]?.stringValue {
                actions.append(about)
            }
        }
    }

    private static func step(_ value: JSONValue, _ request: JSONValue, _ response: JSONValue) -> Step {
        Step(
            number: Int(value["step"]?.integerValue ?? 0), about: value["about"]?.stringValue ?? "",
            method: request["method"]?.stringValue ?? "", path: request["path"]?.stringValue ?? "",
            headers: (request["headers"]?.objectValue ?? [:]).compactMapValues(\.stringValue),
            body: request["body"], status: Int(response["status"]?.integerValue ?? 0),
            responseHeaders: response["headers"] ?? [:], responseBody: response["body"],
            events: response["events"]?.arrayValue, ended: response["ended"]?.stringValue ?? "",
            during: Set((value["during"]?.arrayValue ?? []).compactMap { $0.integerValue.map { Int($0) } }),
            managedFieldsOmitted: value["managedFieldsOmitted"]?.boolValue ?? response["managedFieldsOmitted"]?
                .boolValue ?? false,
            isExcerpt: value["bodyExcerpt"]?.boolValue ?? response["bodyExcerpt"]?.boolValue ?? false)
    }

    static func load(_ name: String) throws -> RecordedScenario {
        guard let folder else { throw CocoaError(.fileNoSuchFile) }
        let file = folder.appending(path: "exchanges/\(name).jsonl")
        return try RecordedScenario(name: name, text: String(contentsOf: file, encoding: .utf8))
    }
}
