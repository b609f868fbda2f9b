import FairleadAPI
import FairleadPlanning
import Foundation
import KubernetesCore
import Testing

/// What is taken for the cause of a gang's end, when, and what is done about its survivors.
@Suite struct GangCauseTests {
    /// Kubelets report one after the other: what a peer's loss made of a program may be seen before the loss.
    @Test(arguments: [(137, "OOMKilled" as String?, Reason.outOfMemory), (139, nil, .exitCode)])
    func aCauseThatIsToldLaterIsTheCause(code: Int, reason: String?, expected: Reason) throws {
        var (model, table) = try JobModel.running(.gang(3))
        let start = model.now
        model.end(try model.pod("worker", 0), exitCode: 1, message: "connection reset by peer")
        model.now += 1
        let plan = model.step(&table)
        #expect(plan.actions.isEmpty, "\(plan)")
        guard case .after(let wait) = plan.wake else { Issue.record("\(plan)"); return }
        #expect(wait > .milliseconds(1900) && wait < .milliseconds(2100), "three seconds after the program's end")
        // The node of the other says the same second, and tells it a second later.
        let later = model.now
        model.now = start
        model.end(try model.pod("worker", 2), exitCode: code, reason: reason)
        model.now = later
        model.observe(&table)
        let status = model.job.status
        #expect(status.phase == .restarting && status.reason == expected, "\(status)")
        #expect(status.message?.contains("worker 2 (rank 2)") == true, "\(status)")
    }

    /// A verdict waits for nobody where there is nobody, and not for a clock that is wrong.
    @Test func aVerdictFallsInTime() throws {
        var (model, table) = try JobModel.running(.gang(2))
        for index in 0..<2 { model.end(try model.pod("worker", index), exitCode: 1) }
        _ = model.step(&table)
        #expect(model.job.status.phase == .failed, "all have ended: \(model.job.status)")

        (model, table) = try JobModel.running(.gang(2))
        let now = model.now
        model.now += 3600
        model.end(try model.pod("worker", 0), exitCode: 1)
        model.now = now
        guard case .after(let wait) = model.step(&table).wake else { Issue.record("it waits"); return }
        #expect(wait <= .milliseconds(3001), "the node's clock is an hour ahead")
        model.now += 3.1
        _ = model.step(&table)
        #expect(model.job.status.phase == .failed, "\(model.job.status)")
    }

    /// What ended while its files are still being stored may be what ended the others.
    @Test func aProgramThatStillStoresIsEvidence() throws {
        var (model, table) = try JobModel.running(.gang(3))
        model.endProgram(try model.pod("worker", 0), exitCode: 137, reason: "OOMKilled")
        model.observe(&table)
        #expect(model.job.status.phase == .running, "its files come first: \(model.job.status)")
        model.now += 2
        model.end(try model.pod("worker", 1), exitCode: 1, message: "connection reset by peer")
        model.observe(&table)
        #expect(model.job.status.phase == .restarting && model.job.status.reason == .outOfMemory, "\(model.job.status)")
        #expect(model.job.status.message?.contains("worker 0") == true)
    }

    /// An elastic job's peers fail when one is lost, and may tell it first.
    @Test func anElasticPeersEndIsNotJudgedBeforeItsCause() throws {
        var (model, table) = try JobModel.running(
            .gang(3, retry: RetrySpec(max: 0), elastic: ElasticSpec(minNodes: 1, maxNodes: 3)))
        model.end(try model.pod("worker", 1), exitCode: 1, message: "rendezvous lost")
        _ = model.step(&table)
        #expect(model.job.status.phase == .running, "\(model.job.status)")
        let now = model.now
        model.disrupt(try model.pod("worker", 2), "PreemptionByScheduler", &table)
        model.now = now + 1
        model.observe(&table)
        #expect(model.job.status.phase != .failed, "\(model.job.status)")
        // Without such a cause it is the program's own.
        (model, table) = try JobModel.running(
            .gang(3, retry: RetrySpec(max: 0), elastic: ElasticSpec(minNodes: 1, maxNodes: 3)))
        model.end(try model.pod("worker", 1), exitCode: 1, message: "bug")
        model.observe(&table)
        #expect(model.job.status.phase == .failed && model.job.status.reason == .exitCode, "\(model.job.status)")
    }

    /// A node was silent before its pods were marked: what others did in between is a consequence.
    @Test func silenceCountsFromItsBeginning() throws {
        var (model, table) = try JobModel.running(.gang(2))
        model.now += 300
        let lost = Time(model.now)
        model.now += 5
        model.end(try model.pod("worker", 0), exitCode: 1, message: "timed out")
        model.now += 45
        let told = Time(model.now)
        model.change(try model.pod("worker", 1)) { pod in
            pod.status.conditions = [
                PodCondition(type: "Ready", status: "False", lastTransitionTime: told),
                PodCondition(type: "ContainersReady", status: "True", lastTransitionTime: lost),
                PodCondition(
                    type: "DisruptionTarget", status: "True", reason: "DeletionByTaintManager",
                    lastTransitionTime: told),
            ]
        }
        model.observe(&table)
        #expect(model.job.status.reason == .nodeLost && model.job.status.disruptions == 1, "\(model.job.status)")
    }

