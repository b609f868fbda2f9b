import FairleadAPI
import Foundation
import KubernetesCore
import Testing

@testable import FairleadPlanning

/// Which notifications a run owes, and how their pods look.
@Suite struct NotificationTests {
    private static let specs = [
        NotificationSpec(events: [.failed, .succeeded], webhook: SecretKey(secret: "hooks", key: "url")),
        NotificationSpec(
            events: [.failed, .stopped, .approvalNeeded], webhook: SecretKey(secret: "chat", key: "url"),
            format: .slack),
    ]

    private static func run(_ phase: PipelineRunStatus.Phase) -> PipelineRun {
        var run = PipelineRun(
            metadata: ObjectMeta(name: "churn-1", namespace: "ml", uid: "uid"), spec: PipelineRunSpec(pipeline: "churn")
        )
        run.status.phase = phase
        run.status.message = "task \"fit\" failed: it costs $(HOME)"
        return run
    }

    private static func owed(_ run: PipelineRun, asking: [String] = []) -> [NotificationRecord] {
        NotificationPlanner.owed(run.status, specs, run: run.metadata, asking: asking)
    }

    @Test(arguments: [
        (PipelineRunStatus.Phase.failed, [NotificationFormat.cloudEvents, .slack]), (.succeeded, [.cloudEvents]),
        (.stopped, [.slack]), (.running, []), (.queued, []),
    ])
    func whatIsAskedForIsOwed(phase: PipelineRunStatus.Phase, formats: [NotificationFormat]) {
        #expect(Self.owed(Self.run(phase)).map(\.format) == formats)
    }

    @Test func nothingIsOwedTwice() {
        var run = Self.run(.running)
        run.status.notifications = Self.owed(run, asking: ["ok"])
        #expect(run.status.notifications.map(\.task) == ["ok"])
        #expect(Self.owed(run, asking: ["ok"]) == run.status.notifications)
        #expect(Self.owed(run, asking: ["ok", "too"]).map(\.task) == ["ok", "too"])
        run.status.phase = .failed
        let all = Self.owed(run, asking: [])
        #expect(all.map(\.event) == [.approvalNeeded, .failed, .failed])
        #expect(Set(all.map(\.pod)).count == 3)
    }

    @Test func aPodThatIsGoneCountsAsFailedOnlyOnceItWasMade() {
        var record = Self.owed(Self.run(.succeeded))[0]
        #expect(NotificationPlanner.settled([record], pods: [:], isGone: true).map(\.phase) == [.running])
        record.phase = .running
        #expect(NotificationPlanner.settled([record], pods: [:], isGone: true).map(\.phase) == [.failed])
        #expect(NotificationPlanner.settled([record], pods: [:], isGone: false).map(\.phase) == [.running])
        var pod = PodView(metadata: ObjectMeta(name: record.pod))
        for (phase, expected) in [
            ("Running", NotificationRecord.Phase.running), ("Failed", .failed), ("Succeeded", .succeeded),
        ] {
            pod.status.phase = phase
            let settled = NotificationPlanner.settled([record], pods: [record.pod: pod], isGone: true)
            #expect(settled.map(\.phase) == [expected])
        }
    }

    @Test func thePodReadsTheURLByReferenceAndDoublesDollars() throws {
        var run = Self.run(.failed)
        run.status.notifications = Self.owed(run)
        let notification = try #require(NotificationPlanner.requests(run).first)
        let pod = notification.pod(image: "fairlead:1")
        let environment = pod[path: ["spec", "containers"]]?[0]?["env"]?.arrayValue ?? []
        #expect(environment[0][path: ["valueFrom", "secretKeyRef"]] == ["name": "hooks", "key": "url"])
        let text = try #require(environment[1]["value"]?.stringValue)
        #expect(text.contains("it costs $$(HOME)"))
        let plan = try JSONParser.parse(text)
        #expect(plan[path: ["event", "id"]] == "uid.failed")
        #expect(plan[path: ["event", "source"]] == "/namespaces/ml/pipelineruns/churn-1")
        #expect(plan[path: ["event", "type"]] == "dev.fairlead.pipelinerun.failed")
        let known: Set<String> = ["format", "event", "text", "deadlineSeconds"]
        #expect(Set(plan.objectValue?.keys.map { $0 } ?? []) == known)
        #expect(pod[path: ["metadata", "labels", "fairlead.dev/notification"]] == "Failed")
    }

    @Test func aFinishedRunWaitsForItsNotificationsButNotForEver() {
        var run = Self.run(.succeeded)
        run.status.completionTime = Time(Date(timeIntervalSince1970: 1_767_225_600))
        run.status.notifications = Self.owed(run)
        var plan = Plan<PipelineRunAction>()
        let now = Date(timeIntervalSince1970: 1_767_225_610)
        NotificationPlanner.end(run, [], now: now, &plan)
        guard case .sendNotifications = plan.actions.first, case .patchStatus(let status, _) = plan.actions.last else {
            Issue.record("not sent: \(plan.actions)")
            return
        }
        run.status = status
        let pod = PodView(
            metadata: ObjectMeta(name: status.notifications[0].pod), status: PodView.Status(phase: "Pending"))
        plan = Plan()
        NotificationPlanner.end(run, [pod], now: now, &plan)
        #expect(plan.actions.isEmpty)
        #expect(plan.wake != .onChange)
        NotificationPlanner.end(run, [pod], now: now + 3600, &plan)
        guard case .patchStatus(let last, _) = plan.actions.first else {
            Issue.record("not given up")
            return
        }
        #expect(last.notifications.map(\.phase) == [.failed])
    }
}
