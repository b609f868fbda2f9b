import FairleadAPI
import Foundation
import KubernetesCore
import Testing

@testable import FairleadPlanning

/// A job's spec in YAML, and the pods that are built for it.
struct JobFixture {
    let job: TrainingJob
    let fixed: FixedJob
    let pods: JobPods
    let layout: JobLayout

    init(
        _ yaml: String, name: String = "resnet", labels: [String: String] = [:],
        settings: PlanningSettings = PlanningSettings(artifactStore: "s3://runs/fairlead", image: "fairlead:1"),
        progress: ProgressEndpoint? = nil
    ) throws {
        let spec = try KubernetesJSON.decode(TrainingJobSpec.self, from: try PodFixture.document(yaml))
        var metadata = ObjectMeta(name: name, namespace: "team", uid: "0b7f")
        metadata.labels = labels
        job = TrainingJob(metadata: metadata, spec: spec)
        fixed = try FixedJob(spec, settings: settings, progress: progress)
        // What stands in the ConfigMap is what runs.
        let read = try FixedJob(configMap: try fixed.configMap(job: metadata), of: metadata)
        try #require(read == fixed)
        pods = JobPods(job: job, fixed: fixed, settings: settings)
        layout = JobLayout(job: metadata, fixed: fixed)
    }

    func pod(_ member: JobMember, _ budget: AttemptBudget = AttemptBudget()) throws -> JSONValue {
        try pods.pod(member, budget: budget).get().pod
    }

    func pod(_ role: String, _ index: Int = 0) throws -> JSONValue {
        try pod(try #require(fixed.member(role, index)))
    }

    /// The files of the ConfigMap.
    func files() throws -> [String: String] {
        let data = try fixed.configMap(job: job.metadata)["data"]?.objectValue ?? [:]
        return data.compactMapValues(\.stringValue)
    }

    /// The environment of a member's program, as the kubelet would make it.
    func environment(_ member: JobMember) throws -> [String: String] {
        var environment: [String: String] = [:]
        for variable in try pod(member).container("main")?["env"]?.arrayValue ?? [] {
            let name = try #require(variable["name"]?.stringValue)
            var value = variable["value"]?.stringValue ?? ""
            if let field = variable[path: ["valueFrom", "fieldRef", "fieldPath"]] {
                try #require(field == "status.podIP")
                value = Self.address(member)
            }
            for (name, other) in environment { value = value.replacing("$(\(name))", with: other) }
            environment[name] = value
        }
        return environment
    }

    /// A pod's address in these tests.
    static func address(_ member: JobMember) -> String { "10.0.\(member.rank / 256).\(member.rank % 256)" }
}

/// Python, where there is one.
enum Python {
    static let isThere = FileManager.default.isExecutableFile(atPath: "/usr/bin/env") && (try? run("", "")) != nil

    /// Runs a program.
    static func run(_ program: String, _ input: String) throws -> String {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["python3", "-c", program]
        let (stdin, stdout) = (Pipe(), Pipe())
        process.standardInput = stdin
        process.standardOutput = stdout
        try process.run()
        try stdin.fileHandleForWriting.write(contentsOf: Data(input.utf8))
        try stdin.fileHandleForWriting.close()
        let output = try stdout.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw Failure() }
        return String(decoding: output, as: UTF8.self)
    }

    private struct Failure: Error {}
}
