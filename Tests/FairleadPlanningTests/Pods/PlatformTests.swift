import FairleadAPI
import Foundation
import KubernetesCore
import Testing

@testable import FairleadPlanning

/// Which Connection leads to a URI, what it means to rclone, and which profile holds.
@Suite struct PlatformTests {
    private static func connection(_ name: String, kind: String = "Connection", _ spec: String) -> String {
        "{kind: \(kind), metadata: {name: \(name)}, spec: \(spec)}\n"
    }

    private static let platform = [
        connection("raw", "{uris: [\"s3://raw/\"], type: s3}"),
        connection("deep", "{uris: [\"s3://raw/a/b\", \"s3://other\"], type: s3}"),
        connection("web", "{uris: [\"https://acme.dev/files/\"], type: webdav}"),
        connection("code", "{uris: [\"https://acme.dev/\"], type: git}"),
        connection("all", kind: "ClusterConnection", "{uris: [\"s3://\"], type: s3}"),
        connection("same", kind: "ClusterConnection", "{uris: [\"s3://raw/\"], type: s3}"),
        connection("broken", "{uris: [\"s3://raw/a/b/c/\"], type: nonsense}"),
    ].joined(separator: "---\n")

    @Test(arguments: [
        ("s3://raw/x", "raw"), ("s3://raw", "raw"), ("s3://rawest/x", "all"), ("s3://raw/a/b", "deep"),
        ("s3://raw/a/b/c", "deep"), ("s3://raw/a/bc", "raw"), ("s3://other/y", "deep"),
        ("https://acme.dev/files/x", "web"), ("https://acme.dev/x", nil), ("gs://raw/x", nil),
    ])
    func longestPrefixWins(_ uri: String, _ name: String?) throws {
        #expect(try Platform(yaml: Self.platform).link(to: uri, where: \.isStorage)?.name == name)
    }

    @Test func gitHasConnectionsOfItsOwn() throws {
        let platform = try Platform(yaml: Self.platform)
        #expect(platform.link(to: "https://acme.dev/files/x", where: { $0 == .git })?.name == "code")
    }

