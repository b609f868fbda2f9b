import Foundation
import KubernetesClient
import KubernetesCore
import Synchronization
import Testing

@testable import LocalNode

/// Real processes on a fake cluster.
@Suite(.serialized)
struct LocalNodeTests {
    /// Tests of what only bubblewrap can do say that they are skipped where it is missing or does not work.
    static let host = HostFacts.find(usesSandbox: true)

    @Test(arguments: [true, false])
    func runsAPodToItsEnd(usesSandbox: Bool) async throws {
        let harness = try NodeHarness()
        defer { harness.removeState() }
        try await harness.run(harness.configuration { $0.usesSandbox = usesSandbox }) {
            let script = "echo out; echo err >&2; printf rows=5 > /dev/termination-log; exit 3"
            harness.cluster.createPod("one", spec: shell(script))
            let status = try await harness.status("one", phase: "Failed")
            let ended = try #require(status.containerStatuses?.first?.state?.terminated)
            #expect(ended.exitCode == 3)
            #expect(ended.reason == "Error")
            #expect(ended.message == "rows=5")
            let uid = try #require(harness.cluster.pod("one")?[path: ["metadata", "uid"]]?.stringValue)
            let text = try await Self.log(harness, uid, "main")
            #expect(Set(text.split(separator: "\n")) == ["out", "err"])
            #expect(harness.cluster.pod("one")?[path: ["spec", "nodeName"]] == "local")
            // The exit code and the message come in one write, and nothing is written after a terminal phase.
            let history = harness.cluster.history("one")
            let terminal = history.filter { $0["phase"]?.stringValue == "Failed" }
            #expect(terminal.count == 1)
            #expect(history.last == terminal.last)
        }
    }

    static func log(
        _ harness: NodeHarness, _ uid: String, _ container: String, follow: Bool = false, previous: Bool = false
    ) async throws -> String {
        let text = Mutex<[UInt8]>([])
        try await NodeLogs(stateDirectory: harness.state).read(
            NodeLogs.Request(pod: "pod", uid: uid, container: container, follow: follow, previous: previous)
        ) { bytes in text.withLock { $0 += bytes } }
        return String(decoding: text.withLock { $0 }, as: UTF8.self)
    }

    @Test func initContainersRunInOrderAndShareVolumes() async throws {
        let harness = try NodeHarness()
        defer { harness.removeState() }
        try await harness.run(harness.configuration()) {
            func container(_ name: String, _ script: String) -> JSONValue {
                [
                    "name": .string(name), "image": "busybox", "command": ["sh", "-c", .string(script)],
                    "volumeMounts": [["name": "v", "mountPath": "/fairlead/shared"]],
                    "env": [["name": "SHARED", "value": "/fairlead/shared"]],
                ]
            }
            harness.cluster.createPod(
                "order",
                spec: [
                    "restartPolicy": "Never", "volumes": [["name": "v", "emptyDir": [:]]],
                    "initContainers": [
                        container("a", "echo a >> $SHARED/f"),
                        container("b", "test -f $SHARED/f && echo b >> $SHARED/f"),
                    ],
                    "containers": [container("main", "cat $SHARED/f | tr -d '\\n' > /dev/termination-log")],
                ])
            let status = try await harness.status("order", phase: "Succeeded")
            #expect(status.containerStatuses?.first?.state?.terminated?.message == "ab")
            #expect(status.initContainerStatuses?.map(\.state?.terminated?.exitCode) == [0, 0])
        }
    }

    @Test func restartsKeepThePreviousLog() async throws {
        let harness = try NodeHarness()
        defer { harness.removeState() }
        try await harness.run(harness.configuration()) {
            let uid = UUID().uuidString
            harness.cluster.createPod("again", uid: uid, spec: shell("echo run $$; exit 1", restart: "OnFailure"))
            let cluster = harness.cluster
            _ = try await NodeHarness.eventually("CrashLoopBackOff") {
                let status = cluster.pod("again")?[path: ["status", "containerStatuses"]]?[0]
                let waiting = status?[path: ["state", "waiting"]]
                guard status?["restartCount"] == 2, waiting?["reason"] == "CrashLoopBackOff" else {
                    return nil as Bool?
                }
                #expect(status?[path: ["lastState", "terminated", "exitCode"]] == 1)
                return waiting?["message"]?.stringValue?.hasPrefix("back-off 10s restarting failed container=main")
                    == true
            }
            #expect(try await Self.log(harness, uid, "main").hasPrefix("run "))
            #expect(try await Self.log(harness, uid, "main", previous: true).hasPrefix("run "))
        }
    }

