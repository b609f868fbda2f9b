import FairleadAPI
import Foundation
import KubernetesCore
import Testing

/// What is wrong with Connections and ClusterProfiles, told with the field's path.
@Suite struct PlatformKindTests {
    private func problems(_ kind: String, _ spec: String) throws -> [String] {
        let object = try yaml("{apiVersion: fairlead.dev/v1alpha1, kind: \(kind), metadata: {name: x}, spec: \(spec)}")
        return ManifestValidator.validate(object).map(\.description)
    }

    @Test(arguments: [
        (
            "{uris: [\"s3://raw/\", \"s3://\"], type: s3, secret: keys, variables: {region: eu}, artifacts: \"s3://raw/x\"}",
            ""
        ),
        ("{uris: [\"oci://registry.acme.dev/\"], type: registry}", ""),
        ("{uris: [], type: s3}", "spec.uris: needs at least one"),
        ("{type: s3}", "spec.uris: is required"),
        ("{uris: [\"raw/\"], type: s3}", "spec.uris[0]: must be a URI such as s3://folder/, not \"raw/\""),
        ("{uris: [\"s3://a/$(params.x)\"], type: s3}", "spec.uris[0]: must be a URI"),
        ("{uris: [\"file:///x\"], type: s3}", "spec.uris[0]: must be a URI"),
        ("{uris: [\"pvc://x\"], type: s3}", "spec.uris[0]: pvc:// needs no connection"),
        ("{uris: [\"s3://a/\", \"s3://a/\"], type: s3}", "spec.uris[1]: stands twice"),
        ("{uris: [\"s3://a/\"], type: s4}", "spec.type: must be one of s3, gcs"),
        ("{uris: [\"s3://a/\"], type: s3, secret: My_Keys}", "spec.secret: "),
        ("{uris: [\"s3://a/\"], type: s3, endpoint: \"a b\"}", "spec.endpoint: must be an address"),
        ("{uris: [\"s3://a/\"], type: s3, variables: {Region: x}}", "spec.variables.Region: must be a variable"),
        ("{uris: [\"s3://a/\"], type: s3, variables: {type: x}}", "spec.variables.type: must be a variable"),
        ("{uris: [\"s3://a/\"], type: s3, artifacts: \"s3://ab/x\"}", "spec.artifacts: must lie under one of uris"),
        ("{uris: [\"https://a/\"], type: git, artifacts: \"https://a/x\"}", "spec.artifacts: can't be kept in"),
        (
            "{uris: [\"s3://a/\"], type: s3, secrets: x}",
            "spec.secrets: unknown field \"secrets\"; did you mean \"secret\"?"
        ),
    ])
    func connections(_ spec: String, _ expected: String) throws {
        for kind in ["Connection", "ClusterConnection"] {
            let found = try problems(kind, spec)
            #expect(expected.isEmpty ? found.isEmpty : found.contains { $0.hasPrefix(expected) }, "\(found)")
        }
    }

    @Test(arguments: [
        ("{default: true, resources: {gpu: 1}, max: {gpu: 8}, pod: {spec: {}}, gpuTypes: {a100: {spec: {}}}}", ""),
        (
            "{images: {registry: registry.acme.dev}, packages: {index: \"https://p/simple\"}, artifacts: \"s3://a/b\"}",
            ""
        ),
        ("{max: {memory: lots}}", "spec.max.memory: must be a quantity"),
        ("{max: {gpuType: a100}}", "spec.max.gpuType: a kind has no most"),
        ("{pod: {nodeSelector: {a: b}}}", "spec.pod.nodeSelector: a pod has metadata and spec"),
        ("{gpuTypes: {a100: {tolerations: []}}}", "spec.gpuTypes.a100.tolerations: a pod has metadata and spec"),
        ("{images: {registry: \"https://r\"}}", "spec.images.registry: must be a registry"),
        ("{packages: {index: pypi}}", "spec.packages.index: must be a URL"),
        ("{artifacts: /x}", "spec.artifacts: must be a URI"),
        ("{defaults: true}", "spec.defaults: unknown field \"defaults\"; did you mean \"default\"?"),
    ])
    func profiles(_ spec: String, _ expected: String) throws {
        let found = try problems("ClusterProfile", spec)
        #expect(expected.isEmpty ? found.isEmpty : found.contains { $0.hasPrefix(expected) }, "\(found)")
    }

    @Test func readiness() throws {
        let text = "{metadata: {name: x, generation: 3}, spec: {uris: [], type: s3}}"
        let connection = try KubernetesJSON.decode(Connection.self, from: try yaml(text))
        let status = connection.judgedStatus(now: Date(timeIntervalSince1970: 0))
        #expect(status.observedGeneration == 3)
        #expect(status.conditions[type: "Ready"]?.status == .isFalse)
        #expect(status.conditions[type: "Ready"]?.reason == "InvalidSpec")
        let unreadable = "{metadata: {name: x}, spec: {uris: 5}}"
        #expect(try KubernetesJSON.decode(Connection.self, from: try yaml(unreadable)).problems.isEmpty == false)
    }
}
