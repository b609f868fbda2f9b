import FairleadAPI
import Foundation
import KubernetesCore
import KubernetesTesting
import Testing

/// manifests/examples/nightly-retraining.yaml, over one night.
@Suite(.serialized) struct NightlyRetrainingExample {
    private static let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("manifests/examples/nightly-retraining.yaml")

    @Test func aNightTrainsOnNinetyDaysAndReports() async throws {
        let cluster = try await TestCluster { pod in
            pod.metadata.labels[FairleadLabel.task] == "train"
                ? SimulatedKubelet.Ending(message: "days=90\n") : SimulatedKubelet.Ending()
        }
        try await cluster.run {
            try await cluster.create(try String(contentsOf: Self.file, encoding: .utf8))
            try await cluster.withController {
                try await cluster.next(of: "nightly-retraining", "2026-01-01T02:00:00Z")
                try cluster.jump(to: "2026-01-01T02:00:00Z")
                try await cluster.started("nightly-retraining", 1)
                try await cluster.started("after-retraining", 1)
                try await cluster.eventually("the report is written") {
                    try await cluster.status("after-retraining").lastSuccessfulTime != nil
                }
            }
            let night = try #require(try await cluster.runs(of: "nightly-retraining").first)
            #expect(night.spec.value?.params == ["from": "2025-10-03", "to": "2026-01-01"])
            #expect(night.status.results == ["days": 90])
            let report = try #require(try await cluster.runs(of: "after-retraining").first)
            #expect(report.spec.value?.params == ["days": 90, "run": .string(night.metadata.name)])
        }
    }
}
