import FairleadAPI
import Foundation
import KubernetesCore
import Testing

@testable import FairleadPlanning

/// Whole pods, one for each group of features.
///
/// `FAIRLEAD_RENEW_GOLDENS=1 swift test --filter Golden` writes them anew.
@Suite struct PodGoldenTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Goldens")

    static func expect(_ pod: JSONValue, _ name: String) throws {
        let text = YAMLWriter.string(pod)
        let file = folder.appending(path: "\(name).yaml")
        if ProcessInfo.processInfo.environment["FAIRLEAD_RENEW_GOLDENS"] == "1" {
            try FileManager.default.createDirectory(at: Self.folder, withIntermediateDirectories: true)
            try text.write(to: file, atomically: true, encoding: .utf8)
        }
        let golden = try String(contentsOf: file, encoding: .utf8)
        #expect(text == golden, "renew with FAIRLEAD_RENEW_GOLDENS=1 swift test --filter Golden")
    }

    @Test func plain() throws {
        var fixture = try PodFixture(
            """
            {name: hello, image: busybox, script: "echo $HOME", env: {GREETING: "costs $5"},
             resources: {cpu: 2, memory: 1Gi, gpu: 1, shm: 1Gi, disk: 20Gi}, timeouts: {attempt: 2h},
             files: {/etc/app.yaml: {config: shared, key: app.yaml}}, mounts: {/data: {claim: sets}}}
            """)
        fixture.settings = PlanningSettings()
        fixture.params = ["rows": 10, "note": "$HOME", "large": .string(String(repeating: "x", count: 40_000))]
        try Self.expect(try fixture.pod(), "plain")
    }

    /// Everything that lies elsewhere: inputs, code, packages from a file of the code, a checkpoint, artifacts.
    @Test func remote() throws {
        var fixture = try PodFixture(
            """
            name: train
            image: python:3.12-slim
            command: [python, train.py]
            code: {git: https://git.acme.dev/ml/churn, ref: main, path: train}
            packages: {file: requirements.txt, index: https://pypi.acme.dev/simple}
            inputs: {raw: "s3://raw/churn/2026", rows: params.rows, web: {uri: "https://data.org/x.csv", optional: true}}
            artifacts: [{name: model}, {name: report}]
            checkpoint: {every: 5m, keep: 2}
            """)
        fixture.params = ["rows": [1, 2]]
        fixture.settings.platform = try Platform(
            yaml: """
                kind: Connection
                metadata: {name: raw, namespace: team}
                spec: {uris: ["s3://raw/"], type: s3, endpoint: "https://minio.acme.dev", secret: minio-keys,
                       variables: {provider: Minio}, artifacts: "s3://raw/fairlead/"}
                ---
                kind: Connection
                metadata: {name: git, namespace: team}
                spec: {uris: ["https://git.acme.dev/"], type: git, secret: git-login}
                ---
                kind: ClusterConnection
                metadata: {name: pypi}
                spec: {uris: ["https://pypi.acme.dev/simple"], type: pypi, secret: pypi-login}
                """)
        var attempt = PodAttempt(scope: Scope())
        let commit = "9fceb02d0ae598e95dc970b74767f19372d61af8"
        attempt.commits = ["https://git.acme.dev/ml/churn#main": commit]
        try Self.expect(try fixture.pod(attempt), "remote")
    }

    /// Everything on volumes: nothing is copied, and `store` only looks at what was written.
    @Test func inPlace() throws {
        var fixture = try PodFixture(
            """
            name: train
            image: busybox
            command: [train]
            inputs: {pile: "pvc://sets/pile", here: {uri: "file:///data/x.csv", path: /in/x.csv}}
            mounts: {/sets: {claim: sets}}
            artifacts: [{name: model}]
            checkpoint: {uri: "pvc://sets/state"}
            """)
        fixture.settings.artifactStore = "pvc://sets/runs"
        try Self.expect(try fixture.pod(), "in-place")
    }

    @Test func profile() throws {
        var fixture = try PodFixture(
            """
            {name: train, image: ml/train:3, command: [train], packages: [numpy], spot: true,
             resources: {gpu: 2, gpuType: a100}, overrides: [{pod: {spec: {priorityClassName: high}}}]}
            """)
        fixture.settings.platform = try Platform(
            yaml: """
                kind: ClusterProfile
                metadata: {name: team}
                spec:
                  default: true
                  resources: {cpu: 4, memory: 16Gi}
                  max: {gpu: 8, memory: 64Gi}
                  pod: {metadata: {labels: {team: ml}}, spec: {imagePullSecrets: [{name: mirror}]}}
                  spot: {spec: {nodeSelector: {pool: spot}, tolerations: [{key: spot, operator: Exists}]}}
                  gpuTypes:
                    a100:
                      spec:
                        nodeSelector: {nvidia.com/gpu.product: A100}
                        tolerations: [{key: nvidia.com/gpu, operator: Exists}]
                  images: {registry: registry.acme.dev}
                  packages: {index: "https://pypi.acme.dev/simple"}
                """)
        try Self.expect(try fixture.pod(), "profile")
    }

    /// The third item of a mapped task, which reads what all items of another one wrote.
    @Test func item() throws {
        let fixture = try PodFixture(
            """
            name: score
            image: busybox
            command: [score]
            args: ["$(item.country)"]
            inputs: {parts: tasks.split.artifacts.part, rows: tasks.split.results.rows}
            artifacts: [{name: scores}]
            map: {over: params.countries}
            """)
        var scope = Scope()
        scope.item = ["country": "d$"]
        scope.itemIndex = 2
        var split = Scope.TaskOutcome(status: "Succeeded")
        split.artifactLists["part"] = [
            ArtifactReference(uri: "s3://runs/fairlead/team/0b7f/split/0/1/part"), nil,
            ArtifactReference(uri: "s3://runs/fairlead/team/0b7f/split/2/3/part"),
        ]
        scope.tasks["split"] = split
        var attempt = PodAttempt(scope: scope)
        attempt.lists = ["tasks.split.results.rows": ResultLocation(configMap: "churn-1-split-rows", key: "list.json")]
        try Self.expect(try fixture.pod(attempt), "item")
    }
}
