import Foundation
import KubernetesCore
import Testing

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// What the tests read of a service's status.
struct ServiceStatus: Decodable {
    struct Object: Decodable {
        var status: ServiceStatus?
    }

    struct Revision: Decodable {
        var name: String
        var variant: String?
        var model: String?
        var traffic: Int
        var mirror: Int?
        var replicas: Int
        var ready: Int
        var state: String
        var reason: String?
        var message: String?
    }

    struct Rollout: Decodable {
        var phase: String
        var failed: String?
        var message: String?
    }

    struct Condition: Decodable {
        var type: String
        var status: String
        var reason: String?
        var message: String?
    }

    var phase: String?
    var reason: String?
    var message: String?
    var url: String?
    var revisions: [Revision]?
    var rollouts: [Rollout]?
    var conditions: [Condition]?

    /// The revision that has all the traffic.
    var only: Revision? { revisions?.first { $0.traffic == 100 } }
}

/// What a load met.
struct LoadReport: Decodable {
    var requests: Int
    var statuses: [String: Int]
    var answers: [String: Int]
    var failed: Int
    var failures: [String]
    var p50: Double
    var p99: Double
    var slowest: Double
    var seconds: Double
    var usersOfSeveral: Int
    var usersOf: [String: Int]
}

/// An answer to one request.
struct Answer {
    var status: Int
    var headers: [String: String]
    var body: String
}

extension LocalCluster {
    /// An example of `manifests/examples/serving`, with some of its text replaced.
    ///
    /// - Parameter changes: What is replaced by what; each must be there.
    func servingExample(_ name: String, _ changes: [(String, String)] = []) throws -> String {
        let file = Programs.root.appendingPathComponent("manifests/examples/serving/\(name).yaml")
        var text = try String(contentsOf: file, encoding: .utf8)
        for (old, new) in changes {
            try #require(text.contains(old), "\(name).yaml has no \"\(old)\"")
            text = text.replacingOccurrences(of: old, with: new)
        }
        return text
    }

    /// A model for the tests' server: a folder, whose URI is returned.
    func model(_ name: String, _ content: JSONValue) throws -> String {
        let folder = self.folder.appendingPathComponent("models/\(name)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try Data(JSONWriter.bytes(content)).write(to: folder.appendingPathComponent("model.json"))
        return "file://\(folder.path)"
    }

    /// A service of the tests' own server.
    ///
    /// - Parameters:
    ///   - cpu: What each pod asks for.
    ///   - spec: What stands in the spec beside the program, without indentation.
    func service(_ name: String, cpu: String = "20m", _ spec: String) -> String {
        func lines(_ text: String, _ indent: String) -> String {
            text.split(separator: "\n", omittingEmptySubsequences: false).map { $0.isEmpty ? "" : indent + $0 }
                .joined(separator: "\n")
        }
        return """
            apiVersion: fairlead.dev/v1alpha1
            kind: InferenceService
            metadata: {name: \(name)}
            spec:
              image: python:3.12-slim
              resources: {cpu: \(cpu), memory: 64Mi}
            \(lines(spec, "  "))
              python: |
            \(lines(ServingPrograms.server, "    "))

            """
    }

    /// A service's status.
    func serviceStatus(_ name: String) async throws -> ServiceStatus {
        let result = try await kubectl("get", "inferenceservice", name, "-o", "json")
        try #require(result.code == 0, "\(result)")
        return try KubernetesJSON.decode(ServiceStatus.Object.self, from: result.output.utf8).status ?? ServiceStatus()
    }

    /// Waits until a service's status is so; where it is not in time, the issue has its story.
    @discardableResult
    func service(
        _ name: String, within seconds: Double = 120, _ what: String, _ isSo: (ServiceStatus) -> Bool
    ) async throws -> ServiceStatus {
        var last = ServiceStatus()
        do {
            try await eventually("\(name): \(what)", within: seconds, every: .milliseconds(200)) {
                last = try await serviceStatus(name)
                return isSo(last)
            }
        } catch {
            Issue.record("\(error): \(last)\n\(try await story(of: name))")
            throw error
        }
        return last
    }

    /// Waits until a model has all of a service's traffic.
    @discardableResult
    func serves(_ name: String, _ model: String? = nil, within seconds: Double = 120) async throws -> ServiceStatus {
        try await service(name, within: seconds, "serves \(model ?? "")") { status in
            guard let only = status.only, status.phase == "Ready" else { return false }
            return model == nil || only.model == model
        }
    }

    /// Changes a service by a merge patch.
    func patch(_ name: String, _ patch: JSONValue) async throws {
        let text = String(decoding: JSONWriter.bytes(patch), as: UTF8.self)
        let result = try await kubectl("patch", "inferenceservice", name, "--type", "merge", "-p", text)
        try #require(result.code == 0, "\(result)")
    }

    /// What became of a service, for a failure's message.
    func story(of name: String) async throws -> String {
        let label = "fairlead.dev/inferenceservice=\(name)"
        var story = try await kubectl("describe", "inferenceservice", name).output
        story += try await kubectl("get", "deployments,replicasets,pods,services", "-l", label, "-o", "wide").text
        story += try await kubectl("get", "events", "--sort-by=.lastTimestamp").output
        story += try await kubectl(
            "logs", "-l", label, "--all-containers", "--prefix", "--tail=20", "--ignore-errors"
        ).text
        return story
    }

    // MARK: - Requests

    /// Sends one request.
    func ask(
        _ url: String, _ body: String? = nil, headers: [String: String] = [:], within seconds: Double = 120
    ) async throws -> Answer {
        var request = URLRequest(url: try #require(URL(string: url)), timeoutInterval: seconds)
        for (name, value) in headers { request.setValue(value, forHTTPHeaderField: name) }
        if let body {
            request.httpMethod = "POST"
            request.httpBody = Data(body.utf8)
            request.setValue("application/json", forHTTPHeaderField: "Content-Type")
        }
        let (data, response) = try await URLSession.shared.data(for: request)
        let answer = try #require(response as? HTTPURLResponse)
        let fields = answer.allHeaderFields.map { ("\($0.key)".lowercased(), "\($0.value)") }
        return Answer(
            status: answer.statusCode, headers: Dictionary(fields) { first, _ in first },
            body: String(decoding: data, as: UTF8.self))
    }

    /// Begins to ask a service of the tests' server again and again.
    func load(_ name: String, _ arguments: String...) async throws -> RunningProgram {
        let url = try #require(try await serviceStatus(name).url, "\(name) has no url")
        let program = try file("load.py", ServingPrograms.load)
        return try self.program(
            try #require(Programs.find("python3")), [program, "\(url)/v2/models/\(name)/infer"] + arguments)
    }

    /// What a load met, once it has ended.
    func report(_ load: RunningProgram, within seconds: Double = 120) async throws -> LoadReport {
        let ended = try await load.ended(within: seconds)
        try #require(ended.code == 0, "\(ended)")
        return try KubernetesJSON.decode(LoadReport.self, from: ended.output.utf8)
    }

    /// Ends the program of a service's pod with SIGKILL, as the kernel would.
    func shoot(podOf name: String) async throws {
        let pod = try await kubectl(
            "get", "pods", "-l", "fairlead.dev/inferenceservice=\(name)", "--field-selector", "status.phase=Running",
            "-o", "jsonpath={.items[0].metadata.uid}"
        ).output
        try #require(!pod.isEmpty, "no pod of \(name) runs")
        try killPrograms(ofPod: pod)
    }
}