    @Test(arguments: [true, false])
    func deletionEndsTheWholeTree(usesSandbox: Bool) async throws {
        let harness = try NodeHarness()
        defer { harness.removeState() }
        let mark = "4\(Int.random(in: 100_000...999_999))"
        try await harness.run(harness.configuration { $0.usesSandbox = usesSandbox }) {
            // The program hears SIGTERM and says so; its children, also one in a session of its own, must go too.
            let script = """
                trap 'echo terminated; exit 7' TERM
                sleep \(mark) & setsid sleep \(mark) & (sleep \(mark) & sleep \(mark)) &
                while :; do sleep 0.1; done
                """
            let uid = UUID().uuidString
            harness.cluster.createPod("tree", uid: uid, spec: shell(script))
            _ = try await harness.status("tree", phase: "Running")
            let cluster = harness.cluster
            _ = try await NodeHarness.eventually("four sleepers") { Self.sleepers(mark) == 4 ? true : nil }
            harness.cluster.deletePod("tree", graceSeconds: 20)
            _ = try await NodeHarness.eventually("the pod gone") { cluster.hasPod("tree") ? nil : true }
            #expect(Self.sleepers(mark) == 0)
            let last = cluster.history("tree").last?["containerStatuses"]?[0]
            #expect(last?[path: ["state", "terminated", "exitCode"]] == 7)
            let folder = harness.state + "/pods/" + uid
            _ = try await NodeHarness.eventually("the folder gone") {
                FileManager.default.fileExists(atPath: folder) ? nil : true
            }
        }
    }

    @Test func aProgramThatIgnoresTheSignalIsKilledAfterItsGrace() async throws {
        let harness = try NodeHarness()
        defer { harness.removeState() }
        try await harness.run(harness.configuration()) {
            let spec = shell("trap '' TERM; echo ready; while :; do sleep 0.1; done")
            harness.cluster.createPod("deaf", uid: "deaf", spec: spec)
            let log = NodePaths(state: harness.state).run("deaf", "main", 0).log
            _ = try await NodeHarness.eventually("the program is ready") {
                FileManager.default.contents(atPath: log).flatMap { $0.isEmpty ? nil : true }
            }
            let cluster = harness.cluster
            harness.cluster.deletePod("deaf", graceSeconds: 1)
            _ = try await NodeHarness.eventually("the pod gone", seconds: 8) { cluster.hasPod("deaf") ? nil : true }
            let last = cluster.history("deaf").last?["containerStatuses"]?[0]
            #expect(last?[path: ["state", "terminated", "exitCode"]] == 137)
        }
    }

    @Test func theNextNodeAdoptsWhatACrashLeft() async throws {
        let harness = try NodeHarness()
        defer { harness.removeState() }
        let (go, uid, quick) = (harness.state + ".go", UUID().uuidString, UUID().uuidString)
        defer { try? FileManager.default.removeItem(atPath: go) }
        let configuration = harness.configuration()
        try await harness.run(configuration, crashes: true) {
            let volume: JSONValue = ["name": "host", "hostPath": ["path": .string(NSTemporaryDirectory())]]
            var spec = shell(
                "while [ ! -e /host/\((go as NSString).lastPathComponent) ]; do sleep 0.05; done; printf done > "
                    + "/dev/termination-log; exit 5",
                extra: ["volumeMounts": [["name": "host", "mountPath": "/host"]]])
            spec["volumes"] = .array([volume])
            harness.cluster.createPod("long", uid: uid, spec: spec)
            harness.cluster.createPod("quick", uid: quick, spec: shell("echo hi; sleep 0.5; exit 4"))
            _ = try await harness.status("long", phase: "Running")
            _ = try await harness.status("quick", phase: "Running")
        }
        // One ended while no node was there; its exit is on disk.
        _ = try await NodeHarness.eventually("the exit on disk") {
            ShimHandle.exit(of: NodePaths(state: harness.state).run(quick, "main", 0))
        }
        #expect(harness.cluster.pod("long")?[path: ["status", "phase"]] == "Running")
        try await harness.run(configuration) {
            let ended = try await harness.status("quick", phase: "Failed")
            #expect(ended.containerStatuses?.first?.state?.terminated?.exitCode == 4)
            _ = FileManager.default.createFile(atPath: go, contents: nil)
            let status = try await harness.status("long", phase: "Failed")
            #expect(status.containerStatuses?.first?.state?.terminated?.exitCode == 5)
            #expect(status.containerStatuses?.first?.state?.terminated?.message == "done")
            #expect(status.containerStatuses?.first?.restartCount == 0)
        }
    }

