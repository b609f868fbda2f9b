import FairleadAPI
import FairleadPlanning
import Foundation
import KubernetesClient
import KubernetesCore
import KubernetesTesting
import Synchronization
import Testing

/// What somebody changes or deletes of a service's objects is put back, and nothing is written while nobody does.
@Suite(.serialized) struct DriftScenarios {
    /// Something that somebody does to an object.
    enum Drift: Sendable {
        /// A merge patch.
        case patch(JSONValue)
        /// A merge patch of the first container.
        case container(JSONValue)
        case delete
    }

    private static let manifest = """
        apiVersion: fairlead.dev/v1alpha1
        kind: InferenceService
        metadata: {name: churn}
        spec: {model: {uri: "s3://models/churn/7", format: sklearn}, env: {A: "1"}, resources: {cpu: 1000m}}
        """

    /// Labels that tell what an object is.
    private static let renamed: [Drift] = [
        .patch(["metadata": ["labels": [FairleadLabel.revision: "other"]]]),
        .patch(["metadata": ["labels": [FairleadLabel.revision: .null]]]),
        .patch(["metadata": ["labels": [FairleadLabel.component: .null]]]),
    ]

    private static let edits: [(ResourceType, [Drift])] = [
        (
            .deployment,
            [
                .container(["image": "other:2"]), .container(["env": [["name": "A", "value": "2"]]]),
                .container(["readinessProbe": .null]),
                .patch(["spec": ["template": ["metadata": ["labels": [FairleadLabel.managedBy: "me"]]]]]),
                .patch(["spec": ["template": ["spec": ["automountServiceAccountToken": true]]]]),
                .patch(["spec": ["revisionHistoryLimit": 3]]),
            ] + renamed
        ),
        (
            .service,
            [
                .patch(["spec": ["selector": [FairleadLabel.revision: "other"]]]),
                .patch(["spec": ["ports": [["name": "http", "port": 81, "targetPort": 1, "protocol": "TCP"]]]]),
            ] + renamed
        ),
        (
            .podDisruptionBudget,
            [
                .patch(["spec": ["maxUnavailable": 0]]),
                .patch(["spec": ["maxUnavailable": .null, "minAvailable": "100%"]]),
            ]
        ),
    ]

    /// What may be done to any object.
    private static let anywhere: [Drift] = [
        .patch(["metadata": ["labels": [FairleadLabel.inferenceService: .null]]]),
        .patch(["metadata": ["labels": [FairleadLabel.managedBy: "me"]]]),
        .patch(["metadata": ["labels": [FairleadLabel.inferenceService: "other"]]]),
        .patch(["metadata": ["ownerReferences": .null]]),
        .patch(["metadata": ["ownerReferences": .null, "labels": [FairleadLabel.managedBy: .null]]]),
        .delete,
    ]

    private static func perform(_ drift: Drift, _ client: Client, _ type: ResourceType, _ key: ObjectKey) async throws {
        switch drift {
        case .patch(let change): try await client.patch(type, key, change)
        case .container(let change):
            let object = try await client.get(type, key)
            let path = ["spec", "template", "spec", "containers"]
            var containers = try #require(object[path: path]?.arrayValue)
            let first = try #require(containers.first)
            containers[0] = MergePatch.apply(change, to: first)
            try await client.patch(type, key, ["spec": ["template": ["spec": ["containers": .array(containers)]]]])
        case .delete: try await client.delete(type, key)
        }
    }

    /// An object without what a write or its controllers change; nil where it is not there.
    private static func content(_ client: Client, _ type: ResourceType, _ key: ObjectKey) async throws -> JSONValue? {
        do {
            var object = try await client.get(type, key)
            guard object[path: ["metadata", "deletionTimestamp"]] == nil else { return nil }
            for member in ["uid", "resourceVersion", "generation", "managedFields", "creationTimestamp"] {
                object[path: ["metadata", member]] = nil
            }
            object[path: ["metadata", "annotations", "deployment.kubernetes.io/revision"]] = nil
            object["status"] = nil
            if type == .service { object[path: ["spec", "clusterIP"]] = nil }
            if type == .service { object[path: ["spec", "clusterIPs"]] = nil }
            return object
        } catch let error as APIError where error.isNotFound {
            return nil
        }
    }