    /// A failed pod stays failed, whoever deletes it then.
    @Test func aFailureThatIsDeletedIsStillAFailure() throws {
        var (model, table) = try JobModel.running(.gang(2))
        let failed = try model.pod("worker", 1)
        model.end(failed, exitCode: 1, message: "bug")
        _ = model.step(&table)
        model.now += 1
        model.delete(failed, &table)
        model.observe(&table)
        #expect(model.job.status.phase == .failed && model.job.status.reason == .exitCode, "\(model.job.status)")

        (model, table) = try JobModel.running(.gang(2))
        model.delete(try model.pod("worker", 1), &table)
        model.now += 2
        model.end(try model.pod("worker", 1), exitCode: 143)
        model.observe(&table)
        #expect(model.job.status.reason == .evicted && model.job.status.disruptions == 1, "\(model.job.status)")
    }

    /// A pod that ended without a word of when did so after it was made.
    @Test func aPodWithoutTimesCountsFromItsCreation() throws {
        var (model, table) = try JobModel.running(.gang(2))
        model.now += 60
        model.change(try model.pod("worker", 1)) { pod in
            pod.status.phase = "Failed"
            pod.status.reason = "UnexpectedAdmissionError"
            pod.status.containerStatuses = nil
            pod.status.conditions = nil
        }
        model.end(try model.pod("worker", 0), exitCode: 1)
        model.observe(&table)
        #expect(model.job.status.disruptions == 1, "\(model.job.status)")
    }

    /// Whoever drains a node gives a pod that stores files ten minutes: nobody waits that long for it, but once.
    @Test func aDrainedPodThatStoresIsToldToHurryOnce() throws {
        var (model, table) = try JobModel.running(.gang(3))
        let leader = try model.pod("worker", 0)
        model.change(leader) { $0.spec.terminationGracePeriodSeconds = 600 }
        model.storing = [leader]
        model.disrupt(leader, "EvictionByEvictionAPI", &table)
        model.observe(&table)
        #expect(model.hurries == [leader: 1])
        #expect(model.pods[leader]?.metadata.deletionGracePeriodSeconds == TrainingJobPlanner.hurriedGrace)
        for _ in 0..<3 {
            model.now += 10
            table = model.rebuilt()
            model.observe(&table)
        }
        #expect(model.hurries == [leader: 1], "also after a restart")
        #expect(model.pods.count == 1, "the next attempt waits for it")
        model.storing = []
        model.endDeleted(&table)
        model.observe(&table)
        #expect(model.unfinished.count == 3 && model.job.status.disruptions == 1, "\(model.job.status)")
    }

    /// A server that does not shorten a pod's time is asked once.
    @Test func aServerThatKeepsItsTimeIsNotAskedAgain() throws {
        var (model, table) = try JobModel.running(.gang(2))
        let leader = try model.pod("worker", 0)
        model.change(leader) { $0.spec.terminationGracePeriodSeconds = 600 }
        model.storing = [leader]
        model.disrupt(leader, "EvictionByEvictionAPI", &table)
        var asked = 0
        for _ in 0..<6 {
            for pod in model.pods.values { table.fold(pod) }
            for action in model.plan(&table).actions {
                guard case .deletePods(let views, true) = action, views.contains(where: { $0.pod == leader }) else {
                    model.perform(action, &table)
                    continue
                }
                asked += 1
                table.didHurry(views.map(\.pod))
            }
            model.now += 1
        }
        #expect(asked == 1)
    }

    /// Whoever suspends a job, or drains a node under it, wants what it has stored.
    @Test func aSuspendedJobStoresInPeace() throws {
        var (model, table) = try JobModel.running(.gang(2))
        let leader = try model.pod("worker", 0)
        model.change(leader) { $0.spec.terminationGracePeriodSeconds = 600 }
        model.storing = [leader]
        var spec = TrainingJobSpec.gang(2)
        spec.suspend = true
        model.job.spec = .success(spec)
        for _ in 0..<3 {
            model.now += 10
            model.observe(&table)
        }
        #expect(model.hurries.isEmpty && model.pods[leader]?.metadata.deletionGracePeriodSeconds == 600)
    }

    /// Who terminates a job does not wait for its uploads, who stops it does.
    @Test(arguments: [(PipelineRunSpec.Shutdown.stop, [Bool]()), (.terminate, [true])])
    func terminatingHurries(shutdown: PipelineRunSpec.Shutdown, expected: [Bool]) throws {
        var (model, table) = try JobModel.running(.gang(1))
        let leader = try model.pod("worker", 0)
        model.change(leader) { $0.spec.terminationGracePeriodSeconds = 600 }
        model.storing = [leader]
        var spec = TrainingJobSpec.gang(1)
        spec.shutdown = .stop
        model.job.spec = .success(spec)
        model.observe(&table)
        #expect(model.job.status.phase == .stopped && model.hurries.isEmpty)
        spec.shutdown = shutdown
        model.job.spec = .success(spec)
        for _ in 0..<3 { model.observe(&table) }
        #expect(model.hurries.values.map { $0 == 1 } == expected)
    }
}
