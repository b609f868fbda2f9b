import Foundation
import KubernetesCore
import Testing

@testable import LocalNode

/// What only bubblewrap can do; skipped, saying so, where it is missing or does not work.
@Suite(.serialized, .enabled(if: LocalNodeTests.host.bubblewrap != nil, "bubblewrap is missing or does not work here"))
struct SandboxTests {
    @Test func volumesAppearAtTheirPlaces() async throws {
        let harness = try NodeHarness()
        defer { harness.removeState() }
        let cluster = harness.cluster
        cluster.put(
            "/api/v1/namespaces/default/configmaps/c", ["data": ["a.txt": "alpha", "b.txt": "beta"]])
        cluster.put("/api/v1/namespaces/default/secrets/s", ["data": ["token": "aHVzaA=="]])
        cluster.put(
            "/api/v1/namespaces/default/persistentvolumeclaims/data",
            ["metadata": ["name": "data", "namespace": "default"]])
        let script = """
            set -e
            cat /etc/app.yaml /opt/absent/deep/b.txt /secret/token /claim/seen 2>/dev/null || true; echo
            cat /etc/app.yaml; echo; cat /fairlead/deep/er/b.txt; echo; cat /secret/token; echo; stat -c %a /secret/token
            cat /info/labels; echo; ls /etc/passwd; hostname; cat /etc/hosts | grep -c "$IP"
            echo kept >> /claim/seen; wc -l < /claim/seen; pwd; echo $HOME; touch $HOME/x /new-at-root
            if touch /usr/nothing 2>/dev/null; then echo writable; fi
            if echo x 2>/dev/null > /secret/token; then echo writable; fi
            ls \(harness.state)/pods 2>/dev/null || echo hidden; echo $$$$
            """
        var spec = shell(
            script,
            extra: [
                "workingDir": "/work/here",
                "env": [["name": "IP", "valueFrom": ["fieldRef": ["fieldPath": "status.podIP"]]]],
                "volumeMounts": [
                    ["name": "c", "mountPath": "/etc/app.yaml", "subPath": "a.txt"],
                    ["name": "items", "mountPath": "/fairlead/deep"], ["name": "s", "mountPath": "/secret"],
                    ["name": "info", "mountPath": "/info"], ["name": "claim", "mountPath": "/claim"],
                ],
            ])
        spec["volumes"] = [
            ["name": "c", "configMap": ["name": "c"]],
            ["name": "items", "configMap": ["name": "c", "items": [["key": "b.txt", "path": "er/b.txt"]]]],
            ["name": "s", "secret": ["secretName": "s", "defaultMode": 256]],
            [
                "name": "info",
                "downwardAPI": ["items": [["path": "labels", "fieldRef": ["fieldPath": "metadata.labels"]]]],
            ],
            ["name": "claim", "persistentVolumeClaim": ["claimName": "data"]],
        ]
        let whole = spec
        try await harness.run(harness.configuration()) {
            for (name, lines) in [("first", "1"), ("second", "2")] {
                let uid = UUID().uuidString
                cluster.createPod(name, uid: uid, spec: whole)
                let status = try await harness.status(name, phase: "Succeeded")
                #expect(status.containerStatuses?.first?.state?.terminated?.exitCode == 0)
                let text = try await LocalNodeTests.log(harness, uid, "main")
                let expected = [
                    "alpha", "beta", "hush", "400", "app=\"test\"", "/etc/passwd", name, "1", lines, "/work/here",
                    "/fairlead/home", "hidden", "2",
                ]
                let tail = text.split(separator: "\n").map(String.init).suffix(expected.count)
                #expect(Array(tail) == expected, "\(text)")
            }
        }
    }

    @Test func aMissingConfigMapWaits() async throws {
        let harness = try NodeHarness()
        defer { harness.removeState() }
        let cluster = harness.cluster
        try await harness.run(harness.configuration()) {
            cluster.createPod(
                "waits",
                spec: shell("echo $A", extra: ["envFrom": [["configMapRef": ["name": "later"]]]]))
            let waiting = try await NodeHarness.eventually("the reason") {
                cluster.pod("waits")?[path: ["status", "containerStatuses"]]?[0]?[path: ["state", "waiting"]]
            }
            #expect(waiting["reason"] == "CreateContainerConfigError")
            #expect(waiting["message"] == "configmap \"later\" not found")
            cluster.put("/api/v1/namespaces/default/configmaps/later", ["data": ["A": "1"]])
            _ = try await harness.status("waits", phase: "Succeeded")
        }
    }

    @Test func aProgramThatIsNotThereIsAStartError() async throws {
        let harness = try NodeHarness()
        defer { harness.removeState() }
        try await harness.run(harness.configuration()) {
            harness.cluster.createPod("absent", spec: shell("", extra: ["command": ["/no/such/program"]]))
            let status = try await harness.status("absent", phase: "Failed")
            let ended = status.containerStatuses?.first?.state?.terminated
            #expect(ended?.exitCode == 128)
            #expect(ended?.reason == "StartError")
            #expect(ended?.message?.contains("/no/such/program") == true)
        }
    }

    @Test func signalsAreTold() async throws {
        let harness = try NodeHarness()
        defer { harness.removeState() }
        try await harness.run(harness.configuration()) {
            harness.cluster.createPod("killed", spec: shell("kill -9 $$$$"))
            let status = try await harness.status("killed", phase: "Failed")
            #expect(status.containerStatuses?.first?.state?.terminated?.exitCode == 137)
            harness.cluster.createPod(
                "busy", spec: shell("echo 'OSError: [Errno 98] Address already in use' >&2; exit 1"))
            let busy = try await harness.status("busy", phase: "Failed")
            #expect(busy.containerStatuses?.first?.state?.terminated?.reason == "PortInUse")
        }
    }
}
