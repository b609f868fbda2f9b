import FairleadAPI
import FairleadPlanning
import KubernetesCore
import Testing

/// What each back end is given, field by field as its API spells it.
@Suite struct GangSchedulingTests {
    private static let native = podGroup("scheduling.k8s.io", "v1beta1")
    private static let volcano = podGroup("scheduling.volcano.sh", "v1beta1")
    private static let coscheduling = podGroup("scheduling.x-k8s.io", "v1alpha1")

    private static func podGroup(_ group: String, _ version: String) -> ResourceType {
        ResourceType(group: group, version: version, kind: "PodGroup", plural: "podgroups")
    }

    private static func job(
        _ framework: Framework = .pytorch, nodes: Int = 4, gang: GangMode? = nil,
        _ change: (inout TrainingJobSpec) -> Void = { _ in }
    ) -> TrainingJob {
        var spec = TrainingJobSpec(framework: framework, nodes: nodes)
        spec.gang = gang
        change(&spec)
        return TrainingJob(metadata: ObjectMeta(name: "train", namespace: "team", uid: "uid-1"), spec: spec)
    }

    private static func plan(_ job: TrainingJob, _ types: ResourceType...) throws -> GangScheduling {
        GangScheduling.plan(job: job, spec: try #require(job.spec.value), served: ServedAPIs(Set(types)))
    }

    private static func stamped(_ scheduling: GangScheduling, _ pod: JSONValue = ["spec": [:]]) -> JSONValue {
        var pod = pod
        scheduling.stamp(&pod, role: "worker")
        return pod
    }

    @Test func kubernetesOwnGroupIsTakenFirst() throws {
        let plan = try Self.plan(
            Self.job { $0.priority = "high" }, Self.coscheduling, Self.volcano, Self.native,
            Self.podGroup("scheduling.k8s.io", "v1alpha2"))
        #expect(plan.mode == .podGroup)
        let object = try #require(plan.object)
        #expect(object.type == Self.native)
        let expected: JSONValue = [
            "apiVersion": "scheduling.k8s.io/v1beta1", "kind": "PodGroup",
            "metadata": [
                "name": "train", "namespace": "team",
                "labels": ["app.kubernetes.io/managed-by": "fairlead", "fairlead.dev/trainingjob": "train"],
                "ownerReferences": [
                    [
                        "apiVersion": "fairlead.dev/v1alpha1", "kind": "TrainingJob", "name": "train", "uid": "uid-1",
                        "controller": true, "blockOwnerDeletion": true,
                    ]
                ],
            ],
            "spec": [
                "schedulingPolicy": ["gang": ["minCount": 4]], "priorityClassName": "high",
                "disruptionMode": ["all": [:]],
            ],
        ]
        #expect(object.json == expected)
        #expect(Self.stamped(plan) == ["spec": ["schedulingGroup": ["podGroupName": "train"]]])
    }

    @Test func theAlphaOf1_36TakesNoMoreThanItsGatesLet() throws {
        let plan = try Self.plan(
            Self.job { $0.priority = "high" }, Self.podGroup("scheduling.k8s.io", "v1alpha2"))
        #expect(plan.object?.json["spec"] == ["schedulingPolicy": ["gang": ["minCount": 4]]])
        #expect(Self.stamped(plan) == ["spec": ["schedulingGroup": ["podGroupName": "train"]]])
    }

    @Test func theAlphaOf1_35IsAWorkload() throws {
        let workload = ResourceType(
            group: "scheduling.k8s.io", version: "v1alpha1", kind: "Workload", plural: "workloads")
        let plan = try Self.plan(Self.job(), workload)
        #expect(plan.mode == .podGroup)
        #expect(plan.object?.json["kind"] == "Workload")
        let spec: JSONValue = [
            "controllerRef": ["apiGroup": "fairlead.dev", "kind": "TrainingJob", "name": "train"],
            "podGroups": [["name": "gang", "policy": ["gang": ["minCount": 4]]]],
        ]
        #expect(plan.object?.json["spec"] == spec)
        #expect(Self.stamped(plan) == ["spec": ["workloadRef": ["name": "train", "podGroup": "gang"]]])
    }

    @Test func volcanoHasQueueAndPriorityAndItsOwnScheduler() throws {
        let job = Self.job { spec in
            spec.queue = "research"
            spec.priority = "high"
        }
        let plan = try Self.plan(job, Self.volcano, Self.coscheduling)
        #expect(plan.mode == .volcano)
        #expect(
            plan.object?.json["spec"] == ["minMember": 4, "queue": "research", "priorityClassName": "high"])
        let pod = Self.stamped(plan)
        #expect(pod[path: ["spec", "schedulerName"]] == "volcano")
        #expect(pod[path: ["metadata", "annotations", "scheduling.k8s.io/group-name"]] == "train")
        #expect(pod[path: ["metadata", "annotations", "volcano.sh/task-spec"]] == "worker")
        let named = Self.stamped(plan, ["spec": ["schedulerName": "ours"]])
        #expect(named[path: ["spec", "schedulerName"]] == "ours")
        let kueue = try Self.plan(job, Self.volcano, .kueueWorkload("v1beta2"))
        #expect(kueue.object?.json[path: ["spec", "queue"]] == nil)
    }

