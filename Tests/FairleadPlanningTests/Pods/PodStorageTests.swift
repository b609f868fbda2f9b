import FairleadAPI
import Foundation
import KubernetesCore
import Testing

@testable import FairleadPlanning

/// What the golden pods don't show: borders and refusals.
@Suite struct PodStorageTests {
    @Test func filesElsewhereNeedOurOwnImage() throws {
        var fixture = try PodFixture(#"{name: t, image: i, command: [c], artifacts: [{name: model}]}"#)
        fixture.settings.image = nil
        #expect(fixture.problem()?.message.contains("--image") == true)
        fixture.settings.artifactStore = "file:///store"
        let pod = try fixture.pod()
        #expect(pod["spec"]?["initContainers"] == nil)
        #expect(
            pod[path: ["metadata", "annotations", PodNaming.artifactsAnnotation]] == "file:///store/team/0b7f/t/0/1")
        fixture.settings.artifactStore = nil
        #expect(fixture.problem()?.reason == .artifactStoreFailed)
    }

    @Test(arguments: [
        ("ftp://host/x", "no Connection leads to ftp://host/x"), ("file://x", "needs an absolute path"),
        ("pvc://", "names no claim"), ("s3://raw/../x", "without \"..\""),
    ])
    func placesThatLeadNowhere(_ uri: String, _ message: String) throws {
        let fixture = try PodFixture(#"{name: t, image: i, command: [c], inputs: {x: {uri: "\#(uri)"}}}"#)
        let problem = try #require(fixture.problem())
        #expect(problem.reason == .invalidSpec)
        #expect(problem.message.hasPrefix("input \"x\": ") && problem.message.contains(message))
    }

    /// A first attempt finds the commit out; what names a commit, or knows it, does not.
    @Test func codeIsResolvedOnce() throws {
        let fixture = try PodFixture(
            #"{name: t, image: i, command: [c], code: {git: "https://g/x", ref: "$(params.ref)"}}"#)
        var branch = fixture
        branch.params = ["ref": "main"]
        let pod = try branch.pod()
        #expect(pod[path: ["metadata", "annotations", PodNaming.codeAnnotation]] == "https://g/x#main")
        #expect(try pod.container("fetch")?.plan()["code"] == ["git": "https://g/x", "ref": "main"])
        #expect(pod.container("main")?["workingDir"] == "/fairlead/work/code")
        let commit = String(repeating: "0a", count: 20)
        var fixed = fixture
        fixed.params = ["ref": .string(commit)]
        let exact = try fixed.pod()
        #expect(exact[path: ["metadata", "annotations", PodNaming.codeAnnotation]] == nil)
        #expect(try exact.container("fetch")?.plan()["code"]?["commit"] == .string(commit))
    }

    /// Both ways to write a repository that ssh reaches find its Connection, and its key goes to `fetch` alone.
    @Test(arguments: ["ssh://git@g.example.com/ml/x", "git@g.example.com:ml/x"])
    func codeBySSH(repository: String) throws {
        var fixture = try PodFixture("{name: t, image: i, command: [c], code: {git: \"\(repository)\"}}")
        fixture.settings.platform = try Platform(
            yaml: """
                apiVersion: fairlead.dev/v1alpha1
                kind: Connection
                metadata: {name: code}
                spec: {uris: ["ssh://git@g.example.com/ml/"], type: git, secret: deploy-key}
                """)
        let pod = try fixture.pod()
        let variables = try #require(pod.container("fetch")?["env"]?.arrayValue)
        for (name, key) in [("SSH_KEY", "ssh-privatekey"), ("KNOWN_HOSTS", "known_hosts")] {
            let source: JSONValue = ["secretKeyRef": ["name": "deploy-key", "key": .string(key)]]
            #expect(variables.contains(["name": .string("FAIRLEAD_GIT_\(name)"), "valueFrom": source]))
        }
        #expect(!variables.contains { $0["name"] == "FAIRLEAD_GIT_PASSWORD" })
        #expect(!JSONWriter.string(try #require(pod.container("main"))).contains("deploy-key"))
    }

    /// What lies on Hugging Face's Hub needs no Connection, and one gives its token and its address.
    @Test func theHub() throws {
        var fixture = try PodFixture(
            #"{name: t, image: i, command: [c], inputs: {base: {uri: "hf://team/model@v1"}}}"#)
        let open = try #require(try fixture.pod().container("fetch"))
        #expect(try open.plan()["remotes"] == nil)
        #expect(try open.plan()["inputs"]?[0]?["uri"] == "hf://team/model@v1")
        fixture.settings.platform = try Platform(
            yaml: """
                apiVersion: fairlead.dev/v1alpha1
                kind: Connection
                metadata: {name: hub}
                spec: {uris: ["hf://"], type: hf, endpoint: "https://hub.example.com", secret: hub}
                """)
        let own = try #require(try fixture.pod().container("fetch"))
        #expect(try own.plan()["remotes"]?[0]?["prefix"] == "hf://team/")
        #expect(own.variable("RCLONE_CONFIG_R0_ENDPOINT") == "https://hub.example.com")
        #expect(own["envFrom"] == [["prefix": "RCLONE_CONFIG_R0_", "secretRef": ["name": "hub"]]])
    }

    /// `store` alone has the token with which it reads the log; on a volume it writes the file in place.
    @Test func keptLogs() throws {
        var fixture = try PodFixture("{name: t, image: i, command: [c], logs: Keep}")
        let remote = try fixture.pod()
        let uri = try #require(remote[path: ["metadata", "annotations", PodNaming.logAnnotation]]?.stringValue)
        #expect(uri.hasPrefix("s3://runs/fairlead/team/0b7f/t/0/1/churn-1-t-") && uri.hasSuffix(".log"))
        let store = try #require(remote.container("store"))
        #expect(try store.plan()["log"] == ["uri": .string(uri)])
        let token = "/var/run/secrets/kubernetes.io/serviceaccount"
        func mounts(_ pod: JSONValue, _ container: String) -> [String] {
            (pod.container(container)?["volumeMounts"]?.arrayValue ?? []).compactMap { $0["mountPath"]?.stringValue }
        }
        #expect(mounts(remote, "store").contains(token) && !mounts(remote, "main").contains(token))
        #expect(remote["spec"]?["automountServiceAccountToken"] == false)
        fixture.settings.artifactStore = "pvc://store/x"
        let mounted = try fixture.pod()
        let path = try mounted.container("store")?.plan()["log"]?["path"]?.stringValue ?? ""
        #expect(path.hasPrefix("/fairlead/stores/log/") && path.hasSuffix(".log"))
        #expect(mounts(mounted, "store").contains("/fairlead/stores/log"))
        fixture.settings.artifactStore = nil
        #expect(fixture.problem()?.reason == .artifactStoreFailed)
        #expect(try PodFixture("{name: t, image: i, command: [c], logs: Discard}").pod().container("store") == nil)
    }

    /// What items of a mapped task keep does not mix, whoever named the place.
    @Test func checkpointsOfItemsAreApart() throws {
        var scope = Scope()
        scope.itemIndex = 7
        for (checkpoint, uri) in [
            ("{}", "s3://runs/fairlead/team/0b7f/t/7/checkpoint"), ("{uri: \"s3://c/x\"}", "s3://c/x/7"),
        ] {
            let fixture = try PodFixture("{name: t, image: i, command: [c], checkpoint: \(checkpoint)}")
            let pod = try fixture.pod(PodAttempt(scope: scope))
            for container in ["fetch", "store"] {
                #expect(try pod.container(container)?.plan()["checkpoint"]?["uri"] == .string(uri))
            }
            #expect(pod.container("main")?.variable("FAIRLEAD_CHECKPOINT") == "/fairlead/checkpoint")
        }
    }

    /// The items' files of a mounted store reach `fetch` through the folder that they share.
    @Test func itemsInAMountedStore() throws {
        let fixture = try PodFixture("{name: t, image: i, command: [c], inputs: {parts: tasks.s.artifacts.part}}")
        var scope = Scope()
        var outcome = Scope.TaskOutcome(status: "Succeeded")
        outcome.artifactLists["part"] = [
            ArtifactReference(uri: "pvc://sets/r/s/0/1/part"), ArtifactReference(uri: "pvc://sets/r/s/1/2/part"),
        ]
        scope.tasks["s"] = outcome
        let pod = try fixture.pod(PodAttempt(scope: scope))
        let plan = try #require(try pod.container("fetch")?.plan())
        #expect(plan["remotes"] == [["prefix": "pvc://sets/r/s/", "root": "/fairlead/stores/items-0/"]])
        #expect(
            pod.container("fetch")?["volumeMounts"]?.arrayValue?.contains([
                "name": "items-0", "mountPath": "/fairlead/stores/items-0", "subPath": "r/s", "readOnly": true,
            ]) == true)
    }

    @Test func modelsAndOptionalInputs() throws {
        let fixture = try PodFixture(
            "{name: t, image: i, command: [c], inputs: {old: {model: churn@production, optional: true}}}")
        #expect(try fixture.pod().container("fetch") == nil)
        var attempt = PodAttempt(scope: Scope())
        attempt.models = ["churn@production": ArtifactReference(uri: "s3://m/churn", digest: "sha256:00")]
        let input = try fixture.pod(attempt).container("fetch")?.plan()["inputs"]?[0]
        #expect(
            input == [
                "name": "old", "path": "/fairlead/inputs/old", "uri": "s3://m/churn", "digest": "sha256:00",
                "optional": true,
            ])
    }

    /// A pod can tell of few artifacts: a message that would be cut is refused before anything runs.
    @Test func tooManyArtifactsToTellOf() throws {
        func fixture(_ count: Int) throws -> PodFixture {
            let list = (0..<count).map { "{name: artifact-\($0)}" }.joined(separator: ", ")
            return try PodFixture("{name: t, image: i, command: [c], artifacts: [\(list)]}")
        }
        #expect(try fixture(20).problem() == nil)
        #expect(try fixture(30).problem()?.message.contains("a pod can tell 3071") == true)
    }

    @Test func largeTexts() throws {
        var fixture = try PodFixture(#"{name: t, image: i, command: [c], env: {LIST: "$(params.list)"}}"#)
        fixture.params = ["list": .array(Array(repeating: 1234567, count: 9000))]
        #expect(
            fixture.problem()
                == TaskProblem(
                    .invalidSpec, "env.LIST: has 72001 bytes, and at most 65536 fit; make it an input"))
        fixture.params = ["list": .array(Array(repeating: 1234567, count: 8000))]
        let main = try #require(try fixture.pod().container("main"))
        #expect(main.variable("LIST")?.utf8.count == 64_001)
        #expect(main.variable("PARAM_LIST") == nil)
    }

    /// Nothing in a plan may look like a variable to the kubelet.
    @Test func dollarsArriveAsTheyAre() throws {
        var fixture = try PodFixture(#"{name: t, image: i, command: [c], inputs: {x: params.x}}"#)
        fixture.params = ["x": ["$(HOME)", "$$"]]
        let fetch = try #require(try fixture.pod().container("fetch"))
        #expect(fetch.variable("FAIRLEAD_PLAN")?.contains("$$(HOME)") == true)
        #expect(try fetch.plan()["inputs"]?[0]?["json"] == ["$(HOME)", "$$"])
    }
}
