import FairleadAPI
import FairleadPlanning
import Foundation
import KubernetesClient
import KubernetesCore
import KubernetesTesting
import PropertyTesting
import Synchronization
import Testing

/// Triggers with real controllers against the embedded API server; time is set by hand, for hours and days.
@Suite(.serialized) struct TriggerScenarios {
    /// Controllers that are away over several slots: more than the newest is run only where it was asked for.
    ///
    /// What users of Argo ask for since the issues 4210, 6778 and 9632.
    @Test func downtimeOverSeveralSlots() async throws {
        let cluster = try await TestCluster()
        try await cluster.run {
            for catchUp in ["None", "Latest", "All"] {
                // Runs end meanwhile, and all of them are counted.
                try await cluster.trigger(
                    catchUp.lowercased(),
                    "{schedule: {cron: '@hourly', catchUp: \(catchUp)}, successfulRunsHistoryLimit: 100}")
            }
            try await cluster.withController {
                for name in ["none", "latest", "all"] { try await cluster.next(of: name, "2026-01-01T01:00:00Z") }
            }
            try cluster.jump(to: "2026-01-01T05:30:00Z")
            try await cluster.withController {
                try await cluster.started("all", 5)
                try await cluster.started("latest", 1)
                try await cluster.eventually("what was left out is counted") {
                    let (none, latest) = (try await cluster.status("none"), try await cluster.status("latest"))
                    return none.missed == 5 && latest.missed == 4
                }
                #expect(try await cluster.runs(of: "none").isEmpty)
                // The clock is set while all sleep: nobody sleeps through it.
                try cluster.jump(to: "2026-01-01T06:00:00Z")
                for (name, count) in [("none", 1), ("latest", 2), ("all", 6)] { try await cluster.started(name, count) }
                // The run is made first, and then its slot is noted.
                try await cluster.eventually("the slot is noted") {
                    try await cluster.status("none").lastScheduleTime?.description == "2026-01-01T06:00:00Z"
                }
            }
        }
    }

    @Test func forbidReplaceAndQueue() async throws {
        let cluster = try await TestCluster { _ in SimulatedKubelet.Ending(duration: nil) }
        try await cluster.run {
            for policy in ["Forbid", "Replace", "Queue"] {
                try await cluster.trigger(
                    policy.lowercased(), "{schedule: {cron: '@hourly'}, concurrencyPolicy: \(policy)}")
            }
            try await cluster.withController {
                for name in ["forbid", "replace", "queue"] { try await cluster.next(of: name, "2026-01-01T01:00:00Z") }
                try cluster.jump(to: "2026-01-01T01:00:00Z")
                for name in ["forbid", "replace", "queue"] { try await cluster.started(name, 1) }
                let replaced = try #require(try await cluster.runs(of: "replace").first)
                try cluster.jump(to: "2026-01-01T02:00:00Z")
                try await cluster.eventually("the old run gave way") {
                    let runs = try await cluster.runs(of: "replace")
                    return runs.count == 1 && runs[0].metadata.uid != replaced.metadata.uid
                }
                try await cluster.eventually("one was left out, one waits") {
                    let (forbid, queue) = (try await cluster.status("forbid"), try await cluster.status("queue"))
                    return forbid.missed == 1 && queue.waiting.count == 1
                }
                let first = try #require(try await cluster.runs(of: "queue").first)
                try await cluster.client.delete(.pipelineRun, first.key)
                try await cluster.eventually("the one that waited runs") {
                    let runs = try await cluster.runs(of: "queue")
                    return runs.count == 1 && runs[0].metadata.uid != first.metadata.uid
                }
                #expect(try await cluster.runs(of: "forbid").count == 1)
                // What a trigger started goes with it, as a CronJob's Jobs do.
                try await cluster.client.delete(.trigger, ObjectKey(namespace: "default", name: "queue"))
                try await cluster.eventually("its runs are gone") { try await cluster.runs(of: "queue").isEmpty }
            }
        }
    }

