import Foundation
import KubernetesClient
import KubernetesCore
import Synchronization
import Testing

@testable import LocalNode

/// Real processes on a fake cluster.
@Suite(.serialized)
struct LocalNodeTests {
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
        }
    }

    static func log(
        _ harness: NodeHarness, _ uid: String, _ container: String, follow: Bool = false
    ) async throws -> String {
        let text = Mutex<[UInt8]>([])
        try await NodeLogs(stateDirectory: harness.state).read(
            NodeLogs.Request(pod: "pod", uid: uid, container: container, follow: follow)
        ) { bytes in text.withLock { $0 += bytes } }
        return String(decoding: text.withLock { $0 }, as: UTF8.self)
    }
}
