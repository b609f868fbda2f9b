import Foundation
import KubernetesCore
import Yams

@testable import LocalAPIServer

/// A step of a scenario recorded from a real API server.
struct RecordedExchange: Sendable {
    let step: Int64
    let about: String
    let method: String
    let path: String
    let query: [String: String]
    let contentType: String
    let userAgent: String
    let body: JSONValue?
    let status: Int64
    let response: JSONValue

    /// The recordings beside the package, which a checkout of the project alone lacks.
    static let root: URL = {
        var url = URL(filePath: #filePath)
        for _ in 0..<4 { url.deleteLastPathComponent() }
        return url.deletingLastPathComponent().appending(path: "shared/kubernetes")
    }()

    /// Whether the recordings are there; tests that need them are skipped otherwise.
    static var areAvailable: Bool { FileManager.default.fileExists(atPath: root.path) }

    /// The steps of a scenario such as `apply/configmap`.
    static func scenario(_ name: String) throws -> [RecordedExchange] {
        let text = try String(contentsOf: root.appending(path: "exchanges/\(name).jsonl"), encoding: .utf8)
        return try text.split(separator: "\n").compactMap { try RecordedExchange(JSONParser.parse(String($0))) }
    }

    /// The names of all scenarios.
    static func scenarios() throws -> [String] {
        let folder = root.appending(path: "exchanges")
        return try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted().flatMap { area in
            try FileManager.default.contentsOfDirectory(atPath: folder.appending(path: area).path)
                .filter { $0.hasSuffix(".jsonl") }.sorted().map { "\(area)/\($0.dropLast(6))" }
        }
    }

    private init?(_ line: JSONValue) {
        guard let request = line["request"], let target = request["path"]?.stringValue,
            let status = line["response"]?["status"]?.integerValue
        else { return nil }
        step = line["step"]?.integerValue ?? 0
        about = line["about"]?.stringValue ?? ""
        method = request["method"]?.stringValue ?? ""
        let parts = target.split(separator: "?", maxSplits: 1)
        path = String(parts[0])
        var query: [String: String] = [:]
        for item in parts.dropFirst().first?.split(separator: "&") ?? [] {
            let pair = item.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            query[String(pair[0])] = pair.count == 2 ? PercentEncoding.decode(pair[1]) : ""
        }
        self.query = query
        contentType = request["headers"]?["Content-Type"]?.stringValue ?? ""
        userAgent = request["headers"]?["User-Agent"]?.stringValue ?? ""
        // A body that was sent as literal text may be JSON all the same.
        body = request["body"]?.stringValue.map { try? JSONParser.parse($0) } ?? request["body"]
        self.status = status
        response = line["response"]?["body"] ?? .null
    }

    /// The request's field manager, as the server finds it.
    var manager: String {
        if let manager = query["fieldManager"], !manager.isEmpty { return manager }
        return userAgent.split(separator: "/").first.map(String.init) ?? ""
    }

    /// The subresource at the end of the path.
    var subresource: String? { path.hasSuffix("/status") ? "status" : nil }

    /// The path of the object itself.
    var objectPath: String { subresource == nil ? path : String(path.dropLast("/status".count)) }

    /// The schema of a kind: a recorded CustomResourceDefinition's or a built-in one.
    static func schema(apiVersion: String, kind: String) throws -> ObjectSchema {
        let gvk = GroupVersionKind(apiVersion: apiVersion, kind: kind)
        guard gvk.group == "fairlead.dev" else { return BuiltinSchemas.schema(for: gvk) }
        let file = root.appending(path: "crds/\(kind.lowercased())s.yaml")
        guard let text = try? String(contentsOf: file, encoding: .utf8) else { return .anything }
        let definition = try YAMLDecoder().decode(JSONValue.self, from: text)
        let versions = definition["spec"]?["versions"]?.arrayValue ?? []
        let version = versions.first { $0["name"]?.stringValue == gvk.version }
        return ObjectSchema(openAPI: version?["schema"]?["openAPIV3Schema"] ?? .object([:]))
    }
}