    @Test func cooldownAndADaysCap() async throws {
        let cluster = try await TestCluster()
        try await cluster.run {
            try await cluster.trigger(
                "capped", "{schedule: {cron: '@hourly', catchUp: All}, cooldown: 90m, maxPerDay: 2}")
            try await cluster.withController { try await cluster.next(of: "capped", "2026-01-01T01:00:00Z") }
            try cluster.jump(to: "2026-01-01T04:30:00Z")
            try await cluster.withController {
                try await cluster.started("capped", 1)
                try await cluster.eventually("the others wait") {
                    try await cluster.status("capped").waiting.count == 3
                }
                try cluster.jump(to: "2026-01-01T06:45:00Z")
                try await cluster.started("capped", 2)
                try cluster.jump(to: "2026-01-01T23:50:00Z")
                try await cluster.eventually("the day is full") {
                    try await cluster.status("capped").nextScheduleTime?.description == "2026-01-02T00:00:00Z"
                }
                #expect(try await cluster.runs(of: "capped").count == 2)
                try cluster.jump(to: "2026-01-02T00:00:30Z")
                try await cluster.started("capped", 3)
            }
        }
    }

    /// The time that a trigger was suspended is not made up for: kubeflow/pipelines issue 8344.
    @Test func resumingDoesNotRunTheSuspendedTime() async throws {
        let cluster = try await TestCluster()
        try await cluster.run {
            try await cluster.trigger("paused", "schedule: {cron: '@hourly', catchUp: All}")
            try await cluster.withController {
                try await cluster.next(of: "paused", "2026-01-01T01:00:00Z")
                try await cluster.patch("paused", ["suspend": true])
                try await cluster.eventually("it is suspended") {
                    try await cluster.status("paused").conditions[type: "Ready"]?.reason == "Suspended"
                }
                try cluster.jump(to: "2026-01-02T10:30:00Z")
                try await cluster.patch("paused", ["suspend": false])
                try await cluster.next(of: "paused", "2026-01-02T11:00:00Z")
                #expect(try await cluster.runs(of: "paused").isEmpty)
                try cluster.jump(to: "2026-01-02T11:00:00Z")
                try await cluster.started("paused", 1)
            }
        }
    }

    /// Argo Workflows issue 12625: a controller that wrongly believes that a slot was missed kills good runs.
    @Test func noSlotIsBelievedMissedAndNoGoodRunReplaced() async throws {
        let cluster = try await TestCluster { _ in SimulatedKubelet.Ending(duration: nil) }
        try await cluster.run {
            try await cluster.trigger(
                "nightly", "{schedule: {cron: '0 3 * * *', catchUp: Latest}, concurrencyPolicy: Replace}")
            try await cluster.withController { try await cluster.next(of: "nightly", "2026-01-01T03:00:00Z") }
            try cluster.jump(to: "2026-01-01T03:00:00Z")
            // The controller makes the run, and dies before it writes that down.
            let isDead = Mutex(false)
            cluster.faults.decide { request in
                if request.path.hasSuffix("/status"), request.path.contains("/triggers/") {
                    isDead.withLock { $0 = true }
                }
                return isDead.withLock { $0 } ? .noConnection : nil
            }
            try await cluster.withController {
                try await cluster.eventually("the controller is dead") { isDead.withLock { $0 } }
            }
            cluster.faults.heal()
            let run = try #require(try await cluster.runs(of: "nightly").first)
            for edit in [
                nil, ["schedule": ["cron": "0 4 * * *"]], ["schedule": ["timeZone": "Asia/Tokyo"]], ["lateAfter": "1h"],
            ] as [JSONValue?] {
                if let edit { try await cluster.patch("nightly", edit) }
                cluster.clock.jump(by: 2000)
                try await cluster.withController {
                    try await cluster.eventually("the trigger was looked at") {
                        let trigger = try await cluster.client.get(
                            Trigger.self, ObjectKey(namespace: "default", name: "nightly"))
                        return trigger.status.observedGeneration == trigger.metadata.generation
                            && trigger.status.lastScheduleTime?.description == "2026-01-01T03:00:00Z"
                    }
                }
            }
            let runs = try await cluster.runs(of: "nightly")
            #expect(runs.map(\.metadata.uid) == [run.metadata.uid])
        }
    }