    @Test func coschedulingKnowsPodsByALabel() throws {
        let plan = try Self.plan(Self.job(), Self.coscheduling)
        #expect(plan.mode == .coscheduling)
        #expect(plan.object?.json["spec"] == ["minMember": 4])
        #expect(
            Self.stamped(plan)
                == ["spec": [:], "metadata": ["labels": ["scheduling.x-k8s.io/pod-group": "train"]]])
    }

    @Test(arguments: [
        (Self.job(nodes: 8) { $0.elastic = ElasticSpec(minNodes: 2, maxNodes: 8) }, 2),
        (Self.job(.mpi, nodes: 3), 3),
        (
            Self.job(.tensorflow, nodes: 3) {
                $0.roles = ["ps": RoleSpec(nodes: 2), "chief": RoleSpec(), "evaluator": RoleSpec()]
            }, 7
        ),
    ])
    func theMinimumIsWhatMustBeThereAtTheStart(_ job: TrainingJob, _ minimum: Int) throws {
        let plan = try Self.plan(job, Self.coscheduling)
        #expect(plan.object?.json[path: ["spec", "minMember"]] == .integer(Int64(minimum)))
    }

    @Test func anElasticGangMayLoseOnePodAlone() throws {
        let plan = try Self.plan(
            Self.job(nodes: 8) { $0.elastic = ElasticSpec(minNodes: 2, maxNodes: 8) }, Self.native)
        #expect(plan.object?.json["spec"] == ["schedulingPolicy": ["gang": ["minCount": 2]]])
    }

    @Test func nothingIsMadeWhereNothingIsNeeded() throws {
        #expect(try Self.plan(Self.job(nodes: 1), Self.native) == .none)
        #expect(try Self.plan(Self.job(gang: GangMode.none), Self.native) == .none)
        #expect(try Self.plan(Self.job()) == .none)
        #expect(Self.stamped(.none) == ["spec": [:]])
    }

    @Test func whatIsAskedForByNameIsTakenOrMissed() throws {
        let plan = try Self.plan(Self.job(nodes: 1, gang: .volcano), Self.native, Self.volcano)
        #expect(plan.mode == .volcano)
        #expect(plan.problem == nil)
        let missing = try Self.plan(Self.job(gang: .coscheduling), Self.native, Self.volcano)
        #expect(missing.object == nil)
        #expect(
            missing.problem
                == "gang: Coscheduling, but the API server does not serve podgroups.scheduling.x-k8s.io")
    }

    @Test func whatWasDecidedStays() throws {
        var job = Self.job()
        job.status.gang = "None"
        #expect(try Self.plan(job, Self.native, Self.volcano) == .none)
        job.status.gang = "Volcano"
        #expect(try Self.plan(job, Self.native, Self.volcano).mode == .volcano)
        // What placed the pods was taken away: the others must not wait for it.
        #expect(try Self.plan(job, Self.native) == .none)
    }
}
