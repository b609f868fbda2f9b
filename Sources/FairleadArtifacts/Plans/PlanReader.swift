import Foundation
import KubernetesCore

/// Reads what a container is to do out of its environment.
enum PlanReader {
    /// The plan itself, as JSON.
    static let variable = "FAIRLEAD_PLAN"
    /// The path of a file with the plan, where it is too long for a variable.
    static let fileVariable = "FAIRLEAD_PLAN_FILE"

    /// The plan, or why it is none: an unknown field is a mistake, never skipped over.
    static func read<Plan: Codable>(
        _ type: Plan.Type, _ environment: [String: String]
    ) throws(ArtifactFailure) -> Plan {
        do {
            let value = try JSONParser.parse(try bytes(environment))
            let plan = try KubernetesJSON.decode(type, from: value)
            if let field = firstUnknown(in: value, known: try KubernetesJSON.value(of: plan)) {
                throw ArtifactFailure(.invalidPlan, "the plan has a field that this version does not know: \(field)")
            }
            return plan
        } catch let failure as ArtifactFailure {
            throw failure
        } catch {
            throw ArtifactFailure(.invalidPlan, "the plan can't be read: \(error)")
        }
    }

    private static func bytes(_ environment: [String: String]) throws -> [UInt8] {
        if let text = environment[variable] { return Array(text.utf8) }
        guard let path = environment[fileVariable] else {
            throw ArtifactFailure(.invalidPlan, "neither \(variable) nor \(fileVariable) is set")
        }
        return Array(try Data(contentsOf: URL(fileURLWithPath: path)))
    }

    /// The path of the first member that decoding lost.
    private static func firstUnknown(in value: JSONValue, known: JSONValue, at path: String = "") -> String? {
        switch (value, known) {
        case (.object(let members), .object(let others)):
            for (name, member) in members.sorted(by: { $0.key < $1.key }) where !member.isNull {
                guard let other = others[name] else { return path + name }
                if let field = firstUnknown(in: member, known: other, at: "\(path)\(name).") { return field }
            }
        case (.array(let elements), .array(let others)):
            for (index, pair) in zip(elements, others).enumerated() {
                if let field = firstUnknown(in: pair.0, known: pair.1, at: "\(path)\(index).") { return field }
            }
        default: break
        }
        return nil
    }
}
