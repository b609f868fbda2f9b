import FairleadAPI
import FairleadPlanning
import Foundation
import KubernetesCore
import PropertyTesting
import Testing

/// The contract with Kueue, against a model of it that lets jobs in and puts them out as it likes.
@Suite struct KueuePlannerTests {
    private static let start = Date(timeIntervalSince1970: 1_767_225_600)

    /// Kueue, its API server and a job's pods, as far as one Workload goes.
    private struct World {
        var workload: JSONValue?
        var version = 0
        var pods = JobPodCounts()
        var job: TrainingJob
        var now = KueuePlannerTests.start
        let nodes = 3

        init() {
            var spec = TrainingJobSpec(framework: .pytorch, nodes: 3)
            spec.queue = "research"
            job = TrainingJob(metadata: ObjectMeta(name: "train", namespace: "team", uid: "uid-1"), spec: spec)
        }

        var known: KueueWorkload? {
            get throws { try workload.map { try KubernetesJSON.decode(KueueWorkload.self, from: $0) } }
        }

        func plan() throws -> KueuePlan {
            let known = try known
            let flavor = try KubernetesJSON.decode(
                KueueFlavor.self, from: ["spec": ["nodeLabels": ["pool": "a100"]]] as JSONValue)
            let updates = Result { () throws(KueueProblem) in try known?.updates(["spot": flavor]) ?? [:] }
            return KueuePlanner.plan(
                KueuePlanner.Observed(
                    job: job, queue: job.spec.value?.queue ?? "", spec: job.spec.value, workload: known,
                    updates: updates, pods: pods), now: now)
        }

        mutating func perform(_ actions: [KueueAction]) throws {
            for action in actions {
                version += 1
                switch action {
                case .create:
                    #expect(workload == nil)
                    let set = KueuePodSet(role: "worker", count: nodes, pod: ["spec": ["containers": []]])
                    workload = KueueRequest.workload(
                        job: job, type: .kueueWorkload("v1beta2"), queue: "research", podSets: [set], priority: nil)
                    workload?[path: ["metadata", "uid"]] = "uid-w"
                case .delete: workload = nil
                case .move(let queue): workload?[path: ["spec", "queueName"]] = .string(queue)
                case .patchStatus(let patch):
                    let old = try #require(workload)
                    workload?["status"] = MergePatch.apply(patch, to: old["status"] ?? [:])
                }
                workload?[path: ["metadata", "resourceVersion"]] = .string(String(version))
            }
        }

        func condition(_ type: String) -> JSONValue? {
            workload?[path: ["status", "conditions"]]?.arrayValue?.first { $0["type"] == .string(type) }
        }

        func holds(_ type: String) -> Bool { condition(type)?["status"] == "True" }

        mutating func tell(_ type: String, _ status: Bool, _ reason: String) {
            var conditions = workload?[path: ["status", "conditions"]]?.arrayValue ?? []
            conditions.removeAll { $0["type"] == .string(type) }
            conditions.append([
                "type": .string(type), "status": status ? "True" : "False", "reason": .string(reason),
                "message": .string("because of \(reason)"), "lastTransitionTime": .string(Time(now).description),
            ])
            workload?[path: ["status", "conditions"]] = .array(conditions)
        }

        mutating func admit() {
            workload?[path: ["status", "admission"]] = [
                "clusterQueue": "gpus",
                "podSetAssignments": [["name": "worker", "flavors": ["nvidia.com/gpu": "spot"], "count": 3]],
            ]
            tell("QuotaReserved", true, "QuotaReserved")
            tell("Admitted", true, "Admitted")
            if condition("Evicted") != nil { tell("Evicted", false, "QuotaReserved") }
        }
    }

