import Foundation
import KubernetesCore
import Testing

@testable import LocalNode

extension LocalNodeTests {
    /// Sidecars as real processes on a fake cluster.
    @Suite(.serialized)
    struct SidecarTests {
        /// A pod whose sidecar, in Fairlead's own image, reports what the main container wrote.
        private static func spec(main: String, sidecar: String) -> JSONValue {
            let mounts: JSONValue = [["name": "outputs", "mountPath": "/fairlead/outputs"]]
            let env: JSONValue = [["name": "OUTPUTS", "value": "/fairlead/outputs"]]
            return [
                "restartPolicy": "Never", "volumes": [["name": "outputs", "emptyDir": [:]]],
                "terminationGracePeriodSeconds": 20,
                "initContainers": [
                    [
                        "name": "store", "image": "fairlead", "restartPolicy": "Always",
                        "args": ["-c", .string(sidecar)], "volumeMounts": mounts, "env": env,
                    ],
                    [
                        "name": "prepare", "image": "busybox", "command": ["sh", "-c", "echo prepared > $OUTPUTS/log"],
                        "volumeMounts": mounts, "env": env,
                    ],
                ],
                "containers": [
                    [
                        "name": "main", "image": "busybox", "command": ["sh", "-c", .string(main)],
                        "volumeMounts": mounts, "env": env,
                    ]
                ],
            ]
        }

        /// Reports on SIGTERM, slowly enough to be seen at it.
        private static let reporter = """
            trap 'sleep 0.3; cat $OUTPUTS/* > $FAIRLEAD_TERMINATION_LOG; exit 0' TERM
            while :; do sleep 0.05; done
            """

        @Test(arguments: [true, false])
        func reportsWhatMainWrote(usesSandbox: Bool) async throws {
            let harness = try NodeHarness()
            defer { harness.removeState() }
            let configuration = harness.configuration {
                $0.usesSandbox = usesSandbox
                $0.program = "/bin/sh"
            }
            try await harness.run(configuration) {
                // Main ends before the sidecar's program can have set its trap: the signal must not come before that.
                harness.cluster.createPod(
                    "pod", spec: Self.spec(main: "echo model > $OUTPUTS/model", sidecar: Self.reporter))
                let status = try await harness.status("pod", phase: "Succeeded")
                let store = try #require(status.initContainerStatuses?.first)
                #expect(store.name == "store")
                #expect(store.restartCount == 0)
                #expect(store.state?.terminated?.exitCode == 0)
                #expect(store.state?.terminated?.message == "prepared\nmodel\n")
                let working = harness.cluster.history("pod").filter { status in
                    status["containerStatuses"]?[0]?[path: ["state", "terminated"]] != nil
                        && status["initContainerStatuses"]?[0]?[path: ["state", "running"]] != nil
                }
                #expect(!working.isEmpty && working.allSatisfy { $0["phase"] == "Running" })
                #expect(working.allSatisfy { $0["initContainerStatuses"]?[0]?["started"] == true })
            }
        }

        @Test func isStartedAgainAndCountsItsRuns() async throws {
            let harness = try NodeHarness()
            defer { harness.removeState() }
            try await harness.run(harness.configuration { $0.program = "/bin/sh" }) {
                let sidecar = "if mkdir $OUTPUTS/once; then exit 3; fi\n\(Self.reporter)"
                harness.cluster.createPod(
                    "pod", spec: Self.spec(main: "while [ ! -d $OUTPUTS/once ]; do sleep 0.05; done", sidecar: sidecar))
                let status = try await harness.status("pod", phase: "Succeeded")
                let store = try #require(status.initContainerStatuses?.first)
                #expect(store.restartCount == 1)
                #expect(store.lastState?.terminated?.exitCode == 3)
            }
        }

        @Test func isAdoptedAfterACrashOfTheNode() async throws {
            let harness = try NodeHarness()
            defer { harness.removeState() }
            let (configuration, uid) = (harness.configuration { $0.program = "/bin/sh" }, UUID().uuidString)
            let go = NodePaths(state: harness.state).volume(uid, "outputs") + "/go"
            try await harness.run(configuration, crashes: true) {
                harness.cluster.createPod(
                    "pod", uid: uid,
                    spec: Self.spec(
                        main: "while [ ! -e $OUTPUTS/go ]; do sleep 0.05; done; echo model > $OUTPUTS/model",
                        sidecar: Self.reporter))
                _ = try await harness.status("pod", phase: "Running")
            }
            _ = FileManager.default.createFile(atPath: go, contents: nil)
            _ = try await NodeHarness.eventually("main's exit on disk") {
                ShimHandle.exit(of: NodePaths(state: harness.state).run(uid, "main", 0))
            }
            #expect(ShimHandle.exit(of: NodePaths(state: harness.state).run(uid, "store", 0)) == nil)
            try await harness.run(configuration) {
                let status = try await harness.status("pod", phase: "Succeeded")
                #expect(status.initContainerStatuses?.first?.state?.terminated?.message == "prepared\nmodel\n")
            }
        }

        @Test func aDeletionEndsMainFirst() async throws {
            let harness = try NodeHarness()
            defer { harness.removeState() }
            try await harness.run(harness.configuration { $0.program = "/bin/sh" }) {
                let main = "trap 'sleep 0.3; echo last > $OUTPUTS/model; exit 1' TERM; while :; do sleep 0.05; done"
                harness.cluster.createPod("pod", uid: "pod", spec: Self.spec(main: main, sidecar: Self.reporter))
                _ = try await harness.status("pod", phase: "Running")
                let cluster = harness.cluster
                cluster.deletePod("pod", graceSeconds: 20)
                _ = try await NodeHarness.eventually("the pod gone") { cluster.hasPod("pod") ? nil : true }
                let last = cluster.history("pod").last
                #expect(last?["phase"] == "Failed")
                let store = last?["initContainerStatuses"]?[0]?[path: ["state", "terminated"]]
                #expect(store?["message"]?.stringValue?.hasPrefix("prepared\n") == true)
            }
        }
    }
}