    @Test(arguments: [21, 22, 23, 24] as [UInt64])
    func theControllerIsKilledAtAnyRequest(seed: UInt64) async throws {
        let cluster = try await TestCluster()
        try await cluster.run {
            try await cluster.trigger(
                "often",
                "{schedule: {cron: '*/30 * * * *', catchUp: All, maxCatchUp: 100}, successfulRunsHistoryLimit: 100}")
            var generator = SeededGenerator(seed: seed)
            for _ in 0..<6 {
                let left = Mutex(1 + Int(generator.next() % 9))
                let isLost = generator.chance(0.5)
                cluster.faults.decide { request in
                    guard request.method != .get else { return nil }
                    return left.withLock { left in
                        left -= 1
                        if left > 0 { return nil }
                        return left == 0 && isLost ? .loseAnswer : .noConnection
                    }
                }
                cluster.clock.jump(by: Double(generator.next() % 6000))
                try await cluster.withController {
                    try await cluster.eventually("the controller has died or is done") {
                        if left.withLock({ $0 <= 0 }) { return true }
                        let next = try await cluster.status("often").nextScheduleTime
                        return next.map { $0.date > cluster.clock.now } ?? false
                    }
                }
            }
            cluster.faults.heal()
            let end = cluster.clock.now
            try await cluster.withController {
                try await cluster.eventually("all is decided on") {
                    try await cluster.status("often").nextScheduleTime.map { $0.date > end } ?? false
                }
            }
            let status = try await cluster.status("often")
            #expect(status.missed == nil, "seed \(seed)")
            var slot = TriggerModelStart.time
            var expected: Set<String> = []
            while let last = status.lastScheduleTime, slot.advanced(by: 1800) <= last.date {
                slot += 1800
                expected.insert(TriggerNaming.runName(trigger: "often", slot: TriggerSlot(time: Time(slot))))
            }
            let names = Set(try await cluster.runs(of: "often").map(\.metadata.name))
            #expect(names == expected, "seed \(seed)")
        }
    }

    /// A trigger that comes before its pipeline says so, and is ready once the pipeline fits.
    @Test func aPipelineThatComesLater() async throws {
        let cluster = try await TestCluster()
        try await cluster.run {
            try await cluster.create(
                """
                apiVersion: fairlead.dev/v1alpha1
                kind: Trigger
                metadata: {name: nightly}
                spec: {schedule: {cron: '@daily'}, template: {pipelineRun: {spec: {pipeline: churn, params: {day: x}}}}}
                """)
            let reason = { @Sendable in try await cluster.status("nightly").conditions[type: "Ready"]?.reason }
            try await cluster.withController {
                try await cluster.eventually("the pipeline is missed") { try await reason() == "PipelineMissing" }
                try await cluster.create(
                    """
                    apiVersion: fairlead.dev/v1alpha1
                    kind: Pipeline
                    metadata: {name: churn}
                    spec: {tasks: [{name: a, image: alpine, command: [x]}]}
                    """)
                try await cluster.eventually("the parameter is missed") { try await reason() == "PipelineMismatch" }
                let key = ObjectKey(namespace: "default", name: "churn")
                try await cluster.client.patch(.pipeline, key, ["spec": ["params": [["name": "day"]]]])
                try await cluster.eventually("it is ready") { try await reason() == "Valid" }
                try await cluster.client.delete(.pipeline, key)
                try await cluster.eventually("it is missed again") { try await reason() == "PipelineMissing" }
            }
        }
    }

