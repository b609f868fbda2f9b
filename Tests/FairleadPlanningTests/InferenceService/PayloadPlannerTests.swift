import FairleadAPI
import Foundation
import KubernetesCore
import Testing

@testable import FairleadPlanning

/// What collects a service's payloads: when it is there, what it says, and when it goes.
struct PayloadPlannerTests {
    private static let model = "model: {uri: \"pvc://models/churn\", format: sklearn}"

    private static func spec(_ log: String) -> String { "{\(model), logPayloads: \(log)}" }

    private func collectors(_ world: ServiceWorld) -> [String] {
        world.deployments.keys.filter { $0.hasPrefix("churn-payloads-") }.sorted()
    }

    private func template(_ world: ServiceWorld) throws -> JSONValue {
        let name = try #require(collectors(world).first)
        return try #require(world.objects["Deployment/\(name)"]?[path: ["spec", "template"]])
    }

    private func plan(_ world: ServiceWorld) throws -> JSONValue {
        let container = try #require(try template(world)[path: ["spec", "containers"]]?.arrayValue?.first)
        let text = container["env"]?.arrayValue?.first { $0["name"] == "FAIRLEAD_PLAN" }?["value"]?.stringValue
        return try JSONParser.parse(try #require(text).utf8)
    }

    @Test func isMadeForAFolderAlone() throws {
        var world = try ServiceWorld(Self.spec("{url: \"http://payloads:8080\"}"))
        try world.settle()
        #expect(collectors(world).isEmpty)
        #expect(world.condition("PayloadsLogged") == nil)
        try world.edit(Self.spec("{uri: \"pvc://logs/serving/\"}"))
        try world.settle()
        let name = try #require(collectors(world).first)
        #expect(collectors(world).count == 1)
        #expect(world.services["churn-payloads"] != nil)
        #expect(world.condition("PayloadsLogged")?.status == .unknown)
        #expect(try plan(world)["path"] == "/fairlead/stores/payloads/risk/churn")
        #expect(try plan(world)["uri"] == "pvc://logs/serving/risk/churn")
        world.ready(try world.revision())
        world.deployments[name]?.status.readyReplicas = 1
        try world.settle()
        #expect(world.status.phase == .ready)
        #expect(world.condition("PayloadsLogged")?.status == .isTrue)
        // It is no revision, and none of the service's replicas.
        #expect(world.status.revisions.count == 1)
        #expect(world.status.replicas == "1/1")
    }

    /// Another folder gets a Deployment of its own; the former one collects until that does.
    @Test func changesAndGoes() throws {
        var world = try ServiceWorld(Self.spec("{uri: \"s3://logs/a\"}"))
        try world.settle()
        let first = try #require(collectors(world).first)
        world.deployments[first]?.status.readyReplicas = 1
        try world.settle()
        try world.edit(Self.spec("{uri: \"s3://logs/b\", sample: 0.5}"))
        try world.settle()
        #expect(collectors(world).count == 2)
        let second = try #require(collectors(world).first { $0 != first })
        world.deployments[second]?.status.readyReplicas = 1
        try world.settle()
        #expect(collectors(world) == [second])
        #expect(world.services["churn-payloads"] != nil)
        // How much is logged is the routers' matter.
        try world.edit(Self.spec("{uri: \"s3://logs/b\", sample: 0.1}"))
        #expect(try world.settled().deployments.keys.filter { $0.hasPrefix("churn-payloads") } == [second])
        for gone in ["{url: \"http://x\"}", "null"] {
            var other = world
            try other.edit(Self.spec(gone))
            try other.settle()
            #expect(collectors(other).isEmpty && other.services["churn-payloads"] == nil)
            #expect(other.condition("PayloadsLogged") == nil)
            #expect(other.status.revisions.count == 1)
        }
        try world.edit("{\(Self.model), logPayloads: {uri: \"s3://logs/b\"}, suspend: true}")
        try world.settle()
        #expect(world.deployments.isEmpty && world.services["churn-payloads"] == nil)
    }

    /// A folder to which nothing leads keeps no model from serving.
    @Test func tellsWhatIsWrong() throws {
        var world = try ServiceWorld(Self.spec("{uri: \"sftp://host/logs\"}"))
        try world.settle()
        world.ready(try world.revision())
        try world.settle()
        #expect(world.status.phase == .ready)
        let condition = try #require(world.condition("PayloadsLogged"))
        #expect(condition.status == .isFalse && condition.reason == "InvalidSpec")
        #expect(condition.message == "spec.logPayloads.uri: no Connection leads to sftp://host/logs/risk/churn")
        #expect(world.events.filter { $0.reason == "PayloadsNotLogged" }.count == 1)
        world.settings.platform = try Platform(
            yaml: """
                kind: Connection
                metadata: {name: logs, namespace: risk}
                spec: {uris: ["sftp://host/"], type: sftp, secret: keys}
                """)
        try world.settle()
        let name = try #require(collectors(world).first)
        let labels = try #require(
            try template(world)[path: ["metadata", "labels"]]?.objectValue?.compactMapValues(\.stringValue))
        // A store that lets nobody in: its program says so as it ends.
        world.pods.append(
            PodView(
                metadata: ObjectMeta(name: "\(name)-x", namespace: "risk", labels: labels),
                status: PodView.Status(
                    phase: "Running",
                    containerStatuses: [
                        ContainerStatus(
                            name: "main", ready: false,
                            lastState: ContainerState(
                                terminated: ContainerState.Terminated(
                                    exitCode: 77,
                                    message: "{\"error\":\"sftp://host/logs: denied\",\"reason\":\"Denied\"}\n")))
                    ])))
        try world.settle()
        #expect(world.condition("PayloadsLogged")?.message == "pod \(name)-x: sftp://host/logs: denied")
        #expect(world.condition("PayloadsLogged")?.reason == "ArtifactStoreFailed")
        #expect(world.status.phase == .ready)
    }

    /// One that somebody scaled to zero is made again, for nobody else scales it back.
    @Test func isMadeAgainWhereItLostItsPod() throws {
        var world = try ServiceWorld(Self.spec("{uri: \"s3://logs\"}"))
        try world.settle()
        let name = try #require(collectors(world).first)
        world.deployments[name]?.spec.replicas = 0
        try world.settle()
        #expect(collectors(world) == [name])
        #expect(world.deployments[name]?.wanted == 1)
    }

    /// What serves, and the status, do not wait for what collects: the first action that fails ends a plan.
    @Test func comesLast() throws {
        var world = try ServiceWorld(Self.spec("{uri: \"s3://logs\"}"))
        let actions = world.plan().actions
        let first = try #require(
            actions.firstIndex { action in
                if case .create(_, let name, _) = action { name.hasPrefix("churn-payloads") } else { false }
            })
        let last = actions.lastIndex { action in
            switch action {
            case .create(_, let name, _): !name.hasPrefix("churn-payloads")
            case .patchStatus: true
            default: false
            }
        }
        #expect(try #require(last) < first, "\(actions)")
    }

    /// Another's object of the name is left alone, and told.
    @Test func leavesAnothersServiceAlone() throws {
        var world = try ServiceWorld(Self.spec("{uri: \"s3://logs\"}"))
        world.taken = ["churn-payloads"]
        try world.settle()
        #expect(world.condition("PayloadsLogged")?.reason == "NameTaken")
        world.ready(try world.revision())
        try world.settle()
        #expect(world.status.phase == .ready)
    }
}

extension ServiceWorld {
    fileprivate func settled() throws -> ServiceWorld {
        var world = self
        try world.settle()
        return world
    }
}
