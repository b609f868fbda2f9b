import FairleadAPI
import Foundation
import KubernetesCore
import PropertyTesting
import Testing

@testable import FairleadPlanning

@Suite struct JobPodsTests {
    private static let full = """
        framework: pytorch
        image: python:3.12
        command: [torchrun, train.py]
        code: {git: https://git.acme.dev/ml/resnet, ref: main}
        packages: [torch]
        inputs: {pile: "s3://sets/pile"}
        results: [{name: loss, type: number}]
        artifacts: [{name: model}]
        checkpoint: {uri: "s3://ckpt/x", every: 5m}
        env: {PYTHONUNBUFFERED: "0"}
        resources: {gpu: 2}
        nodes: 2
        nodeLoss: 90s
        priority: high
        overrides:
        - {pod: {spec: {nodeSelector: {pool: gpu}}}}
        - {target: {role: worker}, pod: {metadata: {labels: {kind: worker}}}}
        - {target: {role: master}, pod: {metadata: {labels: {kind: master}}}}
        roles: {master: {resources: {cpu: 4}}}
        """
    private static let progress = ProgressEndpoint(url: "https://fairlead:10443", certificateAuthority: "CA")

    private func fixture() throws -> JobFixture {
        try JobFixture(
            Self.full, labels: ["fairlead.dev/run": "churn-1", "fairlead.dev/task": "fit"], progress: Self.progress)
    }

    @Test(arguments: ["master", "worker"]) func golden(_ role: String) throws {
        try PodGoldenTests.expect(try fixture().pod(role), "job-\(role)")
    }

    @Test func goldenOfMPI() throws {
        let fixture = try JobFixture("{framework: mpi, image: mpi, command: [mpirun, solve], nodes: 2}")
        try PodGoldenTests.expect(try fixture.pod("launcher"), "job-launcher")
        try PodGoldenTests.expect(try fixture.pod("worker"), "job-mpi-worker")
    }

    /// Only what the leader wrote is the job's.
    @Test func leaderAlone() throws {
        let fixture = try fixture()
        let leader = try fixture.pod("master")
        #expect(try leader.container("store")?.plan()["checkpoint"] != nil)
        #expect(leader[path: ["metadata", "annotations", PodNaming.artifactsAnnotation]] != nil)
        let other = try fixture.pod("worker")
        #expect(other.container("store") == nil)
        #expect(other[path: ["metadata", "annotations", PodNaming.artifactsAnnotation]] == nil)
        // It reads what the leader reads.
        let plans = try [leader, other].map { try $0.container("fetch")?.plan() }
        #expect(plans[0] == plans[1])
        #expect(plans[0]?[path: ["checkpoint", "uri"]] == "s3://ckpt/x")
    }

    /// All pods of a job find the same state, whatever their roles; where a launcher leads, the first worker's is kept.
    @Test(arguments: [
        (
            "{framework: tensorflow, image: tf, command: [fit], nodes: 2, roles: {chief: {}}, checkpoint: {every: 1m}}",
            "chief"
        ),
        ("{framework: mpi, image: mpi, command: [mpirun, fit], nodes: 2, checkpoint: {every: 1m}}", "worker"),
    ])
    func oneCheckpoint(_ text: String, keeper: String) throws {
        let fixture = try JobFixture(text)
        let pods = try fixture.fixed.members.map { ($0, try fixture.pod($0)) }
        let uris = try Set(pods.map { try $0.1.container("fetch")?.plan()[path: ["checkpoint", "uri"]] })
        #expect(uris.count == 1 && uris.first != .some(nil), "\(uris)")
        let keepers = try pods.filter { try $0.1.container("store")?.plan()["checkpoint"] != nil }.map(\.0)
        #expect(keepers.map(\.role) == [keeper] && keepers.map(\.index) == [0])
    }

    @Test func attempts() throws {
        let fixture = try fixture()
        let budget = AttemptBudget(attempt: 3, failures: 1, disruptions: 1)
        let pod = try fixture.pod(fixture.fixed.leader, budget)
        #expect(pod[path: ["metadata", "annotations", PodNaming.attemptAnnotation]] == "3")
        #expect(pod[path: ["metadata", "annotations", PodNaming.failuresAnnotation]] == "1")
        #expect(pod[path: ["metadata", "annotations", PodNaming.disruptionsAnnotation]] == "1")
        #expect(pod.container("main")?.variable("FAIRLEAD_ATTEMPT") == "3")
        let first = try fixture.pod(fixture.fixed.leader)
        #expect(first[path: ["metadata", "name"]] != pod[path: ["metadata", "name"]])
        #expect(first[path: ["spec", "hostname"]] == pod[path: ["spec", "hostname"]])
    }

