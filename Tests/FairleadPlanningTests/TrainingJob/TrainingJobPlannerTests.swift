import FairleadAPI
import FairleadPlanning
import Foundation
import KubernetesCore
import Testing

/// What follows from single events, one by one.
@Suite struct TrainingJobPlannerTests {
    @Test func aJobStartsRunsAndSucceeds() throws {
        var (model, table) = try JobModel.running(.gang(4))
        #expect(model.job.status.phase == .running)
        #expect(model.job.status.replicas["worker"] == ReplicaStatus(ready: 4, active: 4))
        #expect(model.job.status.gang == "None")
        for name in model.running { model.end(name, exitCode: 0) }
        model.observe(&table)
        let status = model.job.status
        #expect(status.phase == .succeeded && status.restarts == 0 && status.attempt == 1, "\(status)")
        #expect(status.conditions[type: "Succeeded"]?.status == .isTrue)
        #expect(status.conditions[type: "Finished"]?.status == .isTrue)
        #expect(status.conditions[type: "Running"]?.status == .isFalse)
        #expect(model.events.map(\.reason) == ["Started", "Running", "Succeeded"])
        // By default the leader's pod stays.
        #expect(model.pods.count == 1)
    }

    /// The exit code, how the container ended, and whether the job goes on.
    @Test(arguments: [
        (1, nil, false, Reason.exitCode), (127, nil, false, .exitCode), (128, nil, true, .exitCode),
        (137, nil, true, .exitCode), (139, nil, true, .exitCode), (137, "OOMKilled", true, .outOfMemory),
    ])
    func signalsAreTriedAgainAndExitsAreNot(code: Int, reason: String?, goesOn: Bool, expected: Reason) throws {
        var (model, table) = try JobModel.running(.gang(3))
        model.end(try model.pod("worker", 2), exitCode: code, message: "first\nlast word", reason: reason)
        model.observe(&table)
        let status = model.job.status
        #expect(status.phase == (goesOn ? .restarting : .failed), "\(status)")
        #expect(status.reason == expected)
        #expect(status.restarts == (goesOn ? 1 : 0) && status.failures == (goesOn ? 1 : 0), "\(status)")
        let message = try #require(status.message)
        for part in ["worker 2 (rank 2)", "node-", "exit code \(code)", "last word"] {
            #expect(message.contains(part), "\(message)")
        }
        // What was left of the gang is ended in any case.
        #expect(model.running.isEmpty)
    }

    @Test func aSignalIsTriedThreeTimes() throws {
        var (model, table) = try JobModel.running(.gang(2))
        for restart in 1...4 {
            model.end(try model.pod("worker", 1), exitCode: 137)
            model.observe(&table)
            guard restart < 4 else { break }
            #expect(model.job.status.restarts == restart)
            model.now += 600
            for _ in 0..<3 {
                model.observe(&table)
                for name in model.unfinished { model.start(name) }
            }
            model.observe(&table)
            #expect(model.job.status.phase == .running, "\(model.job.status)")
        }
        #expect(model.job.status.phase == .failed && model.job.status.restarts == 3, "\(model.job.status)")
    }

    /// Whatever the others say, the first event counts; at the same time the platform's does.
    @Test func consequencesAreTheFirstCauses() throws {
        var (model, table) = try JobModel.running(.gang(4))
        model.disrupt(try model.pod("worker", 3), "PreemptionByScheduler", &table)
        for index in 0..<3 { model.end(try model.pod("worker", index), exitCode: 1, message: "connection reset") }
        model.observe(&table)
        var status = model.job.status
        #expect(status.phase == .restarting && status.reason == .preempted, "\(status)")
        #expect(status.restarts == 1 && status.disruptions == 1 && status.failures == 0)

        (model, table) = try JobModel.running(.gang(4))
        model.end(try model.pod("worker", 0), exitCode: 1, message: "bug")
        model.now += 1
        model.disrupt(try model.pod("worker", 3), "PreemptionByScheduler", &table)
        model.observe(&table)
        status = model.job.status
        #expect(status.phase == .failed && status.reason == .exitCode, "\(status)")
    }

