import Foundation
import KubernetesClient
import KubernetesCore
import Testing

@testable import LocalNode

/// Real processes and their probes, on a fake cluster.
@Suite(.serialized)
struct ProbeTests {
    @Test func aProbeDecidesWhenItsRowIsLongEnough() {
        var count = ProbeCount(successes: 2, failures: 3)
        let outcomes = [true, true, false, true, false, false, false, false, true, true]
        #expect(
            outcomes.map { count.take($0) } == [nil, true, nil, nil, nil, nil, false, false, nil, true])
    }

    /// Waits until the pod's `Ready` condition and its container's two words say so.
    private func ready(_ harness: NodeHarness, _ name: String, _ isReady: Bool, started: Bool = true) async throws {
        let cluster = harness.cluster
        _ = try await NodeHarness.eventually("\(name) ready: \(isReady)") {
            let status = cluster.pod(name)?["status"]
            let condition = status?["conditions"]?.arrayValue?.first { $0["type"] == "Ready" }?["status"]
            let container = status?["containerStatuses"]?[0]
            return condition == (isReady ? "True" : "False") && container?["ready"] == .bool(isReady)
                && container?["started"] == .bool(started) ? true : nil
        }
    }

    @Test(arguments: [true, false])
    func readinessFollowsACommand(usesSandbox: Bool) async throws {
        let harness = try NodeHarness()
        defer { harness.removeState() }
        try await harness.run(harness.configuration { $0.usesSandbox = usesSandbox }) {
            // The command has the container's variables and, in a sandbox, its files: /tmp is the container's own.
            let place = usesSandbox ? "/tmp" : harness.state
            let probe: JSONValue = [
                "exec": ["command": ["sh", "-c", "test -f \"$PLACE/ready\""]], "periodSeconds": 1,
                "failureThreshold": 1,
            ]
            let script = """
                touch "$PLACE/ready"; until [ -f "$PLACE/off" ]; do sleep 0.1; done; rm "$PLACE/ready"; sleep 1000
                """
            harness.cluster.createPod(
                "asked", uid: "asked",
                spec: shell(
                    script,
                    extra: ["readinessProbe": probe, "env": [["name": "PLACE", "value": .string(place)]]]))
            try await ready(harness, "asked", true)
            let own = usesSandbox ? NodePaths(state: harness.state).container("asked", "main") + "/tmp" : place
            _ = FileManager.default.createFile(atPath: own + "/off", contents: nil)
            try await ready(harness, "asked", false)
            let cluster = harness.cluster
            _ = try await NodeHarness.eventually("the event") {
                cluster.events.first {
                    $0["reason"] == "Unhealthy" && $0["note"]?.stringValue?.hasPrefix("Readiness probe failed") == true
                }
            }
            #expect(cluster.pod("asked")?[path: ["status", "containerStatuses"]]?[0]?["restartCount"] == 0)
        }
    }

    @Test func socketsAndRequestsAreAskedAtThePodsAddress() async throws {
        let harness = try NodeHarness()
        defer { harness.removeState() }
        let address: JSONValue = [["name": "IP", "valueFrom": ["fieldRef": ["fieldPath": "status.podIP"]]]]
        let server = """
            import http.server, os, sys
            class Handler(http.server.BaseHTTPRequestHandler):
                def do_GET(self):
                    ok = self.path == "/there" or self.headers.get("X-Probe") == "1"
                    self.send_response(200 if ok else 302 if self.path == "/here" else 503)
                    self.send_header("Location", "/there")
                    self.end_headers()
            http.server.HTTPServer((os.environ["IP"], 8081), Handler).serve_forever()
            """
        let probes: [String: (JSONValue, Bool)] = [
            "socket": (["tcpSocket": ["port": "web"]], true), "closed": (["tcpSocket": ["port": 8082]], false),
            "follows": (["httpGet": ["port": 8081, "path": "/here"]], true),
            "headers": (["httpGet": ["port": "web", "httpHeaders": [["name": "X-Probe", "value": "1"]]]], true),
            "refuses": (["httpGet": ["port": 8081, "path": "/"]], false),
        ]
        try await harness.run(harness.configuration()) {
            for (name, (question, _)) in probes {
                var probe = question
                probe["periodSeconds"] = 1
                harness.cluster.createPod(
                    name,
                    spec: shell(
                        "",
                        extra: [
                            "command": ["python3", "-c", .string(server)], "env": address, "readinessProbe": probe,
                            "ports": [["name": "web", "containerPort": 8081]],
                        ]))
            }
            let cluster = harness.cluster
            for (name, (_, isReady)) in probes {
                if isReady {
                    try await ready(harness, name, true)
                } else {
                    let uid = cluster.pod(name)?[path: ["metadata", "uid"]]
                    _ = try await NodeHarness.eventually("\(name) was asked") {
                        cluster.events.first { $0["reason"] == "Unhealthy" && $0["regarding"]?["uid"] == uid }
                    }
                    try await ready(harness, name, false)
                }
            }
        }
    }

    @Test func aContainerThatIsNotAliveIsStartedAgain() async throws {
        let harness = try NodeHarness()
        defer { harness.removeState() }
        try await harness.run(harness.configuration()) {
            let extra: JSONValue = [
                "livenessProbe": [
                    // The shell needs a moment for its trap.
                    "exec": ["command": ["false"]], "initialDelaySeconds": 3, "periodSeconds": 1,
                    "failureThreshold": 2, "terminationGracePeriodSeconds": 1,
                ]
            ]
            harness.cluster.createPod("again", spec: shell("sleep 1000", restart: "OnFailure", extra: extra))
            harness.cluster.createPod("once", spec: shell("trap 'exit 9' TERM; sleep 1000 & wait", extra: extra))
            let cluster = harness.cluster
            _ = try await NodeHarness.eventually("a restart") {
                cluster.pod("again")?[path: ["status", "containerStatuses"]]?[0]?["restartCount"] == 1 ? true : nil
            }
            let status = try await harness.status("once", phase: "Failed")
            #expect(status.containerStatuses?.first?.state?.terminated?.exitCode == 9)
            let notes = cluster.events.filter { $0["reason"] == "Killing" }.map { $0["note"] }
            #expect(notes.contains("Container main failed liveness probe, will be restarted"))
        }
    }

    @Test func nothingElseIsAskedBeforeTheStart() async throws {
        let harness = try NodeHarness()
        defer { harness.removeState() }
        let place = harness.state
        try await harness.run(harness.configuration { $0.usesSandbox = false }) {
            var spec = shell(
                "sleep 1000",
                extra: [
                    "startupProbe": [
                        "exec": ["command": ["test", "-f", .string(place + "/main")]], "periodSeconds": 1,
                        "failureThreshold": 1000,
                    ],
                    "livenessProbe": [
                        "exec": ["command": ["test", "-f", .string(place + "/main")]], "periodSeconds": 1,
                        "failureThreshold": 1,
                    ],
                ])
            spec["initContainers"] = [
                [
                    "name": "side", "image": "busybox", "restartPolicy": "Always", "command": ["sleep", "1000"],
                    "startupProbe": [
                        "exec": ["command": ["test", "-f", .string(place + "/side")]], "periodSeconds": 1,
                        "failureThreshold": 1000,
                    ],
                ]
            ]
            let cluster = harness.cluster
            cluster.createPod("slow", spec: spec)
            func unhealthy(_ container: String) -> Bool {
                cluster.events.contains {
                    $0["reason"] == "Unhealthy"
                        && $0["regarding"]?["fieldPath"]?.stringValue?.contains(container) == true
                }
            }
            _ = try await NodeHarness.eventually("the sidecar was asked") { unhealthy("{side}") ? true : nil }
            #expect(cluster.pod("slow")?[path: ["status", "containerStatuses"]]?[0]?["state"]?["waiting"] != nil)
            _ = FileManager.default.createFile(atPath: place + "/side", contents: nil)
            _ = try await NodeHarness.eventually("the program was asked") { unhealthy("{main}") ? true : nil }
            try await ready(harness, "slow", false, started: false)
            _ = FileManager.default.createFile(atPath: place + "/main", contents: nil)
            try await ready(harness, "slow", true)
            #expect(cluster.pod("slow")?[path: ["status", "containerStatuses"]]?[0]?["restartCount"] == 0)
        }
    }
}