    @Test(arguments: [true, false])
    func anOrphanEndsByItself(usesSandbox: Bool) async throws {
        let harness = try NodeHarness()
        defer { harness.removeState() }
        let (mark, uid) = ("5\(Int.random(in: 100_000...999_999))", UUID().uuidString)
        let configuration = harness.configuration {
            $0.usesSandbox = usesSandbox
            $0.orphanSeconds = 1
        }
        try await harness.run(configuration, crashes: true) {
            harness.cluster.createPod("orphan", uid: uid, spec: shell("sleep \(mark) & sleep \(mark)"))
            _ = try await harness.status("orphan", phase: "Running")
            _ = try await NodeHarness.eventually("two sleepers") { Self.sleepers(mark) == 2 ? true : nil }
        }
        _ = try await NodeHarness.eventually("no sleeper left") { Self.sleepers(mark) == 0 ? true : nil }
        let exit = try await NodeHarness.eventually("the exit on disk") {
            ShimHandle.exit(of: NodePaths(state: harness.state).run(uid, "main", 0))
        }
        #expect(exit.exitCode == 143)
        // That is no failure of its program: the next node says that the platform took it.
        try await harness.run(configuration) {
            _ = try await harness.status("orphan", phase: "Failed")
            let status = harness.cluster.pod("orphan")?["status"]
            #expect(status?["reason"] == "Terminated")
            let conditions = status?["conditions"]?.arrayValue ?? []
            #expect(conditions.contains { $0["type"] == "DisruptionTarget" && $0["status"] == "True" })
        }
    }

    @Test func anOrderlyStopLeavesNothing() async throws {
        let harness = try NodeHarness()
        defer { harness.removeState() }
        let mark = "6\(Int.random(in: 100_000...999_999))"
        try await harness.run(harness.configuration()) {
            harness.cluster.createPod("never", spec: shell("sleep \(mark) & sleep \(mark)"))
            harness.cluster.createPod("always", spec: shell("sleep \(mark)", restart: "Always"))
            _ = try await NodeHarness.eventually("three sleepers") { Self.sleepers(mark) == 3 ? true : nil }
        }
        #expect(Self.sleepers(mark) == 0)
        let status = harness.cluster.pod("never")?["status"]
        #expect(status?["phase"] == "Failed")
        #expect(status?["reason"] == "Terminated")
        let conditions = status?["conditions"]?.arrayValue ?? []
        #expect(conditions.contains { $0["type"] == "DisruptionTarget" && $0["status"] == "True" })
        #expect(harness.cluster.pod("always")?[path: ["status", "phase"]] == "Running")
    }

    @Test func aFollowedLogEndsWithItsContainer() async throws {
        let harness = try NodeHarness()
        defer { harness.removeState() }
        try await harness.run(harness.configuration()) {
            let uid = UUID().uuidString
            harness.cluster.createPod(
                "talk", uid: uid, spec: shell("for i in 1 2 3 4 5; do echo line $i; sleep 0.1; done; printf end"))
            _ = try await harness.status("talk", phase: "Running")
            let text = try await Self.log(harness, uid, "main", follow: true)
            #expect(text == "line 1\nline 2\nline 3\nline 4\nline 5\nend")
            await #expect(throws: Status.self) { try await Self.log(harness, uid, "main", previous: true) }
        }
    }

    @Test func podsWaitForRoomAndSayWhy() async throws {
        let harness = try NodeHarness()
        defer { harness.removeState() }
        try await harness.run(harness.configuration { $0.maxPods = 1 }) {
            harness.cluster.createPod("first", spec: shell("sleep 0.5"))
            _ = try await harness.status("first", phase: "Running")
            harness.cluster.createPod("second", spec: shell("true"))
            harness.cluster.createPod("third", spec: shell("true", extra: ["resources": ["requests": ["cpu": "999"]]]))
            let cluster = harness.cluster
            let message = try await NodeHarness.eventually("Unschedulable") {
                cluster.pod("third")?[path: ["status", "conditions"]]?[0]?["message"]?.stringValue
            }
            #expect(message.hasPrefix("0/1 nodes are available: 1 Insufficient cpu"))
            _ = try await harness.status("second", phase: "Succeeded")
            #expect(cluster.history("second").first?["conditions"]?[0]?["reason"] == "Unschedulable")
            _ = try await NodeHarness.eventually("the event") {
                cluster.events.first { $0["reason"] == "FailedScheduling" }
            }
        }
    }

