import FairleadAPI
import FairleadPlanning
import Foundation
import KubernetesClient
import KubernetesCore
import KubernetesTesting
import Synchronization
import Testing

/// Notifications with real controllers: told once, whatever dies, and never at the run's cost.
@Suite(.serialized) struct NotificationScenarios {
    private static let settings = PlanningSettings(artifactStore: "file:///store", image: "fairlead:test")

    private static func run(_ name: String, _ more: String = "", tasks: String = "{name: work, command: [work]}")
        -> String
    {
        """
        apiVersion: fairlead.dev/v1alpha1
        kind: PipelineRun
        metadata: {name: \(name)}
        spec:
          \(more)
          pipelineSpec:
            defaults: {image: alpine}
            tasks: [\(tasks)]
            notifications:
              - {events: [Failed, Succeeded, ApprovalNeeded], webhook: {secret: hooks, key: url}}
              - {events: [Failed], webhook: {secret: chat, key: url}, format: Slack}
        """
    }

    private static func notices(_ cluster: TestCluster) async throws -> [PodView] {
        try await cluster.pods().filter { $0.metadata.labels[NotificationPod.label] != nil }
    }

    @Test func anEndIsToldOnce() async throws {
        let cluster = try await TestCluster(settings: Self.settings) { pod in
            SimulatedKubelet.Ending(
                exitCode: pod.metadata.labels[FairleadLabel.task] == nil ? 0 : 3, message: "no disk")
        }
        try await cluster.run {
            try await cluster.withController {
                try await cluster.create(Self.run("one"))
                #expect(try await cluster.finished("one").status.phase == .failed)
                try await cluster.eventually("both are told") {
                    let records = try await cluster.pipelineRun("one").status.notifications
                    return records.count == 2 && records.allSatisfy { $0.phase == .succeeded }
                }
            }
            let notices = try await Self.notices(cluster)
            #expect(notices.count == 2)
            for notice in notices {
                let key = notice.key
                let pod = try await cluster.client.get(.pod, key)
                let main = try #require(pod[path: ["spec", "containers"]]?[0])
                #expect(main["args"] == ["notify"])
                #expect(main["image"] == "fairlead:test")
                #expect(pod[path: ["spec", "restartPolicy"]] == "OnFailure")
                #expect(pod[path: ["metadata", "ownerReferences"]]?[0]?["name"] == "one")
                let environment = main["env"]?.arrayValue ?? []
                let url = environment.first { $0["name"] == "FAIRLEAD_WEBHOOK_URL" }
                #expect(url?[path: ["valueFrom", "secretKeyRef", "key"]] == "url")
                let text = environment.first { $0["name"] == "FAIRLEAD_PLAN" }?["value"]?.stringValue ?? ""
                let plan = try JSONParser.parse(text)
                #expect(plan[path: ["event", "type"]] == "dev.fairlead.pipelinerun.failed")
                #expect(plan[path: ["event", "data", "reason"]] == "ExitCode")
                #expect(plan["text"]?.stringValue?.contains("no disk") == true)
                // A pod that somebody deletes was told all the same.
                try await cluster.client.delete(.pod, key)
            }
            try await cluster.withController {
                try await cluster.create(Self.run("two"))
                _ = try await cluster.finished("two")
                try await cluster.eventually("the second is told") {
                    try await cluster.pipelineRun("two").status.notifications.allSatisfy { $0.phase == .succeeded }
                }
                #expect(try await Self.notices(cluster).allSatisfy { $0.metadata.labels[FairleadLabel.run] == "two" })
            }
        }
    }

    @Test func anApprovalIsAskedForOnceAcrossARestart() async throws {
        let cluster = try await TestCluster(settings: Self.settings)
        let gate = "{name: ok, approval: {message: \"Promote?\"}}"
        try await cluster.run {
            try await cluster.withController {
                try await cluster.create(Self.run("one", tasks: gate))
                try await cluster.eventually("it is asked") { try await Self.notices(cluster).count == 1 }
            }
            try await cluster.withController {
                try await cluster.eventually("it is told") {
                    try await cluster.pipelineRun("one").status.notifications.map(\.phase) == [.succeeded]
                }
                try await cluster.client.patch(
                    .pipelineRun, ObjectKey(namespace: "default", name: "one"),
                    ["spec": ["approvals": ["ok": "Approved"]]])
                #expect(try await cluster.finished("one").status.phase == .succeeded)
                try await cluster.eventually("its end is told") { try await Self.notices(cluster).count == 2 }
                let events = try await cluster.pipelineRun("one").status.notifications.map(\.event)
                #expect(events == [.approvalNeeded, .succeeded])
            }
        }
    }

    @Test func whatCannotBeDeliveredIsAWarningAndNoFailure() async throws {
        let cluster = try await TestCluster(settings: Self.settings) { pod in
            let isNotice = pod.metadata.labels[NotificationPod.label] != nil
            return SimulatedKubelet.Ending(exitCode: isNotice ? 65 : 0, message: isNotice ? "410 Gone" : "")
        }
        try await cluster.run {
            try await cluster.withController {
                try await cluster.create(Self.run("one", "ttlSecondsAfterFinished: 3600"))
                let run = try await cluster.finished("one")
                #expect(run.status.phase == .succeeded)
                try await cluster.eventually("a warning tells it") {
                    let list = try await cluster.client.list(.event, namespace: "default")
                    return list.items.contains {
                        $0["reason"] == "NotificationFailed" && $0["note"]?.stringValue?.contains("410 Gone") == true
                    }
                }
                #expect(try await cluster.pipelineRun("one").status.phase == .succeeded)
            }
        }
    }

    @Test func aRunStaysUntilItsEndIsTold() async throws {
        let isSlow = Mutex(true)
        let cluster = try await TestCluster(settings: Self.settings) { pod in
            let isNotice = pod.metadata.labels[NotificationPod.label] != nil
            return SimulatedKubelet.Ending(
                duration: isNotice && isSlow.withLock { $0 } ? .seconds(60) : .milliseconds(100))
        }
        try await cluster.run {
            try await cluster.withController {
                try await cluster.create(Self.run("one", "ttlSecondsAfterFinished: 0"))
                try await cluster.eventually("the run is gone") {
                    do {
                        _ = try await cluster.pipelineRun("one")
                        return false
                    } catch let error as APIError where error.isNotFound {
                        return true
                    }
                }
                #expect(cluster.kubelet.ends.keys.contains { $0.name.contains("notify") })
            }
        }
    }
}