    /// All pods run the same commit once it is known.
    @Test func commits() throws {
        let fixture = try fixture()
        let key = "https://git.acme.dev/ml/resnet#main"
        #expect(fixture.pods.codeKeys == [key])
        let member = try #require(fixture.fixed.member("worker", 1))
        let pod = try fixture.pods.pod(member, budget: AttemptBudget(attempt: 2), commits: [key: "abc"]).get().pod
        #expect(try pod.container("fetch")?.plan()[path: ["code", "commit"]] == "abc")
    }

    /// The ranks of any job are a permutation of 0..<n, in the order in which members are told, and the leader's is 0.
    @Test func ranks() throws {
        let seed = UInt64.random(in: 0..<1_000_000)
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<200 {
            let framework = Framework.allCases.randomElement(using: &generator) ?? .none
            var spec = TrainingJobSpec(framework: framework, container: ContainerSpec(image: "x", command: ["y"]))
            spec.nodes = Int.random(in: 1...20, using: &generator)
            for role in framework.roles where role != RoleName.worker && generator.chance(0.5) {
                let count = role == RoleName.ps ? Int.random(in: 1...4, using: &generator) : 1
                spec.roles[role] = RoleSpec(nodes: count)
            }
            let fixed = try FixedJob(spec, settings: PlanningSettings())
            let members = fixed.members
            #expect(members.map(\.rank) == Array(0..<spec.totalNodes), "seed \(seed): \(spec)")
            #expect(members.first == fixed.leader, "seed \(seed): \(spec)")
            #expect(Set(members).count == members.count)
            #expect(members.allSatisfy { fixed.member($0.role, $0.index) == $0 })
            #expect(fixed.member(RoleName.worker, spec.nodes ?? 1) == nil)
        }
    }

    /// Every host, Service and pod has a name that Kubernetes takes, whatever the job's is; no two jobs share them.
    @Test(arguments: ["a", "3d", "v1.2", String(repeating: "long", count: 15), String(repeating: "x", count: 63)])
    func names(_ name: String) throws {
        let fixture = try JobFixture("{framework: jax, image: x, command: [train], nodes: 12}", name: name)
        let label = /[a-z]([-a-z0-9]{0,61}[a-z0-9])?/
        let service = try #require(fixture.pods.service()[path: ["metadata", "name"]]?.stringValue)
        #expect(service.wholeMatch(of: label) != nil, "\(service)")
        var hosts: Set<String> = []
        for member in fixture.fixed.members {
            let pod = try fixture.pod(member)
            let host = try #require(pod[path: ["spec", "hostname"]]?.stringValue)
            #expect(host.wholeMatch(of: label) != nil, "\(host)")
            #expect(pod[path: ["spec", "subdomain"]] == .string(service))
            hosts.insert(host)
        }
        #expect(hosts.count == 12)
        let other = try JobFixture(
            "{framework: jax, image: x, command: [train], nodes: 12}", name: "\(name.dropLast())b")
        #expect(other.pods.service() != fixture.pods.service())
    }

    /// A variable that would be too long is told before a pod is made.
    @Test func tooManyNames() throws {
        let fixture = "{framework: tensorflow, image: x, command: [train], nodes: 4000}"
        let problem = #expect(throws: TaskProblem.self) { try JobFixture(fixture) }
        #expect(problem?.message.contains("TF_CONFIG") == true)
        _ = try JobFixture("{framework: jax, image: x, command: [train], nodes: 10000}")
    }

    @Test func scripts() throws {
        let fixture = try JobFixture(
            "{image: x, python: \"print(1)\", nodes: 2, framework: pytorch, roles: {master: {script: echo}}}")
        let files = try fixture.files()
        #expect(files["script.worker"] == "print(1)")
        #expect(files["script.master"] == "echo")
        #expect(try fixture.pod("master").container("main")?["command"] == ["sh", "-e", "/fairlead/spec/script"])
    }

    /// A large job's pods cost what each of them says, not what all of them do.
    @Test func manyPods() throws {
        let fixture = try JobFixture("{framework: pytorch, image: x, command: [train], nodes: 2000}")
        let bytes = try fixture.fixed.members.prefix(50).map { JSONWriter.string(try fixture.pod($0)).utf8.count }
        #expect((bytes.max() ?? 0) < 8_000)
    }
}
