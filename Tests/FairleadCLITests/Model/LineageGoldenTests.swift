import FairleadAPI
import KubernetesCore
import Testing

@testable import FairleadCLI

@Suite("Golden: lineage")
struct LineageGoldenTests {
    private func version(_ number: Int64, _ lineage: ModelLineage, aliases: String? = nil) -> ModelVersion {
        let spec = ModelVersionSpec(
            model: "churn", version: number, uri: "s3://models/churn/\(number)",
            digest: "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", size: 1_258_291,
            format: "sklearn", metrics: ["auc": 0.93, "loss": 0.21], params: ["rows": 5000], lineage: lineage)
        var version = ModelVersion(metadata: ObjectMeta(name: "churn-\(number)", namespace: "default"), spec: spec)
        version.status.phase = .ready
        version.status.aliases = aliases
        return version
    }

    @Test("a version with its parents, one of them gone")
    func treeGolden() throws {
        let lineage = ModelLineage(
            run: "churn-nightly-29384", runUID: "u1", task: "fit", itemIndex: 3,
            pipelineDigest: "sha256:60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752",
            image: "python:3.12-slim", imageID: "docker.io/library/python@sha256:af4e85f1",
            code: LineageCode(
                git: "https://git.acme.dev/churn.git", commit: "4be1c0ffee"),
            packages: ["scikit-learn==1.5.2", "pandas"], seed: 42,
            inputs: [
                LineageInput(name: "dataset", uri: "s3://raw/churn/2026-08", digest: "sha256:60303ae22b998861bce3b28f"),
                LineageInput(name: "hints", uri: "https://acme.dev/hints.csv"),
            ], parents: ["churn:6", "base:1"])
        let tree = LineageTree(
            reference: ModelReference(model: "churn", .version(7)),
            version: version(7, lineage, aliases: "candidate, production"),
            parents: [
                LineageTree(
                    reference: ModelReference(model: "churn", .version(6)),
                    version: version(6, ModelLineage(run: "churn-first", task: "fit")), parents: []),
                LineageTree(reference: ModelReference(model: "base", .version(1)), version: nil, parents: []),
            ])
        try Golden.expect(tree.lines().map { $0.text() }.joined(separator: "\n"), "lineage.txt")
    }
}

@Suite("Deciding about promotions")
struct ModelApprovalTests {
    private let pending = [
        PendingPromotion(from: "candidate", to: "production", version: "8"),
        PendingPromotion(from: "candidate", to: "staging", version: "8"),
    ]

    private func message(_ pending: [PendingPromotion], _ alias: String?) -> String? {
        do throws(CommandError) {
            _ = try ModelApproval.choose(pending, alias, model: "churn")
            return nil
        } catch {
            return error.message
        }
    }

    @Test("the one that waits is meant, or the one that is named")
    func choice() throws {
        #expect(try ModelApproval.choose([pending[0]], nil, model: "churn") == pending[0])
        #expect(try ModelApproval.choose(pending, "staging", model: "churn") == pending[1])
        #expect(message([], nil) == "no version of model \"churn\" waits for a decision")
        #expect(
            message(pending, nil)
                == "name the alias; there is version 8 to become production, version 8 to become staging")
        #expect(
            message([pending[0]], "prod")
                == "nothing waits to become prod of model \"churn\"; there is version 8 to become production")
    }

    @Test("a model stands on a command line with its kind")
    func argument() {
        #expect(ModelApproval.model("model/churn") == "churn")
        #expect(ModelApproval.model("churn") == nil)
    }
}