    @Test func whateverIsChangedOrDeletedIsPutBack() async throws {
        let serving = try await ServingCluster()
        let client = serving.cluster.client
        try await serving.run {
            try await serving.create(ServingCluster.runtime)
            try await serving.cluster.withController {
                try await serving.create(Self.manifest)
                let before = try await serving.status("is ready") { $0.phase == .ready }
                let revision = try #require(before.revisions.first?.name)
                var drifts: [(ResourceType, String, Drift)] = []
                for (type, own) in Self.edits {
                    let name = type == .podDisruptionBudget ? "churn" : revision
                    drifts += (own + Self.anywhere).map { (type, name, $0) }
                }
                let astray: JSONValue = ["spec": ["externalName": "elsewhere.example"]]
                drifts += ([.patch(astray)] + Self.anywhere).map { (.service, "churn", $0) }
                for (type, name, drift) in drifts {
                    let key = ServingCluster.key(name)
                    let wanted = try await Self.content(client, type, key)
                    try await Self.perform(drift, client, type, key)
                    try await serving.cluster.eventually("\(type) \(name) is as before \(drift)") {
                        try await Self.content(client, type, key) == wanted
                    }
                }
                let after = try await serving.status("is ready again") { $0.phase == .ready }
                #expect(after.revisions.map(\.name) == [revision])
            }
        }
    }

    /// Neither a service at rest nor what others may write costs a call.
    @Test func nothingIsAskedWhileNothingIsChanged() async throws {
        let serving = try await ServingCluster()
        let client = serving.cluster.client
        let calls = Mutex<[String]>([])
        serving.cluster.faults.decide { request in
            let isOurs = ["/inferenceservices", "/deployments", "/services", "/poddisruptionbudgets", "/configmaps"]
                .contains { request.path.contains($0) }
            if isOurs, request.query("watch") == nil, request.path.contains("/namespaces/default/") {
                calls.withLock { $0.append("\(request.method.rawValue) \(request.path)") }
            }
            return nil
        }
        @Sendable func rest() async throws {
            let until = serving.cluster.clock.now.addingTimeInterval(120)
            try await serving.cluster.eventually("two minutes have passed") { serving.cluster.clock.now > until }
        }
        try await serving.run {
            try await serving.create(ServingCluster.runtime)
            try await serving.cluster.withController {
                try await serving.create(Self.manifest)
                let status = try await serving.status("is ready") { $0.phase == .ready }
                let revision = try #require(status.revisions.first?.name)
                try await rest()
                let made = calls.withLock { calls in
                    defer { calls = [] }
                    return calls.filter { !$0.contains("/inferenceservices/") }
                }
                #expect(made.count == 4 && made.allSatisfy { $0.hasPrefix("POST") }, "each once: \(made)")
                try await rest()
                let additions: JSONValue = [
                    "metadata": ["annotations": ["tool.example/seen": "1"], "labels": ["team": "risk"]],
                    "spec": ["minReadySeconds": 1],
                ]
                try await client.patch(.deployment, ServingCluster.key(revision), additions)
                try await rest()
                #expect(calls.withLock { $0.filter { !$0.contains("/inferenceservices/") } } == [])
            }
            // One that begins anew finds everything as it should be.
            calls.withLock { $0 = [] }
            try await serving.cluster.withController { try await rest() }
            #expect(calls.withLock { $0 } == [])
        }
    }

    /// What a webhook makes of our writes is not fought.
    @Test func whoeverChangesEveryWriteIsNotFought() async throws {
        let serving = try await ServingCluster()
        let client = serving.cluster.client
        try await serving.run {
            try await serving.create(ServingCluster.runtime)
            try await serving.cluster.withController {
                try await serving.create(Self.manifest)
                let status = try await serving.status("is ready") { $0.phase == .ready }
                let key = ServingCluster.key(try #require(status.revisions.first?.name))
                let seen = Mutex(0)
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask { @Sendable in
                        while true {
                            let image = try await client.get(.deployment, key)[
                                path: ["spec", "template", "spec", "containers"]]?[0]?["image"]
                            if image != "other:2" {
                                seen.withLock { $0 += 1 }
                                try await Self.perform(.container(["image": "other:2"]), client, .deployment, key)
                            }
                            try await Task.sleep(for: .milliseconds(5))
                        }
                    }
                    let until = serving.cluster.clock.now.addingTimeInterval(400)
                    try await serving.cluster.eventually("time has passed") { serving.cluster.clock.now > until }
                    group.cancelAll()
                }
                #expect((2...20).contains(seen.withLock { $0 }), "\(seen.withLock { $0 })")
            }
        }
    }
}
