import Foundation
import KubernetesClient
import KubernetesCore
import Testing

@testable import LocalNode

/// What pods that work together need of a node.
@Suite(
    .serialized,
    .enabled(if: LocalNodeTests.host.bubblewrap != nil, "needs bubblewrap: without it pods have the host's names"))
struct GangTests {
    private static let service: JSONValue = [
        "clusterIP": "None", "selector": ["app": "test"], "publishNotReadyAddresses": true,
    ]

    private func member(_ index: Int, _ script: String, extra: JSONValue = [:]) -> JSONValue {
        var more = extra
        more["env"] = [["name": "IP", "valueFrom": ["fieldRef": ["fieldPath": "status.podIP"]]]]
        var spec = shell(script, extra: more)
        spec["hostname"] = .string("w-\(index)")
        spec["subdomain"] = "job"
        spec["terminationGracePeriodSeconds"] = 0
        return spec
    }

    @Test func latecomersAndSuccessorsAreFound() async throws {
        let harness = try NodeHarness()
        defer { harness.removeState() }
        let cluster = harness.cluster
        try await harness.run(harness.configuration()) {
            cluster.putService("job", spec: Self.service)
            // It looks again and again at the names of one that comes later, and says which addresses it found.
            let script = """
                last=
                while :; do
                  for name in w-1.job w-1.job.default.svc w-1.job.default.svc.cluster.local; do
                    found="$(getent hosts $name | cut -d ' ' -f 1)"
                    [ -n "$found" ] || continue 2
                  done
                  [ "$found" = "$last" ] || { last="$found"; echo "found $found"; }
                  sleep 0.05
                done
                """
            cluster.createPod("reader", uid: "reader", spec: member(0, script))
            _ = try await harness.status("reader", phase: "Running")
            // One that is not ready is found too: gangs meet before they are ready.
            let unready: JSONValue = ["readinessProbe": ["exec": ["command": ["false"]], "periodSeconds": 1]]
            for uid in ["first", "second"] {
                cluster.createPod("late", uid: uid, spec: member(1, "sleep 1000", extra: unready))
                _ = try await harness.status("late", phase: "Running")
                let address = try #require(cluster.pod("late")?[path: ["status", "podIP"]]?.stringValue)
                let log = NodePaths(state: harness.state).run("reader", "main", 0).log
                _ = try await NodeHarness.eventually("the \(uid) address") {
                    let text = FileManager.default.contents(atPath: log).map { String(decoding: $0, as: UTF8.self) }
                    return text?.contains("found \(address)") == true ? true : nil
                }
                cluster.deletePod("late", graceSeconds: 0)
                _ = try await NodeHarness.eventually("gone") { cluster.hasPod("late") ? nil : true }
            }
        }
    }

    @Test func eachListensAtItsOwnAddressAndReachesTheOthers() async throws {
        let harness = try NodeHarness()
        defer { harness.removeState() }
        let cluster = harness.cluster
        let program = """
            import os, socket, sys, threading, time
            rank, size = int(sys.argv[1]), 3
            server = socket.create_server((os.environ["IP"], 29500))
            def serve():
                while True:
                    connection, _ = server.accept()
                    connection.sendall(str(rank).encode())
                    connection.close()
            threading.Thread(target=serve, daemon=True).start()
            found = set()
            while len(found) < size:
                for other in range(size):
                    try:
                        with socket.create_connection((f"w-{other}.job", 29500), timeout=1) as peer:
                            assert int(peer.recv(10)) == other
                            found.add(other)
                    except OSError:
                        time.sleep(0.05)
            time.sleep(3)
            """
        try await harness.run(harness.configuration()) {
            cluster.putService("job", spec: Self.service)
            for rank in 0..<3 {
                cluster.createPod(
                    "w-\(rank)",
                    spec: member(rank, "", extra: ["command": ["python3", "-c", .string(program), .string("\(rank)")]]))
            }
            for rank in 0..<3 { _ = try await harness.status("w-\(rank)", phase: "Succeeded") }
        }
    }

    @Test(.enabled(if: LocalNodeTests.host.mapsUsers, "needs user namespaces"))
    func aPodsUserIsTheOneItAsksFor() async throws {
        let harness = try NodeHarness()
        defer { harness.removeState() }
        let cluster = harness.cluster
        try await harness.run(harness.configuration()) {
            cluster.put(
                "/api/v1/namespaces/default/secrets/keys",
                ["data": ["private": "c2VjcmV0", "public": "cHVibGlj"]])
            let script = """
                { id -u; id -g; getent passwd 54321 | cut -d: -f1,6
                  stat -c '%a %u' /keys/id /keys/id.pub; cat /keys/id; touch /scratch/mine; stat -c %u /scratch/mine
                } > /dev/termination-log
                """
            var spec = shell(
                script,
                extra: [
                    "volumeMounts": [
                        ["name": "keys", "mountPath": "/keys"], ["name": "scratch", "mountPath": "/scratch"],
                    ],
                    "readinessProbe": ["exec": ["command": ["true"]]],
                ])
            spec["securityContext"] = ["runAsUser": 54321, "runAsGroup": 54322]
            spec["volumes"] = [
                ["name": "scratch", "emptyDir": [:]],
                [
                    "name": "keys",
                    "secret": [
                        "secretName": "keys", "defaultMode": 0o400,
                        "items": [
                            ["key": "private", "path": "id"], ["key": "public", "path": "id.pub", "mode": 0o644],
                        ],
                    ],
                ],
            ]
            cluster.createPod("user", spec: spec)
            let status = try await harness.status("user", phase: "Succeeded")
            let message = status.containerStatuses?.first?.state?.terminated?.message ?? ""
            #expect(
                message.split(separator: "\n") == [
                    "54321", "54322", "fairlead:/fairlead/home", "400 54321", "644 54321", "secret54321",
                ])
            // A command beside the program is the same user's.
            var asked = shell(
                "sleep 1000",
                extra: [
                    "readinessProbe": [
                        "exec": ["command": ["sh", "-c", "test \"$(id -u)\" = 54321"]], "periodSeconds": 1,
                    ]
                ])
            asked["securityContext"] = ["runAsUser": 54321]
            cluster.createPod("asked", spec: asked)
            _ = try await NodeHarness.eventually("the user's answer") {
                cluster.pod("asked")?[path: ["status", "containerStatuses"]]?[0]?["ready"] == true ? true : nil
            }
        }
    }

    @Test func aProgramKilledFromOutsideIsToldAsItsSignal() async throws {
        let harness = try NodeHarness()
        defer { harness.removeState() }
        let mark = "8\(Int.random(in: 100_000...999_999))"
        try await harness.run(harness.configuration()) {
            harness.cluster.createPod("shot", spec: shell("exec sleep \(mark)"))
            let sleeper = try await NodeHarness.eventually("the sleeper") { Self.process("sleep\0\(mark)\0") }
            kill(sleeper, SIGKILL)
            let status = try await harness.status("shot", phase: "Failed")
            let ended = status.containerStatuses?.first?.state?.terminated
            #expect(ended?.exitCode == 137)
            #expect(ended?.reason == "Error")
        }
    }

    private static func process(_ line: String) -> pid_t? {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return names.compactMap { pid_t($0) }.first {
            FileManager.default.contents(atPath: "/proc/\($0)/cmdline") == Data(line.utf8)
        }
    }
}
