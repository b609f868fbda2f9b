import FairleadAPI
import FairleadPlanning
import Foundation
import KubernetesCore
import Testing

/// What becomes of a run step by step.
@Suite struct PlannerScenarioTests {
    private func task(_ name: String, after: [String] = [], retries: Int = 0) -> PipelineTask {
        var container = ContainerSpec(image: "python:3.12-slim", command: ["true"])
        container.retry = RetrySpec(max: retries)
        return PipelineTask(name: name, dependsOn: after, container: container)
    }

    private func pod(_ model: RunModel, _ task: String) -> String? {
        model.unfinished.first { model.pods[$0]?.metadata.labels[FairleadLabel.task] == task }
    }

    @Test func aFailureSkipsDependentsAndLetsTheOthersGoOn() throws {
        var model = RunModel(
            PipelineSpec(
                tasks: [task("a"), task("b", after: ["a"]), task("c", after: ["b"]), task("d")],
                finally: [task("last")]))
        var table = model.rebuilt()
        model.settle(&table)
        #expect(model.unfinished.count == 2)
        model.end(try #require(pod(model, "a")), exitCode: 3, message: "no data")
        model.show(&table)
        model.settle(&table)
        #expect(pod(model, "last") == nil, "finally waits for d")
        model.end(try #require(pod(model, "d")), exitCode: 0)
        model.show(&table)
        model.settle(&table)
        model.end(try #require(pod(model, "last")), exitCode: 0)
        model.show(&table)
        model.settle(&table)

        let tasks = Dictionary(uniqueKeysWithValues: model.run.status.tasks.map { ($0.name, $0) })
        #expect(tasks["a"]?.phase == .failed)
        #expect(tasks["a"]?.reason == .exitCode)
        #expect(tasks["a"]?.message?.contains("no data") == true)
        #expect(tasks["b"]?.reason == .upstreamFailed)
        #expect(tasks["c"]?.reason == .upstreamFailed)
        #expect(tasks["d"]?.phase == .succeeded)
        #expect(tasks["last"]?.phase == .succeeded)
        #expect(model.run.status.phase == .failed)
        #expect(model.run.status.reason == .exitCode)
        #expect(model.run.status.progress == "5/5")
        #expect(model.run.status.conditions[type: "Succeeded"]?.status == .isFalse)
        #expect(model.run.status.conditions[type: "Finished"]?.status == .isTrue)
    }

    /// `run.status` in `finally` is what the run will end as.
    @Test(
        arguments: [(.stop, nil, "Stopped"), (nil, "other", "Stopped"), (nil, nil, "Failed")]
            as [(PipelineRunSpec.Shutdown?, String?, String)])
    func finallyReadsHowTheRunEnds(shutdown: PipelineRunSpec.Shutdown?, replacement: String?, expected: String) throws {
        var last = ContainerSpec(image: "python:3.12-slim", command: ["true"])
        last.env = ["STATUS": .literal("$(run.status)")]
        var model = RunModel(
            PipelineSpec(tasks: [task("a")], finally: [PipelineTask(name: "last", container: last)]))
        var table = model.rebuilt()
        model.settle(&table)
        let first = try #require(pod(model, "a"))
        model.start(first)
        var spec = try #require(model.run.spec.value)
        spec.shutdown = shutdown
        if shutdown == nil, replacement == nil { spec.activeDeadlineSeconds = 0 }
        model.run.spec = .success(spec)
        model.run.metadata.annotations[RunReplacement.annotation] = replacement
        model.show(&table)
        model.settle(&table)
        model.end(first, exitCode: 143)
        model.show(&table)
        model.settle(&table)
        let name = try #require(pod(model, "last"))
        #expect(JSONWriter.string(try #require(model.made[name])).contains("\"\(expected)\""))
        model.end(name, exitCode: 0)
        model.show(&table)
        model.settle(&table)
        #expect(model.run.status.phase?.rawValue == expected)
        let reason: Reason = expected == "Failed" ? .timeout : replacement == nil ? .stopped : .cancelled
        #expect(model.run.status.reason == reason)
    }

    @Test func aRunWhoseNestedRunWasStoppedFails() throws {
        var model = RunModel(
            PipelineSpec(tasks: [PipelineTask(name: "kid", work: .pipeline(NestedPipeline(name: "other")))]))
        var table = model.rebuilt()
        model.settle(&table)
        model.endChild(try #require(model.childNames.first), .stopped)
        model.show(&table)
        model.settle(&table)
        #expect(model.run.status.tasks.first?.phase == .stopped)
        #expect(model.run.status.phase == .failed)
        #expect(model.run.status.reason == .stopped)
    }

    /// The results stand where else the kubelet puts the end of the log.
    @Test(arguments: [false, true])
    func aFailureAfterResultsTellsTheEndOfTheLog(isMapped: Bool) throws {
        var container = ContainerSpec(image: "python:3.12-slim", command: ["true"])
        container.results = [ResultSpec(name: "r", type: .integer)]
        var task = PipelineTask(name: "a", container: container)
        if isMapped { task.map = MapSpec(count: 1) }
        var model = RunModel(PipelineSpec(tasks: [task]))
        var table = model.rebuilt()
        model.settle(&table)
        let name = try #require(pod(model, "a"))
        model.end(name, exitCode: 3, message: "r=7\n")
        model.logs[name] = "loading\nValueError: no rows\n"
        model.show(&table)
        model.settle(&table)
        let message = try #require(model.run.status.tasks.first?.message)
        let prefix = isMapped ? "1 of 1 items failed; item 0: " : ""
        #expect(
            message == "\(prefix)pod \(name) on node node ended with exit code 3: ValueError: no rows\nloading\n"
                + "ValueError: no rows\n")
        #expect(model.run.status.message?.contains("loading") == true)
    }

    /// A node that doesn't answer would hold the run for each item that fails.
    @Test(arguments: [false, true])
    func ofAMapOneLogIsReadWhenItEnds(isTakenOver: Bool) throws {
        var container = ContainerSpec(image: "python:3.12-slim", command: ["true"])
        container.results = [ResultSpec(name: "r", type: .integer)]
        var task = PipelineTask(name: "a", container: container)
        task.map = MapSpec(count: 5, maxFailed: .count(2))
        var model = RunModel(PipelineSpec(tasks: [task]))
        var table = model.rebuilt()
        model.settle(&table)
        let names = model.unfinished.sorted { $0 > $1 }
        var read: [String] = []
        for name in names {
            let item = model.pods[name]?.metadata.labels[FairleadLabel.itemIndex].flatMap { Int($0) } ?? 0
            model.end(name, exitCode: item < 3 ? 3 : 0, message: "r=7\n")
            model.logs[name] = "log of \(item)\n"
            model.show(&table)
            for _ in 0..<10 {
                for action in model.plan(&table).actions {
                    if case .readLogs(let pods) = action { read += pods.values }
                    model.perform(action, &table)
                }
                model.now += 1
            }
            // Another controller leads, which has seen none of it.
            if isTakenOver { table = model.rebuilt() }
        }
        #expect(read.count == 1)
        #expect(model.run.status.tasks.first?.message?.contains("item 0: ") == true)
        #expect(model.run.status.tasks.first?.message?.contains("log of 0") == true)
    }

    @Test func aTaskWhosePodsAreRefusedKeepsNoOtherFromStarting() throws {
        var late = task("a")
        if case .container(var container) = late.work {
            container.timeouts = Timeouts(pending: FairleadDuration("90s"))
            late.work = .container(container)
        }
        var model = RunModel(PipelineSpec(tasks: [late, task("b")]))
        model.refused = ["a"]
        var table = model.rebuilt()
        model.settle(&table)
        #expect(pod(model, "a") == nil)
        let name = try #require(pod(model, "b"))
        #expect(model.run.status.tasks.first?.message?.contains("exceeded quota") == true)
        let tries = model.refusals
        model.end(name, exitCode: 0)
        model.show(&table)
        model.settle(&table)
        #expect(model.refusals > tries, "what ended may have made room")
        for _ in 0..<10 {
            model.now += 30
            model.settle(&table)
        }
        let record = model.run.status.tasks.first
        #expect(record?.reason == .pendingTimeout)
        #expect(record?.message?.contains("no pod was made within timeouts.pending: ") == true)
        #expect(model.run.status.phase == .failed)
    }

    @Test func theLimitOfAllAttemptsIsTold() throws {
        var container = ContainerSpec(image: "python:3.12-slim", command: ["true"])
        container.timeouts = Timeouts(total: FairleadDuration("5s"))
        var model = RunModel(PipelineSpec(tasks: [PipelineTask(name: "a", container: container)]))
        var table = model.rebuilt()
        model.settle(&table)
        let name = try #require(pod(model, "a"))
        model.start(name)
        model.now += 6
        model.show(&table)
        model.settle(&table)
        #expect(model.pods[name]?.metadata.isBeingDeleted == true)
        model.end(name, exitCode: 143)
        model.show(&table)
        model.settle(&table)
        #expect(model.run.status.reason == .timeout)
        #expect(
            model.run.status.message == "task \"a\" failed: the attempts together took longer than timeouts.total")
    }

    @Test func retriesWaitForTheBackOffAndKeepTheNewestPod() throws {
        var model = RunModel(PipelineSpec(tasks: [task("a", retries: 1)]))
        var table = model.rebuilt()
        model.settle(&table)
        let first = try #require(pod(model, "a"))
        model.end(first, exitCode: 1)
        model.show(&table)
        let due = model.now.addingTimeInterval(10)
        var plan = model.plan(&table)
        #expect(!plan.actions.contains { if case .createPods = $0 { true } else { false } })
        #expect(model.pods[first]?.metadata.finalizers.isEmpty == false, "kept until its successor exists")
        model.now = due.addingTimeInterval(1)
        plan = model.plan(&table)
        for action in plan.actions { model.perform(action, &table) }
        let second = try #require(pod(model, "a"))
        #expect(second != first)
        #expect(model.pods[second]?.metadata.annotations[PodNaming.attemptAnnotation] == "2")
        model.settle(&table)
        #expect(model.pods[first]?.metadata.finalizers.isEmpty == true)
        model.end(second, exitCode: 1)
        model.show(&table)
        model.settle(&table)
        #expect(model.run.status.phase == .failed)
        #expect(model.run.status.tasks.first?.attempts == 2)
    }

    @Test func aRunTellsItsStartAndItsEndOnce() throws {
        var model = RunModel(PipelineSpec(tasks: [task("a")]))
        var table = model.rebuilt()
        var reasons: [String] = []
        for end in [nil, 0] as [Int?] {
            if let end {
                model.end(try #require(pod(model, "a")), exitCode: end)
                model.show(&table)
            }
            for _ in 0..<4 {
                model.now += 1
                for action in model.plan(&table).actions {
                    if case .note(let event) = action { reasons.append(event.reason) }
                    model.perform(action, &table)
                }
            }
        }
        #expect(reasons == ["Started", "Succeeded"])
    }

    /// Also where the first attempt's pod is gone and the controller was started anew.
    @Test func aTaskStartsWithItsFirstAttempt() throws {
        var model = RunModel(PipelineSpec(tasks: [task("a", retries: 1)]))
        var table = model.rebuilt()
        let start = Time(model.now)
        model.settle(&table)
        let first = try #require(pod(model, "a"))
        model.end(first, exitCode: 1)
        model.now += 60
        table = model.rebuilt()
        model.settle(&table)
        model.end(try #require(pod(model, "a")), exitCode: 0)
        model.pods[first] = nil
        table = model.rebuilt()
        model.settle(&table)
        #expect(model.run.status.tasks.first?.phase == .succeeded)
        #expect(model.run.status.tasks.first?.startTime == start)
    }

    @Test func evictionCostsNothingOfTheUsersBudget() throws {
        var model = RunModel(PipelineSpec(tasks: [task("a")]))
        var table = model.rebuilt()
        for _ in 0..<3 {
            model.settle(&table)
            model.end(try #require(pod(model, "a")), exitCode: 137, reason: "Evicted")
            model.show(&table)
            model.now += 400
        }
        model.settle(&table)
        model.end(try #require(pod(model, "a")), exitCode: 0)
        model.show(&table)
        model.settle(&table)
        #expect(model.run.status.phase == .succeeded)
        #expect(model.run.status.tasks.first?.attempts == 4)
    }

    @Test func aPodThatIsPendingTooLongIsDeletedAndFailsTheTask() throws {
        var waiting = task("a")
        waiting.container.timeouts = Timeouts(pending: FairleadDuration("60s"))
        var model = RunModel(PipelineSpec(tasks: [waiting]))
        var table = model.rebuilt()
        model.settle(&table)
        let plan = model.plan(&table)
        guard case .after(let wait) = plan.wake else {
            Issue.record("the planner must wake for the time limit, not \(plan.wake)")
            return
        }
        #expect(wait <= .seconds(61))
        model.now += 61
        model.settle(&table)
        #expect(model.run.status.phase == .failed)
        #expect(model.run.status.tasks.first?.reason == .pendingTimeout)
        #expect(model.pods.isEmpty)
    }

    @Test func resultsReachDependentsAndTheRun() throws {
        var first = task("a")
        first.container.results = [ResultSpec(name: "rows", type: .integer), ResultSpec(name: "note")]
        var second = task("b")
        second.container.args = ["--rows=$(tasks.a.results.rows)", "$(tasks.a.results.note)"]
        let spec = PipelineSpec(
            tasks: [first, second], results: [PipelineResult(name: "rows", value: "tasks.a.results.rows")])
        var model = RunModel(spec)
        var table = model.rebuilt()
        model.settle(&table)
        model.end(try #require(pod(model, "a")), exitCode: 0, message: "rows=1\nrows=42\nnote=it costs $(HOME)\n")
        model.show(&table)
        var requests: [PodRequest] = []
        for action in model.plan(&table).actions {
            if case .createPods(let made) = action { requests += made }
            model.perform(action, &table)
        }
        let main = try #require(requests.first?.pod[path: ["spec", "containers"]]?[0])
        #expect(main["args"] == ["--rows=42", "it costs $$(HOME)"])
        model.end(try #require(pod(model, "b")), exitCode: 0)
        model.show(&table)
        model.settle(&table)
        #expect(model.run.status.results == ["rows": 42])
    }

    @Test(arguments: [
        ("", Reason.resultMissing), ("rows=many", .resultInvalid),
        ("rows=1\n" + String(repeating: "x", count: 4096), .resultTooLarge),
    ])
    func resultsThatAreNotAsDeclaredFailTheTask(message: String, reason: Reason) throws {
        var first = task("a")
        first.container.results = [ResultSpec(name: "rows", type: .integer)]
        var model = RunModel(PipelineSpec(tasks: [first]))
        var table = model.rebuilt()
        model.settle(&table)
        model.end(try #require(pod(model, "a")), exitCode: 0, message: message)
        model.show(&table)
        model.settle(&table)
        #expect(model.run.status.tasks.first?.reason == reason)
    }

    @Test func aPodThatInstallsItsPackagesSaysSo() {
        let running = ContainerState(running: ContainerState.Running(startedAt: nil))
        let pod = PodView(
            metadata: ObjectMeta(name: "p"), spec: PodView.Spec(nodeName: "node"),
            status: PodView.Status(
                phase: "Pending", initContainerStatuses: [ContainerStatus(name: "packages", state: running)]))
        let outcome = PodOutcome.judge(pod, results: [])
        #expect(outcome == .pending(reason: nil, message: "installing packages"))
    }
}