    /// A URI, the Connection's `uris` and type, and what stands in the plan and the environment.
    @Test(arguments: [
        ("s3://raw/a/x", "s3://raw/", "s3", "s3://raw/", "raw/", ["TYPE": "s3", "PROVIDER": "AWS"]),
        ("s3://raw/a/x", "s3://raw", "s3", "s3://raw/", "raw/", [:]),
        ("s3://raw", "s3://raw", "s3", "s3://raw", "raw", [:]),
        ("s3://raw/x", "s3://", "s3", "s3://raw/", "raw/", [:]),
        ("gs://b/x", "gs://b/", "gcs", "gs://b/", "b/", ["TYPE": "google cloud storage"]),
        ("azblob://c/d/x", "azblob://c/", "azureblob", "azblob://c/", "c/", ["TYPE": "azureblob"]),
        (
            "sftp://me@h:2/data/x", "sftp://me@h:2/data/", "sftp", "sftp://me@h:2/data/", "/data/",
            ["HOST": "h", "PORT": "2", "USER": "me"]
        ),
        ("https://h/f/x", "https://h/f/", "webdav", "https://h/f/", "f/", ["URL": "https://h"]),
        ("https://h/f/x", "https://h/", "http", "https://h/", "", ["URL": "https://h"]),
        ("drive://models/x", "drive://models", "drive", "drive://models/", "models/", ["TYPE": "drive"]),
    ])
    func remotes(
        _ uri: String, _ prefix: String, _ type: String, _ entry: String, _ root: String, _ variables: [String: String]
    ) throws {
        let platform = try Platform(yaml: Self.connection("c", "{uris: [\"\(prefix)\"], type: \(type)}"))
        var remotes = RemoteList()
        try remotes.add(uri, platform)
        #expect(remotes.entries == [["prefix": .string(entry), "remote": "R0", "root": .string(root)]])
        for (name, value) in variables {
            #expect(
                remotes.environment.contains(["name": .string("RCLONE_CONFIG_R0_\(name)"), "value": .string(value)]))
        }
    }

    @Test func artifactsGoWhereTheMostSpecialWordSays() throws {
        func folder(_ connections: String, _ profile: String) throws -> String? {
            var fixture = try PodFixture("{name: t, image: i, command: [c], artifacts: [{name: a}], profile: p}")
            fixture.settings.platform = try Platform(
                yaml: "\(connections)---\n{kind: ClusterProfile, metadata: {name: p}, spec: \(profile)}")
            return try fixture.pod()[path: ["metadata", "annotations", PodNaming.artifactsAnnotation]]?.stringValue
        }
        let own = Self.connection("a", "{uris: [\"s3://own/\"], type: s3, artifacts: \"s3://own/x/\"}")
        let shared = Self.connection(
            "b", kind: "ClusterConnection", "{uris: [\"s3://all/\"], type: s3, artifacts: \"s3://all/x\"}")
        let rest = "team/0b7f/t/0/1"
        #expect(try folder("\(own)---\n\(shared)", "{artifacts: \"s3://prof/x\"}") == "s3://own/x/\(rest)")
        #expect(try folder(shared, "{artifacts: \"s3://prof/x\"}") == "s3://prof/x/\(rest)")
        #expect(try folder(shared, "{}") == "s3://all/x/\(rest)")
        #expect(try folder("", "{}") == "s3://runs/fairlead/\(rest)")
        let another = Self.connection("c", "{uris: [\"s3://c/\"], type: s3, artifacts: \"s3://c/x\"}")
        #expect(throws: TaskProblem.self) { try folder("\(own)---\n\(another)", "{}") }
    }

    @Test func profiles() throws {
        let team = "{kind: ClusterProfile, metadata: {name: team}, spec: {default: true}}"
        let other = "{kind: ClusterProfile, metadata: {name: other}, spec: {default: true}}"
        let broken = "{kind: ClusterProfile, metadata: {name: broken}, spec: {artifacts: nowhere}}"
        let both = try Platform(yaml: "\(team)\n---\n\(other)\n---\n\(broken)")
        #expect(try Platform(yaml: team).profile(nil)?.name == "team")
        #expect(try Platform().profile(nil) == nil)
        #expect(try both.profile("other")?.name == "other")
        func message(_ name: String?) -> String? {
            do throws(TaskProblem) { _ = try both.profile(name) } catch { return error.message }
            return nil
        }
        #expect(message(nil)?.contains("2 ClusterProfiles say default: true (other, team)") == true)
        #expect(message("taem") == "profile: there is no ClusterProfile \"taem\"; did you mean \"team\"?")
        #expect(message("broken")?.contains("spec.artifacts: must be a URI") == true)
    }

    /// Also what a patch asks for counts, and what all containers ask for together.
    @Test(arguments: [
        ("resources: {gpu: 8}", nil), ("resources: {gpu: 9}", "resources.gpu: 9 is more than the 8"),
        ("resources: {memory: 2Ti}", "resources.memory: 2Ti is more than the 1Ti"),
        ("resources: {shm: 2Gi}", "resources.shm: 2Gi is more than the 1Gi"),
        (
            "overrides: [{pod: {spec: {containers: [{name: main, resources: {limits: {nvidia.com/gpu: 9}}}]}}}]",
            "gpu: 9"
        ),
        (
            "resources: {gpu: 5}, overrides: [{pod: {spec: {containers: [{name: x, image: i, resources: {limits: "
                + "{nvidia.com/gpu: 4}}}]}}}]", "resources.gpu: 9"
        ),
        (
            "resources: {gpuType: a10}",
            "resources.gpuType: ClusterProfile \"p\" knows no \"a10\"; did you mean \"a100\"?"
        ),
    ])
    func bounds(_ fields: String, _ message: String?) throws {
        var fixture = try PodFixture("{name: t, image: i, command: [c], \(fields)}")
        fixture.profile = "p"
        fixture.settings.platform = try Platform(
            yaml: "{kind: ClusterProfile, metadata: {name: p}, spec: {max: {gpu: 8, memory: 1Ti, shm: 1Gi}, "
                + "gpuTypes: {a100: {}}}}")
        let problem = fixture.problem()
        if let message {
            #expect(problem?.message.contains(message) == true, "\(problem?.message ?? "no problem")")
            #expect(problem?.reason == .invalidSpec)
        } else {
            #expect(problem == nil)
        }
    }

    @Test(arguments: [
        ("python:3.12", "r.dev/python:3.12"), ("ml/train", "r.dev/ml/train"), ("ghcr.io/a/b:1", "ghcr.io/a/b:1"),
        ("localhost/a", "localhost/a"), ("host:5000/a", "host:5000/a"),
    ])
    func images(_ written: String, _ pulled: String) {
        let spec = ClusterProfileSpec(images: ClusterProfileSpec.Images(registry: "r.dev/"))
        #expect(Platform.Profile(name: "p", spec: spec).image(written) == pulled)
    }

    /// A registry's Connection brings its Secret.
    @Test func registries() throws {
        var fixture = try PodFixture("{name: t, image: registry.acme.dev/ml/t:1, command: [c], pullSecrets: [mine]}")
        fixture.settings.platform = try Platform(
            yaml: Self.connection("r", "{uris: [\"oci://registry.acme.dev/\"], type: registry, secret: pull}"))
        #expect(try fixture.pod()[path: ["spec", "imagePullSecrets"]] == [["name": "mine"], ["name": "pull"]])
    }
}