    @Test func aPlaceIsGivenBackOnlyWhenTheLastPodHasEnded() throws {
        var world = World()
        #expect(
            try world.plan() == KueuePlan(admission: .waiting("waiting for queue \"research\""), actions: [.create]))
        try world.perform(world.plan().actions)
        world.admit()
        guard case .admitted(let updates) = try world.plan().admission else {
            Issue.record("not let in")
            return
        }
        #expect(updates["worker"]?.nodeSelector == ["pool": "a100"])
        world.pods = JobPodCounts(active: 3, ready: ["worker": 3])
        try world.perform(world.plan().actions)
        #expect(world.condition("PodsReady")?["reason"] == "Started")
        world.now += 60
        world.tell("Evicted", true, "Preempted")
        #expect(
            try world.plan()
                == KueuePlan(
                    admission: .waiting("put out by Kueue: because of Preempted"), actions: []))
        world.pods = JobPodCounts()
        try world.perform(world.plan().actions)
        #expect(!world.holds("QuotaReserved") && !world.holds("Admitted") && !world.holds("PodsReady"))
        #expect(world.holds("Requeued") && world.condition("Requeued")?["reason"] == "Preempted")
        #expect(world.workload?[path: ["status", "admission"]] == nil)
        #expect(world.workload?[path: ["status", "accumulatedPastExecutionTimeSeconds"]] == 60)
        #expect(try world.plan().actions.isEmpty)
    }

    @Test func onlyTheEvictedOfTwoReasonsAskToBeLetBack() throws {
        for (reason, isRequeued) in [("NodeFailures", true), ("PodsReadyTimeout", false), ("Deactivated", false)] {
            var world = World()
            try world.perform(world.plan().actions)
            world.admit()
            world.tell("Evicted", true, reason)
            try world.perform(world.plan().actions)
            #expect(world.holds("Requeued") == isRequeued, "\(reason)")
        }
    }

    /// An elastic job is ready with as many pods as are enough: Kueue would put it out otherwise.
    @Test func anElasticJobIsReadyWithWhatIsEnough() throws {
        var world = World()
        try world.perform(world.plan().actions)
        var sets = world.workload?[path: ["spec", "podSets"]]?.arrayValue ?? []
        sets[0]["minCount"] = 2
        world.workload?[path: ["spec", "podSets"]] = .array(sets)
        world.admit()
        world.pods = JobPodCounts(active: 3, ready: ["worker": 1])
        try world.perform(world.plan().actions)
        #expect(!world.holds("PodsReady"))
        world.pods = JobPodCounts(active: 3, ready: ["worker": 2])
        try world.perform(world.plan().actions)
        #expect(world.holds("PodsReady"))
    }

    @Test func aSuspendedJobHasNoPlace() throws {
        var world = World()
        try world.perform(world.plan().actions)
        world.admit()
        world.pods.active = 2
        var spec = try #require(world.job.spec.value)
        spec.suspend = true
        world.job.spec = .success(spec)
        #expect(try world.plan().actions.isEmpty)
        world.pods.active = 0
        #expect(try world.plan().actions == [.delete])
        try world.perform(world.plan().actions)
        #expect(try world.plan().actions.isEmpty)
        spec.suspend = false
        world.job.spec = .success(spec)
        #expect(try world.plan().actions == [.create])
    }

    @Test func aJobThatIsOverSaysSoOnce() throws {
        for (phase, reason) in [
            (TrainingJobStatus.Phase.succeeded, "Succeeded"), (.failed, "Failed"), (.stopped, "Failed"),
        ] {
            var world = World()
            try world.perform(world.plan().actions)
            world.admit()
            world.job.status.phase = phase
            try world.perform(world.plan().actions)
            #expect(world.holds("Finished") && world.condition("Finished")?["reason"] == .string(reason))
            #expect(try world.plan().actions.isEmpty)
        }
    }

    @Test func aQueueMayChangeWhileTheJobWaits() throws {
        var world = World()
        try world.perform(world.plan().actions)
        var spec = try #require(world.job.spec.value)
        spec.queue = "other"
        world.job.spec = .success(spec)
        #expect(try world.plan().actions == [.move(queue: "other")])
        try world.perform(world.plan().actions)
        #expect(try world.plan().actions.isEmpty)
        world.admit()
        spec.queue = "third"
        world.job.spec = .success(spec)
        #expect(try !world.plan().actions.contains(.move(queue: "third")))
    }

    @Test func replicasThatWillNotRunAgainGiveBackTheirShare() throws {
        var world = World()
        var spec = try #require(world.job.spec.value)
        spec.container.retry = RetrySpec(max: 1)
        spec.container.retry?.scope = .replica
        world.job.spec = .success(spec)
        try world.perform(world.plan().actions)
        world.admit()
        world.pods = JobPodCounts(active: 2, ready: ["worker": 2], succeeded: ["worker": 1])
        try world.perform(world.plan().actions)
        #expect(world.workload?[path: ["status", "reclaimablePods"]] == [["name": "worker", "count": 1]])
        #expect(try world.plan().actions.isEmpty)
        spec.container.retry?.scope = .gang
        var gang = World()
        try gang.perform(gang.plan().actions)
        gang.admit()
        gang.pods = world.pods
        try gang.perform(gang.plan().actions)
        #expect(gang.workload?[path: ["status", "reclaimablePods"]] == nil)
    }

    /// Whatever Kueue and the cluster do: pods are made only of an admitted job, a place is given back only without
    /// pods, every plan ends, and conditions of others stay.
    @Test func theContractHoldsForAnyOrderOfEvents() throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = SeededGenerator(seed: seed)
        for _ in 0..<50 {
            var world = World()
            for _ in 0..<40 {
                world.now += Double(Int.random(in: 0...100, using: &random))
                step(&world, Int.random(in: 0..<8, using: &random), &random)
                let hadReservation = world.holds("QuotaReserved")
                for turn in 0..<4 {
                    let plan = try world.plan()
                    if case .admitted = plan.admission {
                        #expect(world.holds("Admitted") && !world.holds("Evicted"), "seed \(seed)")
                        world.pods.active = max(world.pods.active, Bool.random(using: &random) ? 3 : 0)
                    }
                    #expect(turn < 3 || plan.actions.isEmpty, "seed \(seed): \(plan)")
                    try world.perform(plan.actions)
                }
                let isGone = world.workload == nil || !world.holds("QuotaReserved")
                #expect(!hadReservation || !isGone || world.pods.active == 0, "seed \(seed)")
                #expect(world.workload == nil || world.condition("Theirs") != nil || !world.holds("Admitted"))
            }
        }
    }

    private func step(_ world: inout World, _ event: Int, _ random: inout SeededGenerator) {
        switch event {
        case 0 where world.workload != nil && !world.holds("QuotaReserved"):
            world.tell("Theirs", true, "Kept")
            world.admit()
        case 1 where world.holds("Admitted"):
            world.tell("Evicted", true, ["Preempted", "Deactivated"].randomElement(using: &random) ?? "")
        case 2: world.pods.active = 0
        case 3 where world.pods.active > 0: world.pods.ready["worker"] = Int.random(in: 0...3, using: &random)
        case 4:
            guard var spec = world.job.spec.value else { return }
            spec.suspend = Bool.random(using: &random)
            world.job.spec = .success(spec)
        case 5 where world.pods.active == 0: world.workload = nil
        default: break
        }
    }

    @Test func equalAdmissionsMakeEqualPods() throws {
        var world = World()
        try world.perform(world.plan().actions)
        world.admit()
        let pod: JSONValue = [
            "metadata": ["labels": ["kueue.x-k8s.io/queue-name": "research", "a": "b"]],
            "spec": ["tolerations": [["key": "x", "operator": "Exists"]]],
        ]
        func made() throws -> [UInt8] {
            guard case .admitted(let updates) = try world.plan().admission else { return [] }
            var pod = pod
            updates["worker"]?.apply(to: &pod)
            return JSONWriter.bytes(pod)
        }
        let first = try made()
        #expect(
            String(decoding: first, as: UTF8.self) == """
                {"metadata":{"annotations":{"kueue.x-k8s.io/workload":"\(KueueRequest.name(job: world.job.metadata))"},\
                "labels":{"a":"b","kueue.x-k8s.io/podset":"worker"}},"spec":{"nodeSelector":{"pool":"a100"},\
                "tolerations":[{"key":"x","operator":"Exists"}]}}
                """)
        world.tell("Evicted", true, "Preempted")
        try world.perform(world.plan().actions)
        world.admit()
        #expect(try made() == first)
    }
}
