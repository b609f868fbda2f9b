import Foundation
import KubernetesCore
import Testing
import Yams

@testable import LocalAPIServer

/// The exchanges with a real API server, which lie beside the package; the tests that need them skip where they are
/// absent.
enum SchemaRecordings {
    /// One recorded exchange.
    struct Step: Sendable, CustomTestStringConvertible {
        var number: Int64
        var value: JSONValue

        var about: String { value["about"]?.stringValue ?? "" }
        var method: String { value["request"]?["method"]?.stringValue ?? "" }
        var path: String { value["request"]?["path"]?.stringValue ?? "" }
        var body: JSONValue? { value["request"]?["body"] }
        var status: Int64 { value["response"]?["status"]?.integerValue ?? 0 }
        var answer: JSONValue { value["response"]?["body"] ?? .null }
        var testDescription: String { "\(number) \(about)" }

        /// The answer's causes, in order.
        var causes: [FieldError] {
            (answer["details"]?["causes"]?.arrayValue ?? []).compactMap { cause in
                guard let reason = FieldError.Reason(rawValue: cause["reason"]?.stringValue ?? "") else { return nil }
                return FieldError(
                    path: cause["field"]?.stringValue ?? "", reason: reason,
                    message: cause["message"]?.stringValue ?? "")
            }
        }

        /// The texts of the answer's warnings.
        var warnings: [String] {
            (value["response"]?["headers"]?["Warning"]?.arrayValue ?? []).compactMap { warning in
                guard let text = warning.stringValue, text.hasPrefix("299 - ") else { return nil }
                return (try? JSONParser.parse(String(text.dropFirst(6))))?.stringValue
            }
        }
    }

    static let folder: URL = {
        var root = URL(filePath: #filePath)
        for _ in 0..<4 { root.deleteLastPathComponent() }
        return root.deletingLastPathComponent().appending(path: "shared/kubernetes")
    }()

    /// What stands for every recorded time.
    static let moment = "2026-01-01T00:00:00Z"

    static let areAvailable = FileManager.default.fileExists(atPath: folder.appending(path: "exchanges").path())

    /// The steps of a scenario, such as `crd/establish`.
    static func steps(_ scenario: String) -> [Step] {
        guard let data = try? Data(contentsOf: folder.appending(path: "exchanges/\(scenario).jsonl")) else { return [] }
        // Placeholders that no server would take become values that it would.
        let text = String(decoding: data, as: UTF8.self).replacing("<time>", with: moment)
            .replacing("<suffix:1>", with: "abcde")
        return text.utf8.split(separator: 0x0A).compactMap { line in
            guard let value = try? JSONParser.parse(line), let number = value["step"]?.integerValue else { return nil }
            return Step(number: number, value: value)
        }
    }

    /// Every scenario's name.
    static var scenarios: [String] {
        let root = folder.appending(path: "exchanges").path()
        let paths = FileManager.default.enumerator(atPath: root)?.compactMap { $0 as? String } ?? []
        return paths.filter { $0.hasSuffix(".jsonl") }.map { String($0.dropLast(6)) }.sorted()
    }

    /// A recorded OpenAPI document.
    static func document(_ name: String) -> [UInt8]? {
        (try? Data(contentsOf: folder.appending(path: "openapi/\(name)"))).map { Array($0) }
    }

    /// A recorded CustomResourceDefinition.
    static func definition(_ plural: String) throws -> JSONValue {
        let text = try String(contentsOf: folder.appending(path: "crds/\(plural).yaml"), encoding: .utf8)
        return value(of: try Yams.load(yaml: text))
    }

    /// The schema of the first version of a recorded CustomResourceDefinition.
    static func schema(_ plural: String) throws -> ObjectSchema {
        let version = try definition(plural)["spec"]?["versions"]?[0]
        return ObjectSchema(openAPI: version?["schema"]?["openAPIV3Schema"] ?? .null)
    }

    private static func value(of yaml: Any?) -> JSONValue {
        switch yaml {
        case let value as Bool: .bool(value)
        case let value as Int: .integer(Int64(value))
        case let value as Double: .double(value)
        case let value as String: .string(value)
        case let value as [Any]: .array(value.map { self.value(of: $0) })
        case let value as [String: Any]: .object(value.mapValues { self.value(of: $0) })
        default: .null
        }
    }
}
