import Foundation
import KubernetesCore
import Testing

@testable import FairleadArtifacts

/// What the init container does with what lies on mounted paths, and in repositories.
@Suite(.enabled(if: Sandbox.hasRclone && Sandbox.hasGit, "rclone and git: scripts/setup.sh test installs them"))
struct FetchTests {
    @Test func bringsFilesFoldersAndListsOfThem() async throws {
        let sandbox = try Sandbox()
        let file = try sandbox.write("rows", to: "store/set.csv")
        try sandbox.write("one", to: "store/model/a/weights")
        try sandbox.write("two", to: "store/model/b")
        let input = sandbox.path + "/in"
        let plan: JSONValue = [
            "remotes": [["prefix": "pvc://sets/", "root": .string(sandbox.path + "/store/")]],
            "inputs": [
                ["name": "set", "uri": .string("file://" + file), "path": .string(input + "/set")],
                ["name": "model", "uri": "pvc://sets/model", "path": .string(input + "/model")],
                [
                    "name": "both", "uris": ["pvc://sets/set.csv", .null, "pvc://sets/model"],
                    "path": .string(input + "/both"),
                ],
                ["name": "rows", "json": [1, 2, ["x": .null]], "path": .string(input + "/rows")],
                [
                    "name": "champion", "uri": "pvc://sets/none", "optional": true,
                    "path": .string(input + "/champion"),
                ],
            ],
        ]
        #expect(await FetchProgram.run(sandbox.context(plan: plan)) == 0, "\(sandbox.log)")
        #expect(sandbox.read("in/set") == "rows")
        #expect(sandbox.read("in/model/a/weights") == "one")
        #expect(sandbox.read("in/both/0") == "rows")
        #expect(sandbox.names("in/both") == ["0", "2"])
        #expect(sandbox.read("in/both/2/b") == "two")
        let lines = try sandbox.message()
        #expect(lines.map { $0["input"] } == ["set", "model", "both", "rows", "champion"])
        #expect(lines.map { $0["size"] } == [4, 6, 10, 16, nil])
        #expect(lines[4]["missing"] == true)
        #expect(sandbox.read("in/rows") == #"[1,2,{"x":null}]"#)
        let model = try ContentDigest(of: #require(try FileTree(at: sandbox.path + "/store/model")))
        #expect(lines[1]["digest"]?.stringValue == model.text)
        // A container that is started again finds most of it there.
        #expect(await FetchProgram.run(sandbox.context(plan: plan)) == 0)
        #expect(try sandbox.message() == lines)
    }

    /// Servers of models look into a folder: a file goes into one, and is not fetched again by another start.
    @Test func aFileGoesIntoAFolderWhereOneIsWanted() async throws {
        let sandbox = try Sandbox()
        let file = try sandbox.write("weights", to: "store/model.joblib")
        try sandbox.write("one", to: "store/tree/a")
        let single = try ContentDigest(of: #require(try FileTree(at: file)))
        let models = sandbox.path + "/mnt/models"
        for _ in 0..<2 {
            let plan: JSONValue = [
                "inputs": [
                    [
                        "name": "model", "uri": .string("file://" + file), "path": .string(models), "inFolder": true,
                        "digest": .string(single.text),
                    ]
                ]
            ]
            #expect(await FetchProgram.run(sandbox.context(plan: plan)) == 0, "\(sandbox.log)")
            #expect(sandbox.names("mnt/models") == ["model.joblib"])
            #expect(sandbox.read("mnt/models/model.joblib") == "weights")
            #expect(sandbox.names("mnt") == ["models"])
        }
        let tree: JSONValue = [
            "inputs": [
                [
                    "name": "model", "uri": .string("file://\(sandbox.path)/store/tree"),
                    "path": .string(sandbox.path + "/tree"), "inFolder": true,
                ]
            ]
        ]
        #expect(await FetchProgram.run(sandbox.context(plan: tree)) == 0, "\(sandbox.log)")
        #expect(sandbox.names("tree") == ["a"])
    }

    /// Files that are mounted are not copied, and must be what was registered all the same.
    @Test func whatIsInPlaceIsCheckedOnly() async throws {
        let sandbox = try Sandbox()
        let models = sandbox.path + "/mnt/models"
        try sandbox.write("weights", to: "mnt/models/model.joblib")
        let digest = try ContentDigest(of: #require(try FileTree(at: models))).text
        func run() async throws -> Int32 {
            let plan: JSONValue = [
                "inputs": [
                    [
                        "name": "model", "uri": "pvc://models/churn/7", "path": .string(models), "inPlace": true,
                        "digest": .string(digest),
                    ]
                ]
            ]
            return await FetchProgram.run(sandbox.context(plan: plan))
        }
        #expect(try await run() == 0, "\(sandbox.log)")
        #expect(try sandbox.message().last?["digest"]?.stringValue == digest)
        try sandbox.write("other weights", to: "mnt/models/model.joblib")
        #expect(try await run() == 65)
        let line = try #require(try sandbox.message().last)
        #expect(line["reason"] == "DigestMismatch")
        #expect(line["error"]?.stringValue?.contains("pvc://models/churn/7 has the digest sha256:") == true)
        #expect(sandbox.read("mnt/models/model.joblib") == "other weights")
    }

    @Test func aWrongDigestAndAMissingInputEndIt() async throws {
        let sandbox = try Sandbox()
        let file = try sandbox.write("rows", to: "store/set.csv")
        for (input, code, reason, words) in [
            (
                ["uri": .string("file://" + file), "digest": "sha256:00"] as JSONValue, Int32(65), "DigestMismatch",
                "has the digest sha256:"
            ),
            (["uri": .string("file://\(file).gz")], 66, "NotFound", "directory not found"),
            (["uri": "gopher://x/y"], 64, "InvalidPlan", "make a Connection"),
        ] {
            var input = input
            input["name"] = "set"
            input["path"] = .string("\(sandbox.path)/in/\(reason)")
            #expect(await FetchProgram.run(sandbox.context(plan: ["inputs": .array([input])])) == code)
            let line = try #require(try sandbox.message().last)
            #expect(line["reason"]?.stringValue == reason)
            #expect(line["input"] == "set")
            let error = line["error"]?.stringValue ?? ""
            #expect(error.contains(words) && error.contains(input["uri"]?.stringValue ?? "?"), "\(error)")
        }
    }

    @Test func whatFailsForAWhileIsTriedAgain() async throws {
        let sandbox = try Sandbox()
        let file = try sandbox.write("rows", to: "store/set.csv")
        // The folder can't be made for as long as a file has its place.
        let obstacle = try sandbox.write("", to: "in")
        sandbox.listen { line in
            if line.contains("trying again in 1 s") { try? FileManager.default.removeItem(atPath: obstacle) }
        }
        let context = sandbox.context(plan: [:])
        let attempts = Attempts(limit: 3, say: context.say)
        try await attempts.run("set") {
            try await context.rclone(stallSeconds: nil).copy(
                "set", from: .location(file), to: .location(sandbox.path + "/in/set"), until: nil)
        }
        #expect(sandbox.read("in/set") == "rows")
        #expect(sandbox.log.filter { $0.contains("trying again") }.count == 1)
    }

    @Test func whatDoesNotMoveIsGivenUp() async throws {
        let sandbox = try Sandbox()
        let file = try sandbox.write(String(repeating: "x", count: 1 << 20), to: "store/set.csv")
        let rclone = sandbox.context(plan: [:], ["RCLONE_BWLIMIT": "1B"]).rclone(stallSeconds: 1)
        let failure = await #expect(throws: ArtifactFailure.self) {
            try await rclone.copy("set", from: .location(file), to: .location(sandbox.path + "/set"), until: nil)
        }
        #expect(failure?.reason == .stalled)
        #expect(failure?.message.hasPrefix("nothing moved for 1 s") == true, "\(failure?.message ?? "")")
    }

    @Test func endsWhenThePodIsNotWantedAnyMore() async throws {
        let sandbox = try Sandbox()
        let file = try sandbox.write(String(repeating: "x", count: 4 << 20), to: "store/set.csv")
        let plan: JSONValue = [
            "inputs": [["name": "set", "uri": .string("file://" + file), "path": .string(sandbox.path + "/in/set")]]
        ]
        let context = sandbox.context(plan: plan, ["RCLONE_BWLIMIT": "10k"])
        let termination = TerminationSignal()
        async let code = termination.cancelling { await FetchProgram.run(context) }
        _ = try await Sandbox.eventually("the copy goes on") { sandbox.names("in").isEmpty ? nil : true }
        termination.raise()
        #expect(await code == 75)
        #expect(try sandbox.message().last?["error"] == "ended before everything was there")
    }

    @Test func aMissingProgramIsNamed() async throws {
        let sandbox = try Sandbox()
        let plan: JSONValue = [
            "inputs": [["name": "x", "uri": "file:///etc/hostname", "path": .string(sandbox.path + "/x")]]
        ]
        #expect(await FetchProgram.run(sandbox.context(plan: plan, ["PATH": sandbox.path])) == 69)
        #expect(try sandbox.message().last?["error"]?.stringValue?.contains("no program rclone") == true)
    }

    // MARK: Repositories

    /// A repository with two commits; returns their names.
    private static func makeRepository(_ sandbox: Sandbox) async throws -> [String] {
        let script = """
            cd "$0" && git init -q -b main && git config user.email a@b.c && git config user.name n
            mkdir train && echo one > train/main.py && git add . && git commit -qm one && git tag -a v1 -m v1
            git rev-parse HEAD
            git checkout -qb work && echo two > train/main.py && git commit -qam two && git rev-parse HEAD
            git checkout -q main
            """
        try FileManager.default.createDirectory(atPath: sandbox.path + "/repo", withIntermediateDirectories: true)
        return try await Tool.run("sh", ["-ec", script, sandbox.path + "/repo"])
            .split(separator: "\n").map(String.init)
    }

    @Test func checksOutWhatARefNames() async throws {
        let sandbox = try Sandbox()
        let commits = try await Self.makeRepository(sandbox)
        try #require(commits.count == 2)
        let url = "file://\(sandbox.path)/repo"
        for (number, (ref, commit)) in [
            (nil, 0), ("main", 0), ("v1", 0), ("work", 1), (commits[1], 1), (String(commits[1].prefix(9)), 1),
        ].enumerated() {
            var code: JSONValue = ["git": .string(url), "path": "train"]
            code["ref"] = ref.map { .string($0) }
            let plan: JSONValue = ["code": code, "codePath": .string("\(sandbox.path)/code\(number)")]
            #expect(await FetchProgram.run(sandbox.context(plan: plan)) == 0, "\(sandbox.log)")
            #expect(sandbox.read("code\(number)/train/main.py") == ["one\n", "two\n"][commit], "\(ref ?? "")")
            #expect(try sandbox.message() == [["code": .string(url), "commit": .string(commits[commit])]])
        }
    }

    /// A stand-in for ssh keeps what it was given, and runs the command here.
    @Test(arguments: ["ssh://ann@git.acme.dev:2222", "ann@git.acme.dev:"])
    func goesBySSHWithTheKeyOfAConnection(host: String) async throws {
        let sandbox = try Sandbox()
        let commits = try await Self.makeRepository(sandbox)
        let ssh = """
            #!/bin/sh
            printf '%s\\n' "$@" >"$0.arguments"
            while [ $# -gt 1 ]; do
                if [ "$1" = -i ]; then cat "$2" >"$0.key"; stat -c %a "$2" >"$0.mode"; fi
                case "$1" in UserKnownHostsFile=*) cat "${1#*=}" >"$0.hosts" ;; esac
                shift
            done
            env | grep -c '^FAIRLEAD_GIT' >"$0.leaks"
            exec sh -c "$1"
            """
        let program = try sandbox.write(ssh, to: "bin/ssh")
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: program)
        let url = "\(host)\(sandbox.path)/repo"
        let plan: JSONValue = [
            "code": ["git": .string(url), "ref": .string(commits[1])], "codePath": .string(sandbox.path + "/code"),
        ]
        let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
        let context = sandbox.context(
            plan: plan,
            [
                "PATH": "\(sandbox.path)/bin:\(path)", "FAIRLEAD_GIT_SSH_KEY": "secret % key",
                "FAIRLEAD_GIT_KNOWN_HOSTS": "git.acme.dev ssh-ed25519 AAAA", "TMPDIR": sandbox.path,
            ])
        #expect(await FetchProgram.run(context) == 0, "\(sandbox.log)")
        #expect(sandbox.read("code/train/main.py") == "two\n")
        #expect(sandbox.read("bin/ssh.key") == "secret % key\n")
        #expect(sandbox.read("bin/ssh.mode") == "600\n")
        #expect(sandbox.read("bin/ssh.hosts") == "git.acme.dev ssh-ed25519 AAAA\n")
        #expect(sandbox.read("bin/ssh.leaks") == "0\n")
        let arguments = try #require(sandbox.read("bin/ssh.arguments")).split(separator: "\n").map(String.init)
        #expect(arguments.contains("StrictHostKeyChecking=yes") && arguments.contains("BatchMode=yes"))
        let place = ["-l", "ann"] + (host.hasPrefix("ssh") ? ["-p", "2222"] : []) + ["git.acme.dev"]
        #expect(Array(arguments.suffix(place.count + 1)) == place + ["git-upload-pack '\(sandbox.path)/repo'"])
        let key = try #require(arguments.firstIndex(of: "-i").map { arguments[$0 + 1] })
        #expect(!FileManager.default.fileExists(atPath: key), "the key is gone afterwards")
    }

    @Test func saysWhatARepositoryDoesNotHave() async throws {
        let sandbox = try Sandbox()
        _ = try await Self.makeRepository(sandbox)
        let url = "file://\(sandbox.path)/repo"
        for (code, exit, words) in [
            (["git": .string(url), "ref": "nope"] as JSONValue, Int32(66), "nope"),
            (["git": .string(url), "path": "test"], 66, "has no folder test"),
            (["git": .string(url + "x")], 66, "repox"),
            (["git": "ext::sh -c 'touch x'"], 75, "ext"),
            (["git": .string(url), "ref": "--upload-pack=x"], 64, "neither a repository nor a ref"),
        ] {
            let plan: JSONValue = ["code": code, "codePath": .string(sandbox.path + "/code"), "attempts": 1]
            #expect(await FetchProgram.run(sandbox.context(plan: plan)) == exit, "\(code)")
            let error = try sandbox.message().last?["error"]?.stringValue ?? ""
            #expect(error.contains(words), "\(error)")
        }
    }
}