    /// A program notices that a peer's node is lost before the cluster says so.
    @Test func aSilentNodeExcusesOthers() throws {
        var (model, table) = try JobModel.running(.gang(2))
        let silent = try model.pod("worker", 1)
        model.now += 100
        model.end(try model.pod("worker", 0), exitCode: 1, message: "timed out")
        let time = Time(model.now.addingTimeInterval(20))
        model.change(silent) { pod in
            pod.status.conditions = [
                PodCondition(type: "Ready", status: "False", lastTransitionTime: time),
                PodCondition(type: "ContainersReady", status: "True", lastTransitionTime: time),
            ]
        }
        model.observe(&table)
        #expect(model.job.status.reason == .nodeLost && model.job.status.disruptions == 1, "\(model.job.status)")
    }

    @Test func aLostNodesPodsAreForcedAwayAfterTheirTime() throws {
        var (model, table) = try JobModel.running(.gang(8))
        let node = try #require(model.pods[try model.pod("worker", 0)]?.spec.nodeName)
        let stuck = model.pods.filter { $0.value.spec.nodeName == node }.count
        model.lose(node, &table)
        model.observe(&table)
        #expect(model.job.status.phase == .restarting && model.job.status.reason == .nodeLost, "\(model.job.status)")
        #expect(model.unfinished.count == stuck, "only those on the lost node are left")
        let waits = model.plan(&table).wake
        guard case .after(let wait) = waits else { Issue.record("\(waits)"); return }
        #expect(wait <= .seconds(61))
        model.now += 61
        model.observe(&table)
        model.now += 60
        model.observe(&table)
        #expect(model.events.contains { $0.reason == "ForceDeleted" })
        #expect(model.unfinished.count == 8)
        #expect(Set(model.unfinished.compactMap { model.attempts[$0] }) == [2])
        #expect(model.violations.isEmpty, "\(model.violations)")
        #expect(model.job.status.restarts == 1)
    }

    @Test func aLauncherStartsWhenTheWorkersAreReady() throws {
        var model = try JobModel(.gang(3, .mpi))
        var table = model.rebuilt()
        model.settle(&table)
        #expect(model.pods.count == 3)
        for name in model.unfinished { model.start(name, isReady: false) }
        model.observe(&table)
        #expect(model.pods.count == 3, "running is not ready")
        let time = Time(model.now)
        for name in model.unfinished {
            model.change(name) { pod in
                pod.status.conditions = [PodCondition(type: "Ready", status: "True", lastTransitionTime: time)]
            }
        }
        model.observe(&table)
        let launcher = try model.pod("launcher", 0)
        #expect(model.pods.count == 4)
        model.start(launcher)
        model.observe(&table)
        #expect(model.job.status.phase == .running)
        model.end(launcher, exitCode: 0)
        model.observe(&table)
        #expect(model.job.status.phase == .succeeded, "\(model.job.status)")
        #expect(model.unfinished.isEmpty, "what still served is ended")
    }

