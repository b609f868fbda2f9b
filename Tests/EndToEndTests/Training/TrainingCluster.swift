import Foundation
import KubernetesCore
import Testing

/// What the tests read of a job's status.
struct JobStatus: Decodable {
    struct Object: Decodable {
        var status: JobStatus?
    }

    var phase: String?
    var reason: String?
    var message: String?
    var progress: String?
    var attempt: Int?
    var restarts: Int?
    var failures: Int?
    var disruptions: Int?
    var completionTime: String?
    var metrics: [String: JSONValue]?
    var results: [String: JSONValue]?
    var artifacts: [String: RunStatus.Task.Artifact]?

    /// A result that is a number.
    subscript(_ name: String) -> Double? { results?[name]?.doubleValue }
}

extension LocalCluster {
    /// An example of `manifests/examples/training`, with some of its text replaced.
    ///
    /// - Parameter changes: What is replaced by what; each must be there.
    func trainingExample(_ name: String, _ changes: [(String, String)] = []) throws -> String {
        let file = Programs.root.appendingPathComponent("manifests/examples/training/\(name).yaml")
        var text = try String(contentsOf: file, encoding: .utf8)
        for (old, new) in changes {
            try #require(text.contains(old), "\(name).yaml has no \"\(old)\"")
            text = text.replacingOccurrences(of: old, with: new)
        }
        return text
    }

    /// Applies a manifest with `kubectl`.
    func apply(_ text: String) async throws {
        let path = try file("manifest-\(UUID().uuidString.prefix(8)).yaml", text)
        let applied = try await kubectl("apply", "-f", path)
        try #require(applied.code == 0, "\(applied)")
    }

    /// A job's status.
    func job(_ name: String) async throws -> JobStatus {
        let result = try await kubectl("get", "trainingjob", name, "-o", "json")
        try #require(result.code == 0, "\(result)")
        return try KubernetesJSON.decode(JobStatus.Object.self, from: result.output.utf8).status ?? JobStatus()
    }

    /// Waits for a job's end; where it does not succeed, the issue has its pods' logs.
    func succeeded(_ name: String, within seconds: Double) async throws -> JobStatus {
        var last = JobStatus()
        do {
            try await eventually("the end of \(name)", within: seconds, every: .milliseconds(500)) {
                last = try await job(name)
                return last.completionTime != nil
            }
        } catch {
            Issue.record("\(error): \(last)\n\(try await story(name))")
            throw error
        }
        if last.phase != "Succeeded" { Issue.record("\(last)\n\(try await story(name))") }
        return last
    }

    /// What became of a job's pods, for a failure's message.
    private func story(_ name: String) async throws -> String {
        let label = "fairlead.dev/trainingjob=\(name)"
        let pods = try await kubectl("get", "pods", "-l", label, "-o", "wide").output
        let logs = try await kubectl(
            "logs", "-l", label, "--all-containers", "--prefix", "--tail=15", "--ignore-errors"
        ).output
        return pods + logs
    }

    /// The log of one of a job's newest pods.
    func log(of name: String, _ index: Int, role: String = "worker") async throws -> String {
        try await kubectl(
            "logs", "-l", "fairlead.dev/trainingjob=\(name),fairlead.dev/role=\(role),fairlead.dev/index=\(index)",
            "-c", "main", "--tail=-1"
        ).output
    }

    /// Ends the program of one of a job's pods with SIGKILL, as the kernel would.
    func shoot(_ name: String, _ index: Int, role: String = "worker") async throws {
        let pod = try await kubectl(
            "get", "pods", "-l",
            "fairlead.dev/trainingjob=\(name),fairlead.dev/role=\(role),fairlead.dev/index=\(index)",
            "-o", "jsonpath={.items[0].metadata.uid}"
        ).output
        try killPrograms(ofPod: pod)
    }

    /// Ends the programs of a pod's main container with SIGKILL.
    func killPrograms(ofPod uid: String) throws {
        let cookie = Data("FAIRLEAD_CONTAINER=\(uid)/main/".utf8)
        let programs = processes().filter { pid in
            func read(_ file: String) -> Data { FileManager.default.contents(atPath: "/proc/\(pid)/\(file)") ?? Data() }
            return read("environ").range(of: cookie) != nil && read("comm") != Data("bwrap\n".utf8)
        }
        try #require(!programs.isEmpty, "no process of pod \(uid)")
        for pid in programs { kill(pid, SIGKILL) }
    }

    /// The losses that a log tells, in order.
    static func losses(in log: String) -> [Double] {
        log.split(separator: "\n").compactMap { line in
            line.split(separator: " ").first { $0.hasPrefix("loss=") }.flatMap { Double($0.dropFirst("loss=".count)) }
        }
    }
}