    /// The end of one pipeline's run starts the next one's, with its results.
    @Test func theEndOfARunStartsAnother() async throws {
        let cluster = try await TestCluster { pod in
            pod.metadata.labels[FairleadLabel.task] == "count"
                ? SimulatedKubelet.Ending(message: "rows=42\n") : SimulatedKubelet.Ending()
        }
        try await cluster.run {
            try await cluster.create(
                """
                apiVersion: fairlead.dev/v1alpha1
                kind: Pipeline
                metadata: {name: ingest}
                spec:
                  tasks: [{name: count, image: alpine, command: [x], results: [{name: rows, type: integer}]}]
                  results: [{name: rows, value: tasks.count.results.rows}]
                ---
                apiVersion: fairlead.dev/v1alpha1
                kind: PipelineRun
                metadata: {name: before}
                spec: {pipeline: ingest}
                """)
            try await cluster.withController { _ = try await cluster.finished("before") }
            cluster.clock.jump(by: 60)
            try await cluster.trigger(
                "after", "run: {pipeline: ingest}", params: "{rows: $(trigger.run.results.rows)}")
            try await cluster.withController {
                try await cluster.eventually("the trigger is ready") {
                    try await cluster.status("after").conditions[type: "Ready"]?.status == .isTrue
                }
                try await cluster.create(
                    """
                    apiVersion: fairlead.dev/v1alpha1
                    kind: PipelineRun
                    metadata: {name: one}
                    spec: {pipeline: ingest}
                    """)
                try await cluster.started("after", 1)
            }
            try await cluster.withController {
                try await cluster.eventually("its run is finished") {
                    try await cluster.status("after").lastSuccessfulTime != nil
                }
            }
            let runs = try await cluster.runs(of: "after")
            #expect(runs.count == 1)
            #expect(runs.first?.spec.value?.params == ["rows": 42])
        }
    }
}

private enum TriggerModelStart {
    /// When the cluster's clock starts, and with it every trigger.
    static let time = Date(timeIntervalSince1970: 1_767_225_600)
}

extension TestCluster {
    /// Makes a trigger of runs that count to one.
    func trigger(_ name: String, _ spec: String, params: String = "{}") async throws {
        let source = spec.hasPrefix("{") ? String(spec.dropFirst().dropLast()) : spec
        try await create(
            """
            apiVersion: fairlead.dev/v1alpha1
            kind: Trigger
            metadata: {name: \(name)}
            spec: {\(source), template: {pipelineRun: {spec: {params: \(params), pipelineSpec: {
              params: [{name: rows, type: integer, default: 1}], tasks: [{name: a, image: alpine, command: [x]}]}}}}}
            """)
    }

    func status(_ name: String) async throws -> TriggerStatus {
        try await client.get(Trigger.self, ObjectKey(namespace: "default", name: name)).status
    }

    func runs(of trigger: String) async throws -> [PipelineRun] {
        let query = ListQuery(labelSelector: "\(FairleadLabel.trigger)=\(trigger)")
        return try await client.list(PipelineRun.self, namespace: "default", query).items
    }

    func patch(_ trigger: String, _ spec: JSONValue) async throws {
        try await client.patch(.trigger, ObjectKey(namespace: "default", name: trigger), ["spec": spec])
    }

    /// Sets the time of day, which nobody who sleeps notices.
    func jump(to time: String) throws {
        let target = try #require(Time(time)).date
        clock.jump(by: max(0, target.timeIntervalSince(clock.now)) + 0.001)
    }

    func next(of trigger: String, _ time: String, location: SourceLocation = #_sourceLocation) async throws {
        try await eventually("\(trigger) waits for \(time)", location: location) {
            try await self.status(trigger).nextScheduleTime?.description == time
        }
    }

    /// Waits until that many runs of a trigger were made.
    func started(_ trigger: String, _ count: Int, location: SourceLocation = #_sourceLocation) async throws {
        try await eventually("\(trigger) has started \(count)", location: location) {
            let runs = try await self.runs(of: trigger)
            return runs.count == count
        }
    }
}
