import FairleadAPI
import Foundation
import KubernetesCore
import Testing

@testable import FairleadPlanning

/// A task in YAML, and the pod that is built for it.
struct PodFixture {
    var settings = PlanningSettings(artifactStore: "s3://runs/fairlead", image: "fairlead:1")
    var params: [String: JSONValue] = [:]
    var profile: String?
    private let task: PipelineTask

    init(_ yaml: String) throws {
        task = try KubernetesJSON.decode(PipelineTask.self, from: try Self.document(yaml))
    }

    /// The pod of an attempt.
    func pod(_ attempt: PodAttempt = PodAttempt(scope: Scope())) throws(TaskProblem) -> JSONValue {
        var spec = PipelineRunSpec(pipeline: "churn")
        spec.profile = profile
        let run = PipelineRun(
            metadata: ObjectMeta(name: "churn-1", namespace: "team", uid: "0b7f"), spec: spec)
        let fixed = FixedRun(pipeline: "churn", spec: PipelineSpec(tasks: [task]), params: params)
        var attempt = attempt
        attempt.scope.params = params
        return try RunPods(run: run, fixed: fixed, settings: settings).pod(0, attempt).get().pod
    }

    /// What an attempt fails of before there is a pod.
    func problem(_ attempt: PodAttempt = PodAttempt(scope: Scope())) -> TaskProblem? {
        do throws(TaskProblem) {
            _ = try pod(attempt)
            return nil
        } catch {
            return error
        }
    }

    /// The document of a YAML text.
    static func document(_ yaml: String) throws -> JSONValue { try #require(try ManifestReader.read(yaml).first) }
}

extension Platform {
    /// A platform of objects in YAML.
    init(yaml: String) throws {
        var connections: [Connection] = []
        var clusterConnections: [ClusterConnection] = []
        var profiles: [ClusterProfile] = []
        for document in try ManifestReader.read(yaml) {
            switch document["kind"] {
            case "Connection": connections.append(try KubernetesJSON.decode(Connection.self, from: document))
            case "ClusterConnection":
                clusterConnections.append(try KubernetesJSON.decode(ClusterConnection.self, from: document))
            default: profiles.append(try KubernetesJSON.decode(ClusterProfile.self, from: document))
            }
        }
        self.init(connections: connections, clusterConnections: clusterConnections, profiles: profiles)
    }
}

extension JSONValue {
    /// The container of that name, wherever it stands in a pod.
    func container(_ name: String) -> JSONValue? {
        let all = ["initContainers", "containers"].flatMap { self["spec"]?[$0]?.arrayValue ?? [] }
        return all.first { $0["name"]?.stringValue == name }
    }

    /// A variable of a container.
    func variable(_ name: String) -> String? {
        self["env"]?.arrayValue?.first { $0["name"]?.stringValue == name }?["value"]?.stringValue
    }

    /// The plan of `fetch` or `store`, as the kubelet hands it over.
    func plan() throws -> JSONValue {
        let text = try #require(variable("FAIRLEAD_PLAN"))
        return try JSONParser.parse(
            text.split(separator: "$$", omittingEmptySubsequences: false).joined(separator: "$"))
    }
}
