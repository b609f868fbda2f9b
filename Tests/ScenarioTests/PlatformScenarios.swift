import FairleadAPI
import FairleadPlanning
import KubernetesClient
import KubernetesCore
import KubernetesTesting
import Testing

/// Connections and profiles as controllers find them on a server.
@Suite(.serialized) struct PlatformScenarios {
    private static let run = """
        apiVersion: fairlead.dev/v1alpha1
        kind: PipelineRun
        metadata: {name: NAME}
        spec:
          pipelineSpec:
            tasks: [{name: t, image: alpine, command: [work], artifacts: [{name: a}]}]
        """

    private func create(_ cluster: TestCluster, _ yaml: String) async throws {
        for object in try ManifestReader.read(yaml) {
            let types: [ResourceType] = [.connection, .clusterConnection, .clusterProfile]
            let type = try #require(types.first { $0.gvk.kind == object["kind"]?.stringValue })
            try await cluster.client.create(type, namespace: type.isNamespaced ? "default" : nil, object)
        }
    }

    private func ready<Kind: StandingKind>(
        _ cluster: TestCluster, _ type: CustomResource<Kind>.Type, _ name: String
    ) async throws -> Condition? {
        let namespace = Kind.type.isNamespaced ? "default" : nil
        return try await cluster.client.get(type, ObjectKey(namespace: namespace, name: name)).status
            .conditions[type: "Ready"]
    }

    @Test func podsFollowConnectionsAndProfiles() async throws {
        let digest = "sha256:\(String(repeating: "0", count: 64))"
        let cluster = try await TestCluster(
            settings: PlanningSettings(artifactStore: "file:///store", image: "fairlead:test")
        ) { pod in
            // The first upload is cut off.
            let isFirst = pod.metadata.annotations[PodNaming.attemptAnnotation] == "1"
            let line = #"{"artifact":"a","size":3,"digest":"\#(digest)"}"#
            return SimulatedKubelet.Ending(sidecarMessage: isFirst ? "" : line)
        }
        try await cluster.run {
            try await create(
                cluster,
                """
                apiVersion: fairlead.dev/v1alpha1
                kind: Connection
                metadata: {name: runs, namespace: default}
                spec: {uris: ["s3://runs/"], type: s3, secret: keys, artifacts: "s3://runs/one"}
                ---
                apiVersion: fairlead.dev/v1alpha1
                kind: ClusterProfile
                metadata: {name: all}
                spec: {default: true, resources: {cpu: 3}}
                """)
            try await cluster.withController {
                try await cluster.create(Self.run.replacing("NAME", with: "one"))
                let one = try await cluster.finished("one")
                #expect(one.status.phase == .succeeded, "\(one.status)")
                let stored = ArtifactReference(
                    uri: "s3://runs/one/default/\(one.metadata.uid)/t/0/2/a", digest: digest, size: 3)
                #expect(one.status.tasks.first?.artifacts == ["a": stored])
                #expect(one.status.tasks.first?.attempts == 2)
                let name = try #require(try await cluster.pods().first?.metadata.name)
                let pod = try await cluster.client.get(.pod, ObjectKey(namespace: "default", name: name))
                #expect(pod[path: ["spec", "containers"]]?[0]?["resources"] == ["requests": ["cpu": "3"]])
                #expect(
                    pod[path: ["spec", "initContainers"]]?[0]?["envFrom"] == [
                        ["prefix": "RCLONE_CONFIG_R0_", "secretRef": ["name": "keys"]]
                    ])

                let key = ObjectKey(namespace: "default", name: "runs")
                try await cluster.client.patch(.connection, key, ["spec": ["artifacts": "s3://runs/two"]])
                try await cluster.eventually("the change is judged") {
                    try await ready(cluster, Connection.self, "runs")?.observedGeneration == 2
                }
                try await cluster.create(Self.run.replacing("NAME", with: "two"))
                let two = try await cluster.finished("two")
                #expect(two.status.tasks.first?.artifacts["a"]?.uri.hasPrefix("s3://runs/two/") == true)
                try await cluster.released()
            }
        }
    }

    /// What the schema can't judge is told, and disturbs nothing else.
    @Test func mistakesAreToldByReady() async throws {
        let cluster = try await TestCluster()
        try await cluster.run {
            try await create(
                cluster,
                """
                apiVersion: fairlead.dev/v1alpha1
                kind: Connection
                metadata: {name: wrong, namespace: default}
                spec: {uris: ["runs"], type: s3, artifacts: "s3://runs/one"}
                ---
                apiVersion: fairlead.dev/v1alpha1
                kind: ClusterConnection
                metadata: {name: right}
                spec: {uris: ["s3://"], type: s3}
                ---
                apiVersion: fairlead.dev/v1alpha1
                kind: ClusterProfile
                metadata: {name: wrong}
                spec: {default: true, artifacts: nowhere}
                """)
            try await cluster.withController {
                try await cluster.eventually("each is judged") {
                    let wrong = try await ready(cluster, Connection.self, "wrong")
                    let right = try await ready(cluster, ClusterConnection.self, "right")
                    let profile = try await ready(cluster, ClusterProfile.self, "wrong")
                    return wrong?.status == .isFalse && wrong?.message.hasPrefix("spec.uris[0]: ") == true
                        && right?.status == .isTrue && profile?.message.hasPrefix("spec.artifacts: ") == true
                }
                try await cluster.create(Self.run.replacing("NAME", with: "one"))
                let run = try await cluster.finished("one")
                #expect(run.status.tasks.first?.artifacts["a"]?.uri.hasPrefix("file:///store/") == true)
            }
        }
    }
}
