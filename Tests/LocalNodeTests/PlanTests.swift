import Foundation
import KubernetesCore
import Testing

@testable import LocalNode

struct PlanTests {
    private static let node = SchedulerPlan.Node(
        name: "local", labels: ["disk": "ssd"],
        allocatable: [
            "cpu": Quantity(2), "memory": Quantity(milliValue: 4 << 40),
            "pods": Quantity(3),
        ])

    private static func pod(
        _ name: String, cpu: String? = nil, _ change: (inout PodManifest) -> Void = { _ in }
    ) -> PodManifest {
        var container = ContainerManifest(name: "main")
        container.resources = .init(requests: cpu.map { ["cpu": .string($0)] }, limits: nil)
        var spec = PodManifest.Spec()
        spec.containers = [container]
        var pod = PodManifest(metadata: ObjectMeta(name: name, namespace: "default", uid: name), spec: spec)
        change(&pod)
        return pod
    }

    private static func verdicts(_ pods: [PodManifest], assumed: Set<ObjectKey> = []) -> [String: String] {
        let plan = SchedulerPlan.plan(pods: pods, assumed: assumed, node: node)
        return Dictionary(
            plan.map { entry in
                switch entry.verdict {
                case .bind: (entry.pod.metadata.name, "bind")
                case .wait(let message): (entry.pod.metadata.name, message)
                }
            }, uniquingKeysWith: { first, _ in first })
    }

    private static let insufficient =
        "0/1 nodes are available: 1 Insufficient cpu. preemption: 0/1 nodes are available: 1 No preemption victims "
        + "found for incoming pod."

