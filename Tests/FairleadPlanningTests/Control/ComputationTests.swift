import FairleadAPI
import Foundation
import KubernetesCore
import Testing

@testable import FairleadPlanning

/// What is part of a cache key, and what is not.
@Suite struct ComputationTests {
    private static func container() -> ContainerSpec {
        var container = ContainerSpec(
            image: "python:3.12-slim", command: ["python", "ingest.py"], args: ["$(params.rows)"])
        container.env = ["MODE": .literal(.string("full")), "TOKEN": .secret(name: "hf", key: "token")]
        container.results = [ResultSpec(name: "rows", type: .integer)]
        container.inputs = ["raw": InputSource(from: "tasks.fetch.artifacts.raw")]
        return container
    }

    private static func scope(
        rows: Int64 = 10, other: Int64 = 1, uri: String = "file:///a/raw", digest: String? = "sha256:1"
    ) -> Scope {
        Scope(
            params: ["rows": .integer(rows), "other": .integer(other)],
            tasks: [
                "fetch": Scope.TaskOutcome(
                    status: "Succeeded", artifacts: ["raw": ArtifactReference(uri: uri, digest: digest)])
            ])
    }

    private static func digest(_ container: ContainerSpec, _ scope: Scope = scope()) throws -> String {
        try Computation.digest(of: container, PodAttempt(scope: scope), isResolved: false)
    }

    @Test(arguments: [
        "image", "command", "args", "env", "secret", "packages", "results", "artifacts", "input",
    ])
    func aChangeOfWhatIsComputedChangesTheKey(field: String) throws {
        var changed = Self.container()
        switch field {
        case "image": changed.image = "python:3.13-slim"
        case "command": changed.command = ["python", "other.py"]
        case "args": changed.args = ["$(params.rows)", "-v"]
        case "env": changed.env["MODE"] = .literal(.string("small"))
        case "secret": changed.env["TOKEN"] = .secret(name: "hf", key: "other")
        case "packages": changed.packages = Packages(["numpy==2.1.0"])
        case "results": changed.results = [ResultSpec(name: "rows", type: .string)]
        case "artifacts": changed.artifacts = [ArtifactSpec(name: "model")]
        default: changed.inputs["pile"] = InputSource(uri: "s3://sets/pile")
        }
        #expect(try Self.digest(changed) != Self.digest(Self.container()), "\(field)")
    }

    @Test func aChangeOfHowItRunsDoesNot() throws {
        var changed = Self.container()
        changed.retry = RetrySpec(max: 3)
        changed.spot = true
        changed.serviceAccount = "other"
        changed.overrides = []
        changed.results = [ResultSpec(name: "rows", type: .integer, description: "how many")]
        #expect(try Self.digest(changed) == Self.digest(Self.container()))
    }

    @Test func onlyParametersThatAreReadCount() throws {
        let container = Self.container()
        #expect(try Self.digest(container, Self.scope(rows: 11)) != Self.digest(container))
        #expect(try Self.digest(container, Self.scope(other: 2)) == Self.digest(container))
        var script = container
        script.command = nil
        script.args = nil
        script.script = "head -n $PARAM_OTHER file"
        #expect(try Self.digest(script, Self.scope(rows: 11)) == Self.digest(script))
        #expect(try Self.digest(script, Self.scope(other: 2)) != Self.digest(script))
        var python = script
        python.script = nil
        python.python = "import os, json; json.load(open(os.environ['FAIRLEAD_PARAMS']))"
        #expect(try Self.digest(python, Self.scope(rows: 11)) != Self.digest(python))
        python.python = "import os; print([os.environ['PARAM_' + name] for name in names])"
        #expect(try Self.digest(python, Self.scope(rows: 11)) != Self.digest(python))
    }

    @Test func filesCountByTheirContentAndElseByTheirPlace() throws {
        let container = Self.container()
        #expect(try Self.digest(container, Self.scope(uri: "file:///b/raw")) == Self.digest(container))
        #expect(try Self.digest(container, Self.scope(digest: "sha256:2")) != Self.digest(container))
        let unknown = try Self.digest(container, Self.scope(digest: nil))
        #expect(try Self.digest(container, Self.scope(uri: "file:///b/raw", digest: nil)) != unknown)
    }

    @Test func anItemCountsAndItsIndexOnlyWhereItIsRead() throws {
        func digest(_ container: ContainerSpec, _ item: JSONValue, _ index: Int) throws -> String {
            var scope = Self.scope()
            scope.item = item
            scope.itemIndex = index
            return try Self.digest(container, scope)
        }
        var container = Self.container()
        #expect(try digest(container, "nl", 0) != digest(container, "be", 0))
        #expect(try digest(container, "nl", 0) == digest(container, "nl", 1))
        container.args = ["$(itemIndex)"]
        #expect(try digest(container, "nl", 0) != digest(container, "nl", 1))
    }

    @Test func theCommitOfTheCodeIsPartOfTheKey() throws {
        let digest = try Self.digest(Self.container())
        let keys = [nil, "a1", "b2"].map { CacheKey(computation: digest, commit: $0) }
        #expect(Set(keys).count == 3)
        #expect(keys[0].name.count == "fairlead-cache-".count + 40)
    }

    @Test func anImageWithoutADigestIsNoted() {
        #expect(Self.container().imageNote == "image tag without digest: python:3.12-slim")
        #expect(ContainerSpec(image: "python@sha256:0123").imageNote == nil)
    }
}