    @Test func aGangThatDoesNotComeUpSaysWhoWaitsForWhat() throws {
        var spec = TrainingJobSpec.gang(3)
        spec.container.timeouts = Timeouts(pending: FairleadDuration(seconds: 900))
        var model = try JobModel(spec)
        var table = model.rebuilt()
        model.settle(&table)
        model.start(try model.pod("worker", 0))
        for index in 1...2 {
            model.change(try model.pod("worker", index)) { pod in
                pod.status.conditions = [
                    PodCondition(
                        type: "PodScheduled", status: "False", reason: "Unschedulable", message: "0/4 nodes have a GPU")
                ]
            }
        }
        model.observe(&table)
        #expect(model.job.status.phase == .pending)
        #expect(
            model.job.status.message == "worker 1 (rank 1), worker 2 (rank 2) of 3 do not run: 0/4 nodes have a GPU")
        model.now += 901
        model.observe(&table)
        #expect(model.job.status.phase == .failed && model.job.status.reason == .pendingTimeout, "\(model.job.status)")
        #expect(model.job.status.message?.contains("worker 1 (rank 1), worker 2 (rank 2)") == true)
    }

    @Test func aReplicaIsMadeAgainAlone() throws {
        var (model, table) = try JobModel.running(.gang(3, .none, retry: RetrySpec(max: 2, scope: .replica)))
        let others = [try model.pod("worker", 0), try model.pod("worker", 2)]
        model.end(try model.pod("worker", 1), exitCode: 1)
        model.observe(&table)
        #expect(model.job.status.phase == .restarting)
        model.now += 11
        model.observe(&table)
        for name in model.unfinished { model.start(name) }
        model.observe(&table)
        #expect(model.job.status.phase == .running && model.job.status.attempt == 1, "\(model.job.status)")
        #expect(model.job.status.restarts == 1 && model.job.status.failures == 1, "\(model.job.status)")
        #expect(others.allSatisfy { model.running.contains($0) })
        #expect(model.running.count == 3)
    }

    @Test func anElasticJobGoesOnWithFewer() throws {
        var model = try JobModel(.gang(2, elastic: ElasticSpec(minNodes: 2, maxNodes: 4)))
        var table = model.rebuilt()
        model.settle(&table)
        #expect(model.pods.count == 4, "all places have a pod")
        for index in 0..<2 { model.start(try model.pod("worker", index)) }
        model.observe(&table)
        #expect(model.job.status.phase == .running, "\(model.job.status)")
        // The loss of one ends what the others do, too: that is no fault of the program.
        model.start(try model.pod("worker", 2))
        model.observe(&table)
        model.disrupt(try model.pod("worker", 0), "PreemptionByScheduler", &table)
        model.end(try model.pod("worker", 1), exitCode: 1, message: "rendezvous lost")
        model.observe(&table)
        #expect(model.job.status.phase == .restarting, "\(model.job.status)")
        model.now += 15
        model.observe(&table)
        for index in 0..<2 { model.start(try model.pod("worker", index)) }
        model.observe(&table)
        #expect(model.job.status.phase == .running && model.job.status.disruptions == 2, "\(model.job.status)")
        for name in model.running { model.end(name, exitCode: 0) }
        model.observe(&table)
        #expect(model.job.status.phase == .succeeded, "a member that never ran stops nothing: \(model.job.status)")
        #expect(model.unfinished.isEmpty)
    }

    /// A survivor that stores files has ten minutes to end, but the next attempt does not wait that long for it.
    @Test func survivorsOfAFailureAreHurried() throws {
        func hurries(_ model: inout JobModel, _ table: inout GangTable) -> [Bool] {
            for pod in model.pods.values { table.fold(pod) }
            model.now += 4
            return model.plan(&table).actions.compactMap { action in
                if case .deletePods(_, let isHurried) = action { isHurried } else { nil }
            }
        }
        var (model, table) = try JobModel.running(.gang(3))
        model.end(try model.pod("worker", 2), exitCode: 137)
        #expect(hurries(&model, &table) == [true])
        (model, table) = try JobModel.running(.gang(3))
        model.job.spec = .success(suspended(model, true))
        #expect(hurries(&model, &table) == [false])
    }

    @Test func suspendingCostsNothing() throws {
        var (model, table) = try JobModel.running(.gang(3))
        for cycle in 1...5 {
            model.job.spec = .success(suspended(model, true))
            model.observe(&table)
            #expect(model.pods.isEmpty, "\(cycle)")
            #expect(model.job.status.phase == .suspended)
            #expect(model.job.status.conditions[type: "Suspended"]?.status == .isTrue)
            model.job.spec = .success(suspended(model, false))
            model.observe(&table)
            for name in model.unfinished { model.start(name) }
            model.observe(&table)
            #expect(model.job.status.phase == .running && model.running.count == 3, "\(model.job.status)")
        }
        #expect(model.job.status.attempt == 6 && model.job.status.restarts == 0, "\(model.job.status)")
        #expect(model.violations.isEmpty, "\(model.violations)")
    }

    private func suspended(_ model: JobModel, _ isSuspended: Bool) -> TrainingJobSpec {
        var spec = model.job.spec.value ?? TrainingJobSpec()
        spec.suspend = isSuspended
        return spec
    }

    @Test func aQueueHoldsAJobBack() throws {
        var model = try JobModel(.gang(2))
        model.admission = .waiting("no room in team-a")
        var table = model.rebuilt()
        model.settle(&table)
        #expect(model.pods.isEmpty)
        #expect(model.job.status.phase == .queued && model.job.status.message == "no room in team-a")
        #expect(model.job.status.startTime == nil)
        model.admission = .admitted([:])
        model.observe(&table)
        #expect(model.pods.count == 2 && model.job.status.startTime != nil)
    }

    @Test func aFinishedJobIsDeletedAtItsTimeAndNotBefore() throws {
        var spec = TrainingJobSpec.gang(2)
        spec.ttlSecondsAfterFinished = 60
        var (model, table) = try JobModel.running(spec)
        for name in model.running { model.end(name, exitCode: 0) }
        model.observe(&table)
        let ended = try #require(model.job.status.completionTime).date
        model.now = ended.addingTimeInterval(59)
        #expect(model.plan(&table) == Plan([], wake: .after(.milliseconds(1001))))
        model.now = ended.addingTimeInterval(60.5)
        #expect(model.plan(&table).actions == [.deleteJob])
    }

    @Test func deadlinesEndAJob() throws {
        var spec = TrainingJobSpec.gang(2)
        spec.activeDeadlineSeconds = 100
        var (model, table) = try JobModel.running(spec)
        model.now += 101
        model.observe(&table)
        #expect(model.job.status.phase == .failed && model.job.status.reason == .timeout, "\(model.job.status)")
        #expect(model.job.status.message == "the job took longer than activeDeadlineSeconds")
        #expect(model.unfinished.isEmpty)
    }

    /// Ten times as many pods cost ten times as much to fold, not a hundred times.
    @Test func anEventCostsTheSameInALargeGang() throws {
        func cost(_ count: Int) throws -> Double {
            var model = try JobModel(.gang(count, .none))
            var table = model.rebuilt()
            for _ in 0..<80 {
                for action in model.plan(&table).actions {
                    if case .createPods(let requests) = action {
                        for request in requests where model.pods[request.name] == nil {
                            var pod = try KubernetesJSON.decode(PodView.self, from: request.pod)
                            pod.metadata.uid = request.name
                            pod.metadata.resourceVersion = "1"
                            pod.status.phase = "Pending"
                            model.pods[request.name] = pod
                            table.fold(pod)
                        }
                        table.didCreate(allSucceeded: true)
                    } else if case .patchStatus(let status, let flush) = action {
                        model.job.status = status
                        table.didFlush(flush, now: model.now)
                    } else if case .prepare = action {
                        table.didPrepare(.none)
                    }
                }
                model.now += 1
                if model.pods.count == count { break }
            }
            #expect(model.pods.count == count)
            var changed = Array(model.pods.values)
            for index in changed.indices {
                changed[index].metadata.resourceVersion = "2"
                changed[index].status.phase = "Running"
            }
            // The median: a busy machine stops a test here and there, but not at every second event.
            let costs = changed.map { pod in
                let start = ContinuousClock.now
                table.fold(pod)
                table.advance(now: model.now)
                return (ContinuousClock.now - start) / .microseconds(1)
            }
            return costs.sorted()[count / 2]
        }
        let (small, large) = (try cost(200), try cost(4000))
        #expect(large < small * 5 + 20, "\(small) µs an event among 200, \(large) µs among 4,000")
    }
}