    @Test func countsWhatRunsAndWhatItJustBound() {
        let running = Self.pod("running", cpu: "1500m") { $0.spec.nodeName = "local" }
        let ended = Self.pod("ended", cpu: "2") {
            $0.spec.nodeName = "local"
            $0.status.phase = "Succeeded"
        }
        #expect(
            Self.verdicts([running, ended, Self.pod("a", cpu: "500m"), Self.pod("b", cpu: "1m")]) == [
                "a": "bind", "b": Self.insufficient,
            ])
        let assumed = Self.pod("assumed", cpu: "2")
        #expect(Self.verdicts([assumed, Self.pod("a", cpu: "1")], assumed: [assumed.key]) == ["a": Self.insufficient])
    }

    @Test func saysWhatIsMissing() {
        let picky = Self.pod("picky") { $0.spec.nodeSelector = ["disk": "tape"] }
        let happy = Self.pod("happy") { $0.spec.nodeSelector = ["disk": "ssd"] }
        let other = Self.pod("other") { $0.spec.schedulerName = "mine" }
        let gated = Self.pod("gated") { $0.spec.schedulingGates = [["name": "x"]] }
        let gpu = Self.pod("gpu") { $0.spec.containers?[0].resources?.limits = ["nvidia.com/gpu": 1, "cpu": "64"] }
        #expect(
            Self.verdicts([picky, happy, other, gated, gpu]) == [
                "happy": "bind",
                "picky":
                    "0/1 nodes are available: 1 node(s) didn't match Pod's node affinity/selector. preemption: 0/1 nodes "
                    + "are available: 1 Preemption is not helpful for scheduling.",
                "gpu":
                    "0/1 nodes are available: 1 Insufficient cpu, 1 Insufficient nvidia.com/gpu. preemption: 0/1 nodes are "
                    + "available: 1 No preemption victims found for incoming pod.",
            ])
    }

    @Test func takesNoMorePodsThanItMay() {
        let pods = (0..<5).map { Self.pod("p\($0)") }
        #expect(Self.verdicts(pods).values.filter { $0 == "bind" }.count == 3)
    }

    @Test func largestInitContainerCounts() {
        var pod = Self.pod("p", cpu: "500m")
        var big = ContainerManifest(name: "big")
        big.resources = .init(requests: ["cpu": "3"], limits: nil)
        pod.spec.initContainers = [big]
        #expect(SchedulerPlan.requests(of: pod)["cpu"] == Quantity(3))
        // A sidecar runs beside what comes after it, not beside what came before.
        var beside = ContainerManifest(name: "beside")
        beside.restartPolicy = "Always"
        beside.resources = .init(requests: ["cpu": "1"], limits: nil)
        pod.spec.initContainers = [big, beside]
        #expect(SchedulerPlan.requests(of: pod)["cpu"] == Quantity(3))
        pod.spec.initContainers = [beside, big]
        #expect(SchedulerPlan.requests(of: pod)["cpu"] == Quantity(4))
        pod.spec.initContainers = [beside]
        #expect(SchedulerPlan.requests(of: pod)["cpu"] == Quantity("1500m"))
    }

    @Test(arguments: [
        ("python:3.12-slim", "python:*"), ("docker.io/library/python", "python:*"), ("python@sha256:abc", "python:*"),
        ("ghcr.io/acme/python:3", nil), ("pythonista:3", nil), ("busybox", "busybox:*"),
    ])
    func findsImages(image: String, pattern: String?) {
        #expect(ImageCatalogue.builtIn.entry(for: image)?.image == pattern)
    }

    @Test func aFilesEntriesComeFirst() throws {
        var catalogue = ImageCatalogue.builtIn
        try catalogue.add(
            yaml: "default: Refuse\nimages:\n- {image: 'python:3.9*', env: {A: b}}\n- {image: 'ghcr.io/*/train:*'}\n",
            name: "x.yaml")
        #expect(catalogue.default == .refuse)
        #expect(catalogue.entry(for: "python:3.9-slim")?.env == ["A": "b"])
        #expect(catalogue.entry(for: "python:3.12")?.environment == .python)
        #expect(catalogue.entry(for: "ghcr.io/acme/train:1") != nil)
        #expect(throws: ImageCatalogue.InvalidCatalogue.self) { try catalogue.add(yaml: "default: Maybe", name: "y") }
    }

    @Test(arguments: [
        ("/data", "/host/d"), ("/data/x.csv", "/host/d/x.csv"), ("a=/data:/database", "a=/host/d:/database"),
        ("/database", "/database"), ("/x/data", "/x/data"), ("cat /data/deep/f", "cat /host/deep/f"), ("", ""),
    ])
    func rewritesPaths(text: String, expected: String) {
        let rewriting = PathRewriting([
            .init(source: "/host/d", target: "/data"), .init(source: "/host/deep", target: "/data/deep"),
        ])
        #expect(rewriting.rewrite(text) == expected)
    }

    @Test func namesAreWhatClusterDNSAnswers() throws {
        func key(_ name: String) -> ObjectKey { ObjectKey(namespace: "ml", name: name) }
        func service(_ name: String, _ spec: JSONValue) throws -> ServiceManifest {
            try KubernetesJSON.decode(
                ServiceManifest.self, from: ["metadata": ["name": .string(name), "namespace": "ml"], "spec": spec])
        }
        let members: [ObjectKey: ClusterNames.Member] = [
            key("a"): .init(address: "127.64.0.1", labels: ["app": "web"], hostName: "w-0", subdomain: "job"),
            key("b"): .init(address: "127.64.0.2", labels: ["app": "web", "x": "y"], isReady: false),
            key("c"): .init(
                address: "127.64.0.3", labels: ["app": "job"], hostName: "w-1", subdomain: "job", isReady: false),
            key("d"): .init(address: "127.64.0.4", labels: [:], hostName: "w-2", subdomain: "job"),
        ]
        let job: JSONValue = ["clusterIP": "None", "selector": ["app": "job"], "publishNotReadyAddresses": true]
        let services = [
            try service("web", ["clusterIP": "10.0.0.1", "selector": ["app": "web"]]), try service("job", job),
            try service("all", ["selector": [:]]),
        ]
        let names = ClusterNames.entries(members, namespace: "ml", services: services)
            .map { [$0.address] + $0.names }
        // A pod that is not ready is known where its Service says so, and only there; one that the Service does not
        // select has no name, whatever its subdomain says.
        #expect(
            names == [
                ["127.64.0.3", "w-1.job.ml.svc.cluster.local", "w-1.job.ml.svc", "w-1.job.ml", "w-1.job"],
                ["127.64.0.3", "job.ml.svc.cluster.local", "job.ml.svc", "job.ml", "job"],
                ["127.64.0.1", "web.ml.svc.cluster.local", "web.ml.svc", "web.ml", "web"],
            ])
    }

    @Test func addressesAreOfTheirOwn() {
        let addresses = PodAddresses()
        let given = (0..<2000).map { addresses.address(of: "pod\($0)", known: nil) }
        #expect(Set(given).count == 2000)
        #expect(given.allSatisfy { $0.hasPrefix("127.") && !$0.hasSuffix(".0") && !$0.hasSuffix(".255") })
        #expect(addresses.address(of: "pod7", known: nil) == given[7])
    }

    @Test func theShimsClock() {
        var machine = ShimMachine(orphanSeconds: 60)
        #expect(machine.deadline == nil)
        machine.nodeGone(now: 10)
        machine.nodeGone(now: 20)
        #expect(machine.deadline == 70)
        #expect(machine.tick(now: 69.9) == [])
        #expect(machine.command(.adopt, now: 69.9) == [])
        #expect(machine.deadline == nil)
        machine.nodeGone(now: 100)
        #expect(machine.tick(now: 160) == [.sendTerminate])
        #expect(machine.deadline == 165)
        #expect(machine.tick(now: 165) == [.killTree])
        #expect(machine.tick(now: 165.1) == [])
        #expect(machine.tick(now: 165.6) == [.killTree], "again, until the end is seen")
        var other = ShimMachine(orphanSeconds: 60)
        #expect(other.command(.terminate(graceSeconds: 30), now: 0) == [.sendTerminate])
        #expect(other.command(.terminate(graceSeconds: 0), now: 1) == [.killTree], "a shorter grace counts")
    }

    @Test func logLinesKeepTheirShape() throws {
        let path = FileManager.default.temporaryDirectory.path + "/fairlead-log-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: path) }
        var writer = LogWriter(path: path)
        let time = Date(timeIntervalSince1970: 1_700_000_000)
        let later = time.addingTimeInterval(10)
        writer.write(Array("one\ntw".utf8)[...], .stdout, at: time)
        writer.write(Array("error\n".utf8)[...], .stderr, at: time)
        writer.write(Array("o\n\n".utf8)[...], .stdout, at: later)
        writer.write(Array((String(repeating: "x", count: 20000) + "\nlast").utf8)[...], .stdout, at: later)
        writer.finish(at: later)
        let bytes = Array(try Data(contentsOf: URL(fileURLWithPath: path)))
        func read(_ change: (inout NodeLogs.Request) -> Void = { _ in }) -> String {
            var request = NodeLogs.Request(pod: "p", uid: "u", container: "c")
            change(&request)
            var format = LogFormat(request)
            return String(decoding: format.first(bytes), as: UTF8.self)
        }
        let long = String(repeating: "x", count: 20000)
        #expect(read() == "one\nerror\ntwo\n\n\(long)\nlast")
        #expect(read { $0.tailLines = 2 } == "\(long)\nlast")
        #expect(read { $0.tailLines = 0 } == "")
        #expect(read { $0.tailLines = 99 } == read())
        #expect(read { $0.since = later } == "two\n\n\(long)\nlast")
        #expect(read { $0.limitBytes = 5 } == "one\ne")
        #expect(read { $0.timestamps = true }.hasPrefix("2023-11-14T22:13:20.000000000Z one\n2023-11-14T22:13:20.0000"))
    }
}