    /// The scheduler waits for a claim, and the kubelet does for pods that no scheduler sees.
    @Test func podsWaitForTheirClaims() async throws {
        let harness = try NodeHarness()
        defer { harness.removeState() }
        var spec = shell("true", extra: ["volumeMounts": [["name": "sets", "mountPath": "/sets"]]])
        spec["volumes"] = [["name": "sets", "persistentVolumeClaim": ["claimName": "sets"]]]
        let wanting = spec
        try await harness.run(harness.configuration()) {
            let cluster = harness.cluster
            cluster.createPod("scheduled", spec: wanting)
            cluster.createPod("bound", spec: wanting, node: "local")
            let message = try await NodeHarness.eventually("Unschedulable") {
                cluster.pod("scheduled")?[path: ["status", "conditions"]]?[0]?["message"]?.stringValue
            }
            #expect(
                message.hasPrefix("0/1 nodes are available: persistentvolumeclaim \"sets\" not found. preemption: "))
            for reason in ["FailedScheduling", "FailedMount"] {
                _ = try await NodeHarness.eventually(reason) {
                    cluster.events.first { $0["reason"] == .string(reason) }
                }
            }
            #expect(cluster.pod("bound")?[path: ["status", "phase"]] == "Pending")
            cluster.put(
                "/api/v1/namespaces/default/persistentvolumeclaims/sets",
                ["metadata": ["name": "sets", "namespace": "default"]])
            for name in ["scheduled", "bound"] { _ = try await harness.status(name, phase: "Succeeded") }
        }
    }

    /// On a cluster a claim that is deleted stays until the last pod that uses it has ended.
    @Test func aPodThatHasItsClaimKeepsIt() async throws {
        let harness = try NodeHarness()
        defer { harness.removeState() }
        let go = harness.state + ".go"
        defer { try? FileManager.default.removeItem(atPath: go) }
        let claim = "/api/v1/namespaces/default/persistentvolumeclaims/sets"
        let mounts: JSONValue = [
            ["name": "sets", "mountPath": "/sets"], ["name": "host", "mountPath": "/host"],
        ]
        var spec = shell("true", extra: ["volumeMounts": mounts])
        let first = shell(
            "while [ ! -e /host/\((go as NSString).lastPathComponent) ]; do sleep 0.05; done",
            extra: ["name": "first", "volumeMounts": mounts])
        spec["initContainers"] = first["containers"]
        spec["volumes"] = [
            ["name": "sets", "persistentVolumeClaim": ["claimName": "sets"]],
            ["name": "host", "hostPath": ["path": .string(NSTemporaryDirectory())]],
        ]
        let using = spec
        try await harness.run(harness.configuration()) {
            let cluster = harness.cluster
            cluster.put(claim, ["metadata": ["name": "sets", "namespace": "default"]])
            cluster.createPod("uses", spec: using)
            _ = try await NodeHarness.eventually("its first container") {
                cluster.pod("uses")?[path: ["status", "initContainerStatuses"]]?[0]?[path: ["state", "running"]]
            }
            cluster.drop(claim)
            _ = FileManager.default.createFile(atPath: go, contents: nil)
            _ = try await harness.status("uses", phase: "Succeeded")
        }
    }

    @Test func anUnknownImageWaitsOrRunsWithAnEvent() async throws {
        let harness = try NodeHarness()
        defer { harness.removeState() }
        var spec = shell("true")
        spec["containers"] = [["name": "main", "image": "acme/tool:1", "command": ["no-such-program-here"]]]
        let refused = spec
        try await harness.run(harness.configuration()) {
            harness.cluster.createPod("nothing", spec: refused)
            harness.cluster.createPod(
                "host", spec: shell("true", extra: ["image": "acme/tool:1"]))
            _ = try await harness.status("host", phase: "Succeeded")
            let cluster = harness.cluster
            let waiting = try await NodeHarness.eventually("the reason") {
                cluster.pod("nothing")?[path: ["status", "containerStatuses"]]?[0]?[path: ["state", "waiting"]]
            }
            #expect(waiting["reason"] == "ImageNotInCatalogue")
            #expect(waiting["message"]?.stringValue?.contains("no program \"no-such-program-here\"") == true)
            _ = try await NodeHarness.eventually("the event") {
                cluster.events.first { $0["reason"] == "ImageNotInCatalogue" }
            }
        }
    }

    @Test func outagesOfTheAPILoseNothing() async throws {
        let harness = try NodeHarness()
        defer { harness.removeState() }
        try await harness.run(harness.configuration()) {
            harness.cluster.createPod("through", spec: shell("sleep 0.3; exit 9"))
            _ = try await harness.status("through", phase: "Running")
            harness.cluster.refuse(3)
            let status = try await harness.status("through", phase: "Failed")
            #expect(status.containerStatuses?.first?.state?.terminated?.exitCode == 9)
        }
    }

    @Test func manyPodsAtOnceLeakNothing() async throws {
        let harness = try NodeHarness()
        defer { harness.removeState() }
        try await harness.run(harness.configuration()) {
            harness.cluster.createPod("warm", spec: shell("true"))
            _ = try await harness.status("warm", phase: "Succeeded")
            let before = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count
            for number in 0..<20 { harness.cluster.createPod("p\(number)", spec: shell("exit \(number)")) }
            for number in 0..<20 {
                let status = try await harness.status(
                    "p\(number)", phase: number == 0 ? "Succeeded" : "Failed", seconds: 60)
                #expect(status.containerStatuses?.first?.state?.terminated?.exitCode == number)
            }
            _ = try await NodeHarness.eventually("no more open files than before") {
                let now = try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count
                return now.map { $0 <= before + 4 } == true ? true : nil
            }
        }
    }

    @Test(arguments: [true, false])
    func aShimThatIsKilledLeavesNothing(usesSandbox: Bool) async throws {
        let harness = try NodeHarness()
        defer { harness.removeState() }
        let mark = "7\(Int.random(in: 100_000...999_999))"
        try await harness.run(harness.configuration { $0.usesSandbox = usesSandbox }) {
            harness.cluster.createPod("shot", uid: "shot", spec: shell("setsid sleep \(mark) & sleep \(mark)"))
            _ = try await NodeHarness.eventually("two sleepers") { Self.sleepers(mark) == 2 ? true : nil }
            let directory = NodePaths(state: harness.state).run("shot", "main", 0).path
            let shims = ChildProcess.processes(withCookie: "FAIRLEAD_TEST_SHIM=\(directory)")
            #expect(shims.count == 1)
            for shim in shims { kill(shim, SIGKILL) }
            let status = try await harness.status("shot", phase: "Failed")
            #expect(status.containerStatuses?.first?.state?.terminated?.reason == "ContainerStatusUnknown")
            _ = try await NodeHarness.eventually("no sleeper left") { Self.sleepers(mark) == 0 ? true : nil }
        }
    }

    @Test func anOrderlyStopDoesNotWaitForLongGraces() async throws {
        let harness = try NodeHarness()
        defer { harness.removeState() }
        let begin = ContinuousClock.now
        try await harness.run(harness.configuration { $0.shutdownGraceSeconds = 1 }) {
            for name in ["deleted", "vanished"] {
                let spec = shell("trap '' TERM; echo ready; while :; do sleep 0.1; done")
                harness.cluster.createPod(name, uid: name, spec: spec)
                let log = NodePaths(state: harness.state).run(name, "main", 0).log
                _ = try await NodeHarness.eventually("\(name) is ready") {
                    FileManager.default.contents(atPath: log).flatMap { $0.isEmpty ? nil : true }
                }
            }
            harness.cluster.deletePod("deleted", graceSeconds: 600)
            harness.cluster.dropPod("vanished")
        }
        #expect(ContinuousClock.now - begin < .seconds(25), "a pod's own grace is 30 s, the deletion's 600 s")
    }

    /// How many processes sleep for just that long.
    static func sleepers(_ mark: String) -> Int {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return names.compactMap { Int32($0) }.filter { pid in
            let line = FileManager.default.contents(atPath: "/proc/\(pid)/cmdline") ?? Data()
            return line == Data("sleep\0\(mark)\0".utf8)
        }.count
    }
}
