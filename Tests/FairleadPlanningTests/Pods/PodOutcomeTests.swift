import FairleadAPI
import Foundation
import KubernetesCore
import Testing

@testable import FairleadPlanning

/// How pods with containers of ours end, as a kubelet tells it.
@Suite struct PodOutcomeTests {
    private static let digest = "sha256:\(String(repeating: "0", count: 64))"

    /// A pod whose containers have ended with a code and a message each.
    private static func pod(
        _ phase: String, main: (Int, String)? = (0, ""), fetch: (Int, String)? = nil, packages: (Int, String)? = nil,
        store: (Int, String)? = nil
    ) -> PodView {
        func status(_ name: String, _ end: (Int, String)?) -> ContainerStatus? {
            guard let end else { return nil }
            return ContainerStatus(
                name: name,
                state: ContainerState(
                    terminated: ContainerState.Terminated(
                        exitCode: end.0, message: end.1, startedAt: Time(Date(timeIntervalSince1970: 1)),
                        finishedAt: Time(Date(timeIntervalSince1970: name == "store" ? 20 : 10)))))
        }
        let waiting = ContainerStatus(
            name: "main", state: ContainerState(waiting: ContainerState.Waiting(reason: "PodInitializing")))
        let inits = [status("fetch", fetch), status("packages", packages), status("store", store)].compactMap(\.self)
        let annotations = [
            PodNaming.artifactsAnnotation: "s3://runs/x", PodNaming.codeAnnotation: "https://g/x#main",
        ]
        return PodView(
            metadata: ObjectMeta(name: "p", uid: "u", annotations: annotations),
            status: PodView.Status(
                phase: phase, initContainerStatuses: inits, containerStatuses: [status("main", main) ?? waiting]))
    }

    private static func line(_ name: String, _ rest: String) -> String { "{\"artifact\":\"\(name)\",\(rest)}\n" }

    private static let stored = line("model", "\"size\":3,\"digest\":\"\(digest)\"")

    /// A kind of end: `ok`, `user` (its own budget pays), `platform` (that of the platform), with reason and words.
    struct Case: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var pod: PodView
        var payer: String
        var reason: Reason?
        var words: String

        init(_ name: String, _ pod: PodView, _ payer: String, _ reason: Reason? = nil, _ words: String = "") {
            testDescription = name
            self.pod = pod
            self.payer = payer
            self.reason = reason
            self.words = words
        }
    }

    static let cases: [Case] = [
        Case("stored", pod("Succeeded", store: (0, stored)), "ok"),
        Case("a sidecar's exit code counts for nothing", pod("Succeeded", store: (137, stored)), "ok"),
        Case("no sidecar, as where the store is mounted and no image known", pod("Succeeded"), "ok"),
        Case(
            "the upload was cut off", pod("Succeeded", store: (137, "")), "platform", .artifactStoreFailed,
            "\"model\" of pod p was not stored: its container store ended with exit code 137"),
        Case(
            "the upload failed",
            pod(
                "Succeeded",
                store: (1, line("model", "\"error\":\"bucket is full\",\"reason\":\"ArtifactStoreFailed\""))),
            "platform", .artifactStoreFailed, "bucket is full"),
        Case(
            "nothing was written",
            pod(
                "Succeeded", store: (1, line("model", "\"error\":\"there is no file\",\"reason\":\"ArtifactMissing\""))),
            "user", .resultMissing, "there is no file"),
        Case(
            "the line of another artifact", pod("Succeeded", store: (0, line("other", "\"digest\":\"\(digest)\""))),
            "platform", .artifactStoreFailed),
        Case(
            "the program failed, and so did the sidecar", pod("Failed", main: (3, "boom"), store: (1, "")), "user",
            .exitCode, "pod p ended with exit code 3: boom"),
        Case(
            "an input is not there",
            pod("Failed", main: nil, fetch: (66, "{\"error\":\"input pile: no such object\",\"reason\":\"NotFound\"}")),
            "user", .artifactStoreFailed, "fetch of pod p: input pile: no such object"),
        Case(
            "the store can't be reached",
            pod("Failed", main: nil, fetch: (75, "{\"error\":\"timed out\",\"reason\":\"StoreFailed\"}")), "platform",
            .artifactStoreFailed, "timed out"),
        Case("fetch was killed", pod("Failed", main: nil, fetch: (137, "")), "platform", .artifactStoreFailed),
        Case(
            "packages", pod("Failed", main: nil, fetch: (0, ""), packages: (1, "no such package")), "user",
            .packagesFailed, "no such package"),
    ]

    @Test(arguments: cases)
    func ends(_ example: Case) {
        let outcome = PodOutcome.judge(example.pod, results: [], artifacts: ["model"])
        switch outcome {
        case .succeeded: #expect(example.payer == "ok")
        case .failed(let reason, let message, _):
            #expect(example.payer == "user", "\(outcome)")
            #expect(reason == example.reason)
            #expect(example.words.isEmpty || message.contains(example.words), "\(message)")
        case .disrupted(let reason, let message):
            #expect(example.payer == "platform", "\(outcome)")
            #expect(reason == example.reason)
            #expect(example.words.isEmpty || message.contains(example.words), "\(message)")
        case .pending, .running: Issue.record("\(outcome)")
        }
    }

    @Test func referencesAndCommit() {
        let pod = Self.pod(
            "Succeeded", fetch: (0, "{\"code\":\"https://g/x\",\"commit\":\"abc\"}\n"), store: (0, Self.stored))
        #expect(
            PodArtifacts.references(pod, declared: ["model"]) == [
                "model": ArtifactReference(uri: "s3://runs/x/model", digest: Self.digest, size: 3)
            ])
        #expect(PodCode.resolved(pod) == ResolvedCode(key: "https://g/x#main", commit: "abc"))
        #expect(pod.endedAt == Time(Date(timeIntervalSince1970: 20)))
    }

    /// 4095 bytes with up to three containers in the pod, 3071 with four: the message that reaches the limit is cut.
    @Test(arguments: [(nil, 4096), ((0, "") as (Int, String)?, 3072)])
    func resultsHaveTheRoomOfAFewContainers(_ packages: (Int, String)?, _ cut: Int) {
        func outcome(_ bytes: Int) -> PodOutcome {
            let message = "r=" + String(repeating: "x", count: bytes - 2)
            return PodOutcome.judge(
                Self.pod("Succeeded", main: (0, message), fetch: (0, ""), packages: packages, store: (0, Self.stored)),
                results: [ResultSpec(name: "r")], artifacts: ["model"])
        }
        #expect(outcome(cut - 1).isSuccess)
        guard case .failed(.resultTooLarge, _, _) = outcome(cut) else {
            Issue.record("\(outcome(cut))")
            return
        }
    }
}
